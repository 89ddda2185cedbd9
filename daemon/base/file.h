/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files: bounded reading, atomic and durable writing. */
#ifndef VFW_BASE_FILE_H
#define VFW_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a file of at most max bytes; works for /proc too. *data is NUL-terminated and the caller's.
 * Returns 0, -EFBIG when it is longer, or a negative errno; *data unchanged on failure.
 */
int vfw_file_read(int dirfd, const char *path, size_t max, char **data, size_t *n);

/*
 * Replaces path by a new file with this content, on disk when it returns 0: write aside, fsync,
 * rename, fsync the folder.
 */
int vfw_file_write(const char *path, const void *data, size_t n, mode_t mode);

/* The same for a file that is there: the new one has its owner, group and mode. */
struct stat;
int vfw_file_replace(const char *path, const void *data, size_t n, const struct stat *as);

/* Brings a folder's own entries to disk. Returns 0 or a negative errno. */
int vfw_file_sync_dir(const char *path);

/*
 * Makes the folder and those above it, mode 0755 for what is missing, the last one with the
 * mode given. 0 or -errno.
 */
int vfw_file_mkdirs(const char *path, mode_t mode);

/* Like vfw_file_mkdirs for the folder that holds path. */
int vfw_file_mkdirs_above(const char *path, mode_t mode);

#endif /* VFW_BASE_FILE_H */
