// SPDX-License-Identifier: GPL-2.0

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "db.h"
#include "hs.h"
#include "runtime.h"
#include "scratch.h"
#include "section.h"

#define MAGIC 0xdbdbdbdb

/* A serialized database starts with magic, version and length of the bytecode, 4 bytes each. */
#define AT_VERSION 4
#define AT_LENGTH 8
#define PREFIX 12

/* Then eight bytes of platform, and the checksum. */
#define AT_CRC 20
#define HEADER 24

/* What the runtime asks for at most when it writes its line about a database. */
#define INFO_HEAP 256

static int fail(int err, const char **why, const char *text)
{
	if (why)
		*why = text;
	return err;
}

static u32 word_at(const void *buf, size_t at)
{
	__le32 word;

	memcpy(&word, buf + at, sizeof(word));
	return le32_to_cpu(word);
}

/*
 * Precise words for what the runtime answers with one number, and a bound before anything is
 * allocated.
 */
static int check_prefix(const void *buf, size_t len, const char **why)
{
	if (len > VFW_HS_DB_MAX)
		return fail(-EFBIG, why, "database is larger than 64 MiB: use fewer patterns");
	if (!vfw_hs_runtime)
		return fail(-EOPNOTSUPP, why,
			    "Hyperscan does not run on this host: see the kernel log");
	if (len < PREFIX || word_at(buf, 0) != MAGIC)
		return fail(-EINVAL, why, "not a database: expected one that libhs serialized");
	if (word_at(buf, AT_VERSION) != vfw_hs_runtime->db_version)
		return fail(-EPROTONOSUPPORT, why,
			    "database of another Hyperscan version: compile it again");
	if (word_at(buf, AT_LENGTH) >= len || len < HEADER)
		return fail(-EINVAL, why, "database is truncated or has bytes behind its end");
	return 0;
}

static int load(const void *buf, size_t len, struct vfw_hs_db *db, const char **why)
{
	unsigned long size = 0;
	int error;

	vfw_hs_section_enter_task(NULL);
	error = vfw_hs_runtime->db_size(buf, len, &size);
	vfw_hs_section_leave();
	if (error)
		return fail(-EINVAL, why, "database is truncated or has bytes behind its end");
	/* Page-aligned, more than the bytecode's 64; zeroed, so that the same make the same bytes. */
	db->hs = vzalloc(size);
	if (!db->hs)
		return fail(-ENOMEM, why, "no memory for the database");
	db->bytes = size;
	vfw_hs_section_enter_task(NULL);
	error = vfw_hs_runtime->db_load(buf, len, db->hs);
	vfw_hs_section_leave();
	if (error == VFW_HS_DB_PLATFORM)
		return fail(-EMEDIUMTYPE, why,
			    "database for another instruction set: compile for ours");
	if (error)
		return fail(-EINVAL, why, "database's checksum is wrong: compile it again");
	return 0;
}

static int describe(struct vfw_hs_db *db, const char **why)
{
	char text[INFO_HEAP];
	struct vfw_hs_heap heap = {.mem = text, .size = sizeof(text)};
	unsigned long size = 0;
	char *info = NULL;
	int error, mode;

	vfw_hs_section_enter_task(&heap);
	error = vfw_hs_runtime->db_info(db->hs, &info);
	mode = vfw_hs_runtime->stream_size(db->hs, &size);
	vfw_hs_section_leave();
	if (error || !info)
		return fail(-EINVAL, why, "database does not describe itself: compile it again");
	strscpy(db->info, info, sizeof(db->info));
	if (!mode)
		db->stream_size = size;
	else if (!strstr(db->info, "Mode: BLOCK"))
		return fail(-EMEDIUMTYPE, why,
			    "database for vectored mode: expected streaming or block");
	return 0;
}

static void destroy(struct vfw_hs_db *db)
{
	vfree(db->hs);
	kfree(db);
}

int vfw_hs_db_load(const void *buf, size_t len, struct vfw_hs_db **out, const char **why)
{
	struct vfw_hs_db *db;
	int err;

	err = check_prefix(buf, len, why);
	if (err)
		return err;
	db = kzalloc(sizeof(*db), GFP_KERNEL);
	if (!db)
		return fail(-ENOMEM, why, "no memory for the database");
	refcount_set(&db->refs, 1);
	db->crc = word_at(buf, AT_CRC);
	err = load(buf, len, db, why);
	if (!err)
		err = describe(db, why);
	if (!err) {
		err = vfw_hs_scratch_fit(db->hs);
		if (err)
			fail(err, why, "no memory for the database's scratch on every CPU");
	}
	if (err) {
		destroy(db);
		return err;
	}
	*out = db;
	return 0;
}

struct vfw_hs_db *vfw_hs_db_get(struct vfw_hs_db *db)
{
	return refcount_inc_not_zero(&db->refs) ? db : NULL;
}

static void destroy_rcu(struct rcu_head *rcu)
{
	destroy(container_of(rcu, struct vfw_hs_db, rcu));
}

void vfw_hs_db_put(struct vfw_hs_db *db)
{
	if (refcount_dec_and_test(&db->refs))
		call_rcu(&db->rcu, destroy_rcu);
}

size_t vfw_hs_db_stream_size(const struct vfw_hs_db *db)
{
	return db->stream_size;
}

size_t vfw_hs_db_bytes(const struct vfw_hs_db *db)
{
	return db->bytes;
}

bool vfw_hs_db_alike(const struct vfw_hs_db *a, const struct vfw_hs_db *b)
{
	return a->bytes == b->bytes && a->crc == b->crc;
}

bool vfw_hs_db_same(const struct vfw_hs_db *a, const struct vfw_hs_db *b)
{
	return a->bytes == b->bytes && !memcmp(a->hs, b->hs, a->bytes);
}

const char *vfw_hs_db_info(const struct vfw_hs_db *db)
{
	return db->info;
}
