/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a QEMU command line says of identity and network: -uuid, -smbios
 * type=1,uuid=, -name, and which tap backend serves which NIC and MAC. Written
 * as people, libvirt (key=value or JSON) and Proxmox write it.
 */
#ifndef VFW_VM_CMDLINE_H
#define VFW_VM_CMDLINE_H

#include <linux/vfw.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFW_CMDLINE_FDS 16 /* of one backend that are remembered */

/* A NIC and the tap behind it, in the order of the NICs on the command line. */
struct vfw_cmdline_nic {
	bool has_mac;
	uint8_t mac[6];
	char id[64]; /* of the backend; empty: none */
	char ifname[IF_NAMESIZE]; /* the tap, when QEMU opens it by name; else empty */
	int fds[VFW_CMDLINE_FDS]; /* the tap, when it was handed over open */
	size_t n_fds;
};

struct vfw_cmdline {
	bool has_uuid;
	uint8_t uuid[VFW_UUID_LEN];
	char name[VFW_NAME_LEN]; /* empty: none; cut to fit, control characters replaced */
	struct vfw_cmdline_nic nics[VFW_MAX_NICS];
	size_t n_nics;
};

/*
 * Reads /proc/PID/cmdline's n bytes: arguments with a NUL behind each. What it
 * does not understand it passes over; it never fails. NICs without a tap stand
 * in the list too, for they count in the order.
 */
void vfw_cmdline_parse(const char *args, size_t n, struct vfw_cmdline *c);

#endif /* VFW_VM_CMDLINE_H */
