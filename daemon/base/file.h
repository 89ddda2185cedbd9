/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files: bounded reading, atomic and durable writing. */
#ifndef VFW_BASE_FILE_H
#define VFW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a file of at most max bytes; works for /proc too. *data is NUL-terminated and the caller's.
 * Returns 0, -EFBIG when it is longer, or a negative errno; *data unchanged on failure.
 */
int vfw_file_read(int dirfd, const char *path, size_t max, char **data, size_t *n);

struct stat;

/*
 * Is what that is about root's own word, or of who runs this, and what not everybody may have written? A group that
 * may write it has that from root. Returns NULL, else a sentence that is good until the next refusal. what: "file",
 * "folder" or "folder above".
 */
const char *vfw_file_distrust(const struct stat *st, const char *what);

/*
 * Is the folder such a one, and may not everybody put another one in its place? Returns 0, -EPERM: no, or a
 * negative errno.
 */
int vfw_file_folder_is_roots(int dirfd);

/*
 * Calls back with a sentence for each that vfw_file_read_roots() and vfw_file_folder_is_roots() would refuse of a
 * folder and its files; those whose name begins with a dot are none. A folder that is not there is right. Returns
 * whether there was one.
 */
bool vfw_file_check_folder(const char *path, void (*refused)(const char *path, const char *why));

/*
 * vfw_file_read() of what is to be root's own word: -EPERM when the file that was opened is not. Its folder is the
 * caller's to check.
 */
int vfw_file_read_roots(int dirfd, const char *path, size_t max, char **data, size_t *n);

/*
 * The same for one file by its path, where nobody else may put another one in its place either: in a folder
 * of root's own, or one such as /tmp, where only its owner may move a file. A pipe is in no folder.
 */
int vfw_file_read_trusted(const char *path, size_t max, char **data, size_t *n);

/*
 * What the error of a reading, the last one, says; -EPERM: what was expected, and which of file, folder and the
 * folder above has what owner and mode. Good until the next reading.
 */
const char *vfw_file_words(int err);

/*
 * Replaces path by a new file with this content, on disk when it returns 0: write aside, fsync,
 * rename, fsync the folder.
 */
int vfw_file_write(const char *path, const void *data, size_t n, mode_t mode);

/* The same for a file that is there: the new one has its owner, group and mode. */
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
