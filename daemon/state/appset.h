/* SPDX-License-Identifier: GPL-2.0 */
/* The files of apps that vfwd goes by: those of the package, and those of one's own. */
#ifndef VFW_STATE_APPSET_H
#define VFW_STATE_APPSET_H

#include "../policy/sha256.h"

#include <stdint.h>

struct vfw_app_list;
struct vfw_diags;

#define VFW_APPSET_SHIPPED "/usr/share/vfw/apps"
#define VFW_APPSET_OWN "/etc/vfw/apps"

/*
 * Reads both folders, as far as they are there and root's own: files whose names end in `.app', in byte order. Returns 0
 * and *out, the caller's, whose tables have the numbers that the module knows apps by; -EINVAL after complaints in d;
 * -ENOMEM.
 */
int vfw_appset_read(struct vfw_diags *d, struct vfw_app_list **out);

/* SHA-256 of all that the apps mean. Returns 0 or -ENOMEM. */
int vfw_appset_digest(const struct vfw_app_list *l, uint8_t digest[VFW_SHA256_LEN]);

#endif /* VFW_STATE_APPSET_H */
