/* SPDX-License-Identifier: GPL-2.0 */
/* Files of policy and of apps, as they are read, and policy sent to vfwd. */
#ifndef VFW_FILES_H
#define VFW_FILES_H

#include <jansson.h>
#include <stdio.h>

struct vfw_cli;

#define VFW_FILES_DEFAULT "/etc/vfw/policy.d"
#define VFW_FILES_MAX 1024 /* of one policy, docs/policy.md section 11 */
#define VFW_FILE_MAX (16U << 20) /* bytes of one file */

/* What files are of. */
struct vfw_files_kind {
	const char *what; /* "policy" */
	const char *suffix; /* of those taken from a folder */
	const char *such; /* what else was expected, for a complaint */
};

/*
 * Reads the files named; of a folder, those in it that end in .vfw and do not begin with a dot, in
 * byte order; "-" is standard input; with n 0, VFW_FILES_DEFAULT. Returns a new array of
 * { name, text }, or NULL after saying what is wrong.
 */
json_t *vfw_files_read(struct vfw_cli *cli, char *const *paths, int n);

/* The same for files of another kind, at least one; without a default. */
json_t *vfw_files_read_kind(struct vfw_cli *cli, const struct vfw_files_kind *kind,
			    char *const *paths, int n);

/*
 * Opens a file that must be a regular one: a fifo or device must not hold us up. Returns NULL after
 * saying what is wrong, of another kind of file that it expected such.
 */
FILE *vfw_files_open(struct vfw_cli *cli, const char *path, const char *such);

#endif /* VFW_FILES_H */
