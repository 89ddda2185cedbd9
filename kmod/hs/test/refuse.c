// SPDX-License-Identifier: GPL-2.0

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "test.h"

/* Where things are in a serialized database: 9 words, the bytecode, unused bytes. */
#define AT_MAGIC 0
#define AT_VERSION 4
#define AT_LENGTH 8
#define AT_PLATFORM 12
#define AT_CRC 20
#define AT_BYTECODE 36
#define OVERHEAD 104

static int refused(const void *buf, size_t len, int want, const char *what)
{
	struct vfw_hs_db *db = NULL;
	const char *why = NULL;
	int err;

	err = vfw_hs_db_load(buf, len, &db, &why);
	if (!err)
		vfw_hs_db_put(db);
	CHECK(err == want && !db == !!err, "%s: %d instead of %d", what, err, want);
	CHECK(why && *why, "%s: refused without a word", what);
	return 0;
}

static int edited(const struct blob *good, size_t at, u32 flip, int want, const char *what)
{
	u8 *buf = good->mem;
	u32 word;
	int err;

	memcpy(&word, buf + at, sizeof(word));
	word ^= flip;
	memcpy(buf + at, &word, sizeof(word));
	err = refused(buf, good->len, want, what);
	word ^= flip;
	memcpy(buf + at, &word, sizeof(word));
	return err;
}

static int cut(const struct blob *good, size_t len, int want)
{
	void *buf = vzalloc(len + 1);
	int err;

	if (!buf)
		return -ENOMEM;
	memcpy(buf, good->mem, min(len, good->len));
	err = refused(buf, len, want, len < good->len ? "cut" : "grown");
	vfree(buf);
	return err;
}

static int damaged(const struct blob *good)
{
	size_t at;
	int i, err = 0;

	for (i = 0; i < 64 && !err; i++) {
		at = AT_BYTECODE + get_random_u32() % (good->len - OVERHEAD - sizeof(u32));
		err = edited(good, at, 1u << (i % 32), -EINVAL, "damaged bytecode");
	}
	return err;
}

int test_refuse(struct fixture *fix)
{
	const struct blob *good = &fix->serialized;
	static const size_t short_by[] = {1, 4, 68, 104, 4096};
	int i, err;

	err = edited(good, AT_MAGIC, 0x100, -EINVAL, "other magic");
	if (!err)
		err = edited(good, AT_VERSION, 0x100, -EPROTONOSUPPORT, "older or newer version");
	if (!err)
		err = edited(good, AT_LENGTH, 1, -EINVAL, "other length");
	if (!err)
		err = edited(good, AT_PLATFORM, 1u << 20, -EMEDIUMTYPE, "unknown platform");
	if (!err)
		err = edited(good, AT_CRC, 1, -EINVAL, "other checksum");
	if (!err)
		err = damaged(good);
	for (i = 0; i < ARRAY_SIZE(short_by) && !err; i++)
		err = cut(good, good->len - short_by[i], -EINVAL);
	for (i = 0; i < AT_BYTECODE && !err; i++)
		err = cut(good, i, -EINVAL);
	if (!err)
		err = cut(good, good->len + 1, -EINVAL);
	if (!err)
		err = refused(good->mem, (size_t)VFW_HS_DB_MAX + 1, -EFBIG, "too large");
	return err;
}

int test_foreign(struct fixture *fix)
{
	return refused(fix->foreign.mem, fix->foreign.len, -EMEDIUMTYPE, "other instruction set");
}

/* By descriptor: the good one, and one that is not open. */
int test_file(struct fixture *fix)
{
	struct vfw_hs_db *db = NULL;
	const char *why = NULL;
	size_t bytes;
	int err;

	err = vfw_hs_db_load_fd(fix->fd, &db, &why);
	CHECK(!err, "%s (%d)", why, err);
	bytes = vfw_hs_db_bytes(db);
	vfw_hs_db_put(db);
	CHECK(bytes == vfw_hs_db_bytes(fix->db), "%zu bytes instead of %zu", bytes,
	      vfw_hs_db_bytes(fix->db));
	why = NULL;
	err = vfw_hs_db_load_fd(INT_MAX, &db, &why);
	CHECK(err == -EBADF && why, "a descriptor that is not open: %d", err);
	return 0;
}
