/* SPDX-License-Identifier: GPL-2.0 */
/* Files of apps, read and compiled in this process. */
#ifndef VFW_APPFILE_H
#define VFW_APPFILE_H

struct vfw_app_list;
struct vfw_app_scan;
struct vfw_cli;

#define VFW_APPFILE_SHIPPED "/usr/share/vfw/apps"
#define VFW_APPFILE_OWN "/etc/vfw/apps"

/*
 * Reads n files or folders of apps, with n 0 the two folders above as far as they are there, and compiles them.
 * Returns an exit code; on VFW_EXIT_OK *apps and *scan are the caller's, else all there is to say was said.
 */
int vfw_appfile_load(struct vfw_cli *cli, char *const *paths, int n, struct vfw_app_list **apps,
		     struct vfw_app_scan **scan);

void vfw_appfile_free(struct vfw_app_list *apps, struct vfw_app_scan *scan);

#endif /* VFW_APPFILE_H */
