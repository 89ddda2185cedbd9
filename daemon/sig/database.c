// SPDX-License-Identifier: GPL-2.0
#include "database.h"

#include "../base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define MAGIC 0xdbdbdbdbU /* of what hs_serialize_database() writes */
#define SHORTEST 104 /* bytes of a database without bytecode */

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int vfw_database_memfd(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	/* before 6.3 there is no such flag, and a memory file is no program by its mode */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 ? -errno : fd;
}

int vfw_database_write(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

static bool is_database(const void *data, size_t n)
{
	uint32_t magic;

	if (n < SHORTEST || n > VFW_DATABASE_MAX)
		return false;
	memcpy(&magic, data, sizeof(magic));
	return magic == MAGIC;
}

int vfw_database_seal(const char *name, const void *data, size_t n)
{
	_cleanup_close_ int fd = vfw_database_memfd(name);
	char path[32];
	int err, again;

	if (fd < 0)
		return fd;
	err = vfw_database_write(fd, data, n);
	if (err)
		return err;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	return again < 0 ? -errno : again;
}

int vfw_database_new(const void *stream, size_t stream_bytes, const void *block, size_t block_bytes,
		     struct vfw_database **out)
{
	struct vfw_database *db;
	int err;

	if (!is_database(stream, stream_bytes) || !is_database(block, block_bytes))
		return -EINVAL;
	db = calloc(1, sizeof(*db));
	if (!db)
		return -ENOMEM;
	db->refs = 1;
	db->stream_bytes = stream_bytes;
	db->block_bytes = block_bytes;
	db->block = -1;
	db->stream = err = vfw_database_seal("vfw-stream", stream, stream_bytes);
	if (err >= 0)
		db->block = err = vfw_database_seal("vfw-block", block, block_bytes);
	if (err < 0) {
		vfw_database_unref(db);
		return err;
	}
	*out = db;
	return 0;
}

struct vfw_database *vfw_database_ref(struct vfw_database *db)
{
	db->refs++;
	return db;
}

void vfw_database_unref(struct vfw_database *db)
{
	if (!db || --db->refs)
		return;
	if (db->stream >= 0)
		close(db->stream);
	if (db->block >= 0)
		close(db->block);
	free(db);
}
