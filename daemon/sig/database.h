/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two databases of one list of patterns, in memory files that nobody can write any more:
 * sealed, and open here for reading only, as the module wants them.
 */
#ifndef VFW_SIG_DATABASE_H
#define VFW_SIG_DATABASE_H

#include "../policy/sha256.h"

#include <stddef.h>
#include <stdint.h>

#define VFW_DATABASE_MAX (64U << 20) /* bytes of each, as in the module */

/*
 * Copies n bytes into a memory file of that name that nobody can write any more. Returns a descriptor for
 * reading, the caller's, or a negative errno.
 */
int vfw_database_seal(const char *name, const void *data, size_t n);

struct vfw_database {
	unsigned int refs;
	int stream, block; /* descriptors */
	size_t stream_bytes, block_bytes;
	uint8_t key[VFW_SHA256_LEN]; /* of the request it answers; its holder's to set */
};

/*
 * Copies both into memory files. Returns 0 and *db, a strong reference; -EINVAL: one is no
 * database by its first bytes, or too long; else a negative errno. *db unchanged on failure.
 */
int vfw_database_new(const void *stream, size_t stream_bytes, const void *block, size_t block_bytes,
		     struct vfw_database **db);

/* Another strong reference to the same. */
struct vfw_database *vfw_database_ref(struct vfw_database *db);

/* Gives a reference back; the last one closes the files. NULL is fine. */
void vfw_database_unref(struct vfw_database *db);

/* An empty memory file to be written, or a negative errno. */
int vfw_database_memfd(const char *name);

/* Writes all n bytes. Returns 0 or a negative errno. */
int vfw_database_write(int fd, const void *data, size_t n);

#endif /* VFW_SIG_DATABASE_H */
