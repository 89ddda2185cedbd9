/* SPDX-License-Identifier: GPL-2.0 */
/* The host's network devices, kept current from rtnetlink. */
#ifndef VFW_VM_LINKS_H
#define VFW_VM_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfw_link {
	int ifindex;
	char name[IF_NAMESIZE];
	char kind[16]; /* "tun", "bridge", "veth" ...; empty: physical or unknown */
	uint8_t mac[6];
	int master; /* ifindex of its bridge or bond, 0: none */
	bool up;
	bool xdp; /* a program is attached */
	bool gone; /* only during the callback */
};

struct vfw_links;

/* Called for each device that appeared, changed or (gone) vanished. */
typedef void (*vfw_links_changed)(void *arg, const struct vfw_link *link);

/*
 * Opens the sockets and reads all devices (the callback is called for each). Returns 0 and
 * *links, or a negative errno.
 */
int vfw_links_new(struct vfw_links **links, vfw_links_changed changed, void *arg);
void vfw_links_free(struct vfw_links *l);

/* The descriptor to poll for input, owned by l. */
int vfw_links_fd(const struct vfw_links *l);

/* Reads what is there; after a loss all devices anew. Returns 0 or a negative errno. */
int vfw_links_receive(struct vfw_links *l);

/* NULL: none. Pointers live until the next vfw_links_receive(). */
const struct vfw_link *vfw_links_by_name(const struct vfw_links *l, const char *name);
const struct vfw_link *vfw_links_by_index(const struct vfw_links *l, int ifindex);

/* All devices, *n of them, in order of ifindex. */
const struct vfw_link *vfw_links_all(const struct vfw_links *l, size_t *n);

#endif /* VFW_VM_LINKS_H */
