// SPDX-License-Identifier: GPL-2.0
/*
 * Databases and profiles that must be refused, with errno and words; after each the policy in force is
 * what it was. As root; with the argument "unprivileged" as one who may do all but load modules.
 */
#include <errno.h>
#include <fcntl.h>
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../kmod/core/sig_table.h"
#include "ctldb.h"
#include "ctlmsg.h"

#define PATH "/tmp/ctlrefuse.db"
#define TOO_LARGE ((64 << 20) + 1)

static struct ctl ctl;
static int failures;
static int table_fd = -1; /* of the table that profiles come with */
static uint32_t before;

static char *patterns[] = {"one[0-9]", "two"};

static void result(bool ok, const char *what, int ret)
{
	printf("%s %s: %s: %s\n", ok ? "ok  " : "FAIL", what, strerror(-ret), ctl.text);
	failures += !ok;
}

static const struct vfw_profile_conf good = {.n_exprs = 2};

struct
try {
	const char *what;
	struct vfw_profile_conf conf;
	int stream, block;
	int want;
	const char *words;
};

static uint32_t begin(struct ctl_policy *p, uint32_t n_profiles)
{
	uint32_t id = 0;

	ctl_policy_make(p, 2, 500);
	p->counts.n_profiles = n_profiles;
	if (ctl_txn_begin(&ctl, VFW_TXN_F_POLICY, &p->counts, p->digest, &id))
		result(false, "begin", 0);
	return id;
}

static void refuse(const struct try *t)
{
	struct ctl_policy p;
	uint32_t id = begin(&p, 1), after = 0;
	int ret;

	ret = ctl_txn_profile(&ctl, id, "lab", &t->conf, t->stream, t->block, table_fd);
	result(ret == t->want && strstr(ctl.text, t->words), t->what, ret);
	/* nothing was added: the policy is not whole */
	ret = ctl_txn_tables(&ctl, id, &p);
	if (!ret)
		ret = ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &after);
	if (ret != -EINVAL)
		result(false, "... and its commit is refused", ret);
	ctl_policy_free(&p);
	ctl_revision(&ctl, &after);
	if (after != before)
		result(false, "... and the policy stays", 0);
}

/* The same database with something done to it. */
static int spoilt(const char *db, size_t len, size_t at, char mask)
{
	char *copy = malloc(len);
	int fd;

	if (!copy)
		exit(1);
	memcpy(copy, db, len);
	copy[at] ^= mask;
	fd = ctl_db_file(PATH, copy, len);
	free(copy);
	return fd;
}

static int large(void)
{
	int fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ftruncate(fd, TOO_LARGE) || close(fd))
		exit(1);
	fd = open(PATH, O_RDONLY);
	unlink(PATH);
	return fd;
}

/* Open for reading here, and for writing there. */
static int busy(const char *db, size_t len, int *writer)
{
	int fd;

	*writer = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (*writer < 0 || write(*writer, db, len) != (ssize_t)len)
		exit(1);
	fd = open(PATH, O_RDONLY);
	unlink(PATH);
	return fd;
}

static void check_databases(void)
{
	size_t len, block_len;
	char *db = ctl_db_make(patterns, 2, HS_MODE_STREAM, &len);
	char *block = ctl_db_make(patterns, 2, HS_MODE_BLOCK, &block_len);
	int good_fd = ctl_db_file(PATH, db, len);
	int block_fd = ctl_db_file(PATH, block, block_len);
	int writer, pipes[2], write_only = open("/dev/null", O_WRONLY);
	struct vfw_profile_conf flag = good, none = good, reserved = good;
	size_t i;

	flag.flags = 8;
	none.n_exprs = 0;
	reserved.reserved = 1;
	if (pipe(pipes))
		exit(1);
	{
		const struct try tries[] = {
			{"a descriptor that is not open", good, 1000, -1, -EBADF, "cannot be read"},
			{"one open for writing only", good, write_only, -1, -EBADF,
			 "cannot be read"},
			{"a pipe", good, pipes[0], -1, -EINVAL, "cannot be read"},
			{"a file that somebody writes", good, busy(db, len, &writer), -1, -ETXTBSY,
			 "cannot be read"},
			{"a file that is no database", good,
			 ctl_db_file(PATH, "#!/bin/sh\nexit 0\n\n\n\n\n", 22), -1, -EINVAL,
			 "not a database"},
			{"a database cut short", good, ctl_db_file(PATH, db, len - 1), -1, -EINVAL,
			 "truncated"},
			{"the first bytes of one", good, ctl_db_file(PATH, db, 12), -1, -EINVAL,
			 "truncated"},
			{"one with a damaged byte", good, spoilt(db, len, len / 2, 1), -1, -EINVAL,
			 "checksum"},
			{"one of another version", good, spoilt(db, len, 5, 1), -1,
			 -EPROTONOSUPPORT, "version"},
			{"one that is too large", good, large(), -1, -EFBIG, "64 MiB"},
			{"streams by one for blocks", good, block_fd, -1, -EMEDIUMTYPE,
			 "other mode"},
			{"datagrams by one for streams", good, -1, good_fd, -EMEDIUMTYPE,
			 "other mode"},
			{"no database at all", good, -1, -1, -EINVAL, "expected a database"},
			{"an unknown flag", flag, good_fd, -1, -EOPNOTSUPP,
			 "unknown profile flags"},
			{"no expressions", none, good_fd, -1, -EINVAL, "expected expressions"},
			{"a reserved field", reserved, good_fd, -1, -EINVAL, "reserved"},
		};

		for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
			refuse(&tries[i]);
	}
	close(writer);
	free(db);
	free(block);
}

