/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /etc/vfw/vfwd.toml. Everything in it may be left out:
 *
 *   [paths]  vms, policy, signatures, state, cache, socket, eve, audit, default
 *   [qemu]   users = ["root", "libvirt-qemu"]   whose QEMU processes are believed
 *            interval = 5                       seconds between two looks at /proc
 *   [libvirt] uri = "qemu:///system"            "" asks no libvirt
 *   [boot]   require-protection = false         may a guest start that nothing protects?
 *   [flow]   events = "log"                     of which flows events tell: none, log, all
 *            tcp-established = 432000           seconds of silence, by state
 *   [signatures]  compile-seconds = 300        CPU time, and waiting, for one profile
 *                 compile-mib = 4096           memory for it
 *                 cache-mib = 256              databases kept on disk
 *   [scope]  names, bridges, uplinks            lists for the module; absent: its own stay
 */
#ifndef VFW_BASE_CONFIG_H
#define VFW_BASE_CONFIG_H

#include <linux/vfw.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define VFW_CONFIG_FILE "/etc/vfw/vfwd.toml"
#define VFW_CONFIG_MAX (1U << 20) /* bytes */

struct vfw_config_list {
	bool given;
	char **v;
	size_t n;
};

struct vfw_config {
	char *vms; /* folder of the inventory */
	char *policy; /* folder of *.vfw that people edit */
	char *signatures; /* folder of what profiles name */
	char *cache; /* folder of compiled databases */
	char *state; /* folder of what must outlive the daemon */
	char *socket;
	char *run; /* folder of what lives as long as the host runs: /run/vfw, wherever the socket is */
	char *eve; /* file */
	char *audit; /* file */
	char *fallback; /* the policy of a fresh install; file */
	char *proc;
	uid_t *uids;
	size_t n_uids;
	unsigned int interval; /* seconds, 1 to 3600 */
	bool require_protection;
	enum vfw_flow_events flow_events;
	struct vfw_timeouts timeouts; /* 0: the module's own */
	char *libvirt; /* URI; "": none is asked */
	unsigned int compile_seconds; /* 1 to 86400 */
	unsigned int compile_mib; /* 64 to 1048576 */
	unsigned int cache_mib; /* 0 to 1048576 */
	struct vfw_config_list names, bridges, uplinks;
};

/*
 * Fills *c with the defaults and with what the file says; path NULL: the usual file, which need
 * not exist. root: put before every path, NULL or "": nothing. Returns 0, or a negative errno
 * after *error is a sentence with file and line that the caller frees (NULL: no memory).
 * vfw_config_clear() either way.
 */
int vfw_config_load(struct vfw_config *c, const char *path, const char *root, char **error);

void vfw_config_clear(struct vfw_config *c);

#endif /* VFW_BASE_CONFIG_H */
