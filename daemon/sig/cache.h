/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Databases on disk, named by the hash of the request they answer (request.h):
 * FOLDER/KEY.hsdb, mode 0600. A file says how long its parts are and bears the
 * hash of both; one that is not as it says is removed and compiled anew.
 */
#ifndef VFW_SIG_CACHE_H
#define VFW_SIG_CACHE_H

#include "../policy/sha256.h"

#include <stddef.h>
#include <stdint.h>

struct vfw_database;

/*
 * Returns 0 and *db, a strong reference, the file's time being set to now; -ENOENT: there is none;
 * -EBADMSG: there was a damaged one, which is removed; else a negative errno.
 */
int vfw_cache_get(const char *folder, const uint8_t key[VFW_SHA256_LEN], struct vfw_database **db);

/*
 * Keeps both databases, on disk when it returns 0, and then removes the files that were not used
 * for longest until all together have at most `most' bytes; the one just written stays in any
 * case. Returns 0 or a negative errno.
 */
int vfw_cache_put(const char *folder, const uint8_t key[VFW_SHA256_LEN], const void *stream,
		  size_t stream_bytes, const void *block, size_t block_bytes, uint64_t most);

#endif /* VFW_SIG_CACHE_H */