/* Right in itself. */
static int empty_table(void)
{
	struct vfw_sig_table_head head = {
		.magic = VFW_SIG_TABLE_MAGIC,
		.sizes = VFW_SIG_TABLE_SIZES,
		.sum = 0xcbf29ce484222325ULL, /* of no bytes */
	};

	return ctl_db_file(PATH, (const char *)&head, sizeof(head));
}

/* What comes beside the databases. */
static void check_tables(void)
{
	int fd = ctl_db_open(PATH, patterns, 2, HS_MODE_STREAM);
	const struct try none = {"a table that is not open", good, fd, -1, -EBADF,
				 "table of signatures"};
	const struct try other = {"a table that is none",	   good, fd, -1, -EINVAL,
				  "expected a table of signatures"};
	const struct try empty = {"a table for no expression", good, fd, -1, -EINVAL,
				  "one signature for each"};

	table_fd = 1000;
	refuse(&none);
	table_fd = fd;
	refuse(&other);
	table_fd = empty_table();
	refuse(&empty);
	table_fd = -1;
}

/* Numbers: fewer than announced, more than announced, none announced. */
static void check_counts(void)
{
	int fd = ctl_db_open(PATH, patterns, 2, HS_MODE_STREAM);
	struct ctl_policy p;
	uint32_t id, revision;
	int ret;

	id = begin(&p, 2);
	ret = ctl_txn_profile(&ctl, id, "first", &good, fd, -1, -1);
	result(!ret, "the first of two", ret);
	ret = ctl_txn_tables(&ctl, id, &p);
	if (!ret)
		ret = ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &revision);
	result(ret == -EINVAL && strstr(ctl.text, "only 1 of 2"), "a commit with one of two", ret);
	ctl_policy_free(&p);

	id = begin(&p, 0);
	ret = ctl_txn_profile(&ctl, id, "first", &good, fd, -1, -1);
	result(ret == -E2BIG && strstr(ctl.text, "more than"), "one that was not announced", ret);
	ctl_txn_end(&ctl, VFW_CMD_TXN_ABORT, id, NULL);
	ctl_policy_free(&p);

	if (ctl_txn_begin(&ctl, 0, NULL, NULL, &id))
		result(false, "a transaction of the population", 0);
	ret = ctl_txn_profile(&ctl, id, "first", &good, fd, -1, -1);
	result(ret == -EINVAL && strstr(ctl.text, "without the flag policy"),
	       "a profile for the population", ret);
	ctl_txn_end(&ctl, VFW_CMD_TXN_ABORT, id, NULL);
	close(fd);
}

static void check_unprivileged(void)
{
	struct try t = {"without CAP_SYS_MODULE", good, -1, -1, -EPERM, "CAP_SYS_MODULE"};

	t.stream = ctl_db_open(PATH, patterns, 2, HS_MODE_STREAM);
	refuse(&t);
}

static void check_lockdown(void)
{
	struct try t = {"a kernel that is locked down", good, -1, -1, -EPERM, "locked down"};

	t.stream = ctl_db_open(PATH, patterns, 2, HS_MODE_STREAM);
	refuse(&t);
}

int main(int argc, char **argv)
{
	int ret = ctl_open(&ctl);

	if (ret) {
		result(false, "open", ret);
		return 1;
	}
	ctl_revision(&ctl, &before);
	if (argc == 2 && !strcmp(argv[1], "unprivileged")) {
		check_unprivileged();
	} else if (argc == 2 && !strcmp(argv[1], "lockdown")) {
		check_lockdown();
	} else {
		check_databases();
		check_tables();
		check_counts();
	}
	printf("%d failed\n", failures);
	ctl_close(&ctl);
	return failures != 0;
}
