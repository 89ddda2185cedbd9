// SPDX-License-Identifier: GPL-2.0
#include "cache.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "database.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".hsdb"
#define NAME_LEN (2 * VFW_SHA256_LEN + sizeof(SUFFIX) - 1)

static const char magic[16] = "vfw database 1";

/* What a file begins with; both databases follow. */
struct head {
	char magic[sizeof(magic)];
	uint8_t key[VFW_SHA256_LEN];
	uint64_t stream_bytes, block_bytes;
	uint8_t digest[VFW_SHA256_LEN]; /* of all that follows */
};

static char *path_of(const char *folder, const uint8_t key[VFW_SHA256_LEN])
{
	char hex[2 * VFW_SHA256_LEN + 1];

	return vfw_form_format("%s/%s" SUFFIX, folder, vfw_form_hex(key, VFW_SHA256_LEN, hex));
}

/* Is it what it says, and an answer to that very request? */
static bool is_whole(const char *data, size_t n, const uint8_t key[VFW_SHA256_LEN],
		     struct head *head)
{
	uint8_t digest[VFW_SHA256_LEN];

	if (n < sizeof(*head))
		return false;
	memcpy(head, data, sizeof(*head));
	if (memcmp(head->magic, magic, sizeof(magic)) || memcmp(head->key, key, VFW_SHA256_LEN) ||
	    head->stream_bytes > VFW_DATABASE_MAX || head->block_bytes > VFW_DATABASE_MAX ||
	    head->stream_bytes + head->block_bytes != n - sizeof(*head))
		return false;
	vfw_sha256(data + sizeof(*head), n - sizeof(*head), digest);
	return !memcmp(digest, head->digest, sizeof(digest));
}

/*
 * What is in it is code for the kernel: may nobody but us have written it? A folder that others may write
 * holds what they like, whoever owns the file.
 */
static bool is_private(const char *path)
{
	struct stat st;

	return !stat(path, &st) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

int vfw_cache_get(const char *folder, const uint8_t key[VFW_SHA256_LEN], struct vfw_database **db)
{
	_cleanup_free_ char *path = path_of(folder, key);
	_cleanup_free_ char *data = NULL;
	const char *stream;
	struct head head;
	size_t n;
	int err =
		path ? vfw_file_read(AT_FDCWD, path, sizeof(head) + 2 * VFW_DATABASE_MAX, &data, &n)
		     : -ENOMEM;

	if (err && err != -EFBIG)
		return err;
	if (err || !is_private(folder) || !is_private(path) || !is_whole(data, n, key, &head)) {
		unlink(path);
		return -EBADMSG;
	}
	stream = data + sizeof(head);
	err = vfw_database_new(stream, head.stream_bytes, stream + head.stream_bytes,
			       head.block_bytes, db);
	if (err == -EINVAL) {
		unlink(path);
		return -EBADMSG;
	}
	utimensat(AT_FDCWD, path, NULL, 0);
	return err;
}

struct kept {
	char name[NAME_LEN + 1];
	uint64_t bytes;
	struct timespec used;
};

static int by_use(const void *a, const void *b)
{
	const struct timespec *x = &((const struct kept *)a)->used;
	const struct timespec *y = &((const struct kept *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* What a crash left half written goes, too; what is not ours stays. */
static bool is_ours(int dir, const char *name, struct kept *kept)
{
	struct stat st;
	size_t n = strlen(name);

	if (n == NAME_LEN + 4 && !strcmp(name + NAME_LEN, ".new"))
		unlinkat(dir, name, 0);
	if (n != NAME_LEN || strcmp(name + n - strlen(SUFFIX), SUFFIX) ||
	    strspn(name, "0123456789abcdef") != n - strlen(SUFFIX) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return false;
	memcpy(kept->name, name, n + 1);
	kept->bytes = (uint64_t)st.st_size;
	kept->used = st.st_mtim;
	return true;
}

/* Removes what was not used for longest until the rest fits; `keep' stays. */
static int evict(const char *folder, const char *keep, uint64_t most)
{
	_cleanup_free_ struct kept *all = NULL;
	DIR *dir = opendir(folder);
	uint64_t total = 0;
	size_t n = 0, room = 0;
	struct dirent *e;
	int err = 0;

	if (!dir)
		return -errno;
	while (!err && (e = readdir(dir))) {
		struct kept *grown = all;

		if (n == room) {
			room = room ? 2 * room : 32;
			grown = realloc(all, room * sizeof(*all));
			if (!grown) {
				err = -ENOMEM;
				break;
			}
			all = grown;
		}
		if (is_ours(dirfd(dir), e->d_name, &all[n]))
			total += all[n++].bytes;
	}
	if (n)
		qsort(all, n, sizeof(*all), by_use);
	for (size_t i = 0; i < n && total > most && !err; i++) {
		if (!strcmp(all[i].name, keep) || unlinkat(dirfd(dir), all[i].name, 0) < 0)
			continue;
		total -= all[i].bytes;
	}
	closedir(dir);
	return err;
}

int vfw_cache_put(const char *folder, const uint8_t key[VFW_SHA256_LEN], const void *stream,
		  size_t stream_bytes, const void *block, size_t block_bytes, uint64_t most)
{
	size_t n = sizeof(struct head) + stream_bytes + block_bytes;
	_cleanup_free_ char *path = path_of(folder, key);
	_cleanup_free_ char *data = malloc(n);
	struct head head = {.stream_bytes = stream_bytes, .block_bytes = block_bytes};
	int err;

	if (!path || !data)
		return -ENOMEM;
	memcpy(head.magic, magic, sizeof(magic));
	memcpy(head.key, key, VFW_SHA256_LEN);
	memcpy(data + sizeof(head), stream, stream_bytes);
	memcpy(data + sizeof(head) + stream_bytes, block, block_bytes);
	vfw_sha256(data + sizeof(head), n - sizeof(head), head.digest);
	memcpy(data, &head, sizeof(head));
	err = vfw_file_mkdirs(folder, 0700);
	if (!err)
		err = vfw_file_write(path, data, n, 0600);
	return err ?: evict(folder, strrchr(path, '/') + 1, most);
}
