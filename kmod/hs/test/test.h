/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_TEST_H
#define VFW_HS_TEST_H

#include <linux/types.h>

#include "../hs.h"

/* What the tests work with: a database, data, and the matches user space's libhs found in it. */
struct blob {
	void *mem;
	size_t len;
};

struct fixture {
	struct blob serialized;
	struct blob foreign;
	/* The same database as serialized, open in the task that loads the module; or -1. */
	int fd;
	struct blob data;
	struct vfw_hs_db *db;
	/*
	 * Bytes in which user space scanned: a stream's, or each a datagram for a block-mode
	 * database.
	 */
	size_t piece;
	/* Sorted by offset, then id. */
	struct vfw_hs_hit *want;
	u32 wants;
};

/* Ends the test that calls it: says what did not hold, and where. */
#define CHECK(cond, fmt, ...)                                                                    \
	do {                                                                                     \
		if (!(cond)) {                                                                   \
			pr_err("vfw_hs_test: %s:%d: %s is false: " fmt "\n", __FILE__, __LINE__, \
			       #cond, ##__VA_ARGS__);                                            \
			return -EINVAL;                                                          \
		}                                                                                \
	} while (0)

/* A stream being scanned, and what came of it. */
struct run {
	const struct fixture *fix;
	size_t piece;
	size_t at;
	void *stream;
	struct vfw_hs_hits hits;
	unsigned int again;
	int err;
};

/* Makes room for one hit more than is wanted. May sleep. */
int run_open(struct run *run, const struct fixture *fix, size_t piece);
void run_free(struct run *run);

/*
 * Scans up to @pieces pieces, and closes the stream behind the last. Any context. Returns 0 when
 * all is done, -EAGAIN when there is more or no section could be had, another error when the scan
 * failed.
 */
int run_some(struct run *run, unsigned int pieces);

/* Compares with what is wanted; sorts the hits. May sleep. Returns 0 or -EINVAL. */
int run_compare(struct run *run);

/* The same in a softirq, to the end; *ns gets the time taken. */
int run_in_softirq(struct run *run, u64 *ns);

int test_softirq(struct fixture *fix);
int test_together(struct fixture *fix);
int test_refuse(struct fixture *fix);
int test_foreign(struct fixture *fix);
int test_file(struct fixture *fix);
int test_stack(struct fixture *fix);

/* Measures; runs only when it is named. */
int test_bench(struct fixture *fix);

#endif
