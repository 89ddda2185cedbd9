/* SPDX-License-Identifier: GPL-2.0 */
/* The files of apps that vfwd goes by: those of the package, and those of one's own. */
#ifndef VFW_STATE_APPSET_H
#define VFW_STATE_APPSET_H

#include "../policy/sha256.h"

#include <stddef.h>
#include <stdint.h>

struct vfw_app_list;
struct vfw_diags;
struct vfw_ruleset_file;

#define VFW_APPSET_SHIPPED "/usr/share/vfw/apps"
#define VFW_APPSET_OWN "/etc/vfw/apps"

#define VFW_APPSET_FILES_MAX 2048 /* in both folders */
#define VFW_APPSET_BYTES_MAX (8U << 20) /* of all of them */

#define VFW_APPSET_SUM "sum" /* file beside those that are kept with a policy */
#define VFW_APPSET_SUM_LEN (2 * VFW_SHA256_LEN + 1)

/*
 * Reads both folders, as far as they are there and root's own: files whose names end in `.app', in byte order. Returns 0
 * and *out, the caller's, *n of them with their folders; -EINVAL after complaints in d; -ENOMEM.
 */
int vfw_appset_read(struct vfw_diags *d, struct vfw_ruleset_file **out, size_t *n);

/*
 * The same from what was kept with a policy, vfwd's own. -EINVAL, too, where they are not, byte for byte and all
 * of them, what was kept.
 */
int vfw_appset_read_kept(const char *folder, struct vfw_diags *d, struct vfw_ruleset_file **out,
			 size_t *n);

/* What tells those files, in this order, from all others: hexadecimal, for VFW_APPSET_SUM. 0 or -ENOMEM. */
int vfw_appset_sum(const struct vfw_ruleset_file *files, size_t n, char sum[VFW_APPSET_SUM_LEN]);

/*
 * Returns 0 and *out, the caller's, whose tables have the numbers that the module knows apps by; -EINVAL after
 * complaints in d; -ENOMEM.
 */
int vfw_appset_parse(const struct vfw_ruleset_file *files, size_t n, struct vfw_diags *d,
		     struct vfw_app_list **out);

/* SHA-256 of all that the apps mean. Returns 0 or -ENOMEM. */
int vfw_appset_digest(const struct vfw_app_list *l, uint8_t digest[VFW_SHA256_LEN]);

#endif /* VFW_STATE_APPSET_H */
