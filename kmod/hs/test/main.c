// SPDX-License-Identifier: GPL-2.0

/*
 * vfw_hs_test.ko: loads a database, scans data with it in a softirq and compares with what libhs
 * found in user space; then all that must not work. Loading it fails when a test fails.
 * tests/lab/hs/check runs it.
 */

#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/vmalloc.h>

#include "test.h"

static char *set = "";
module_param(set, charp, 0);
MODULE_PARM_DESC(set, "instruction set: sse42, avx2, avx512 (default: the best)");
static char *dir = "";
module_param(dir, charp, 0);
MODULE_PARM_DESC(dir, "folder with db, data and want as tests/lab/hs/reference writes them");
static char *foreign = "";
module_param(foreign, charp, 0);
MODULE_PARM_DESC(foreign, "a database of a larger instruction set, to be refused");

static int fd = -1;
module_param(fd, int, 0);
MODULE_PARM_DESC(fd, "a descriptor open on the database, to be loaded from as well");
static char *only = "";
module_param(only, charp, 0);
MODULE_PARM_DESC(only, "run only the test of this name");

/* As tests/lab/hs/reference.c. */
#define STREAM_PIECE 1460
#define BLOCK_PIECE 4096

/* One match in the file of those wanted. */
struct record {
	__le32 id;
	__le32 zero;
	__le64 to;
};

static struct fixture fix;

static int slurp(const char *folder, const char *name, struct blob *out)
{
	char path[256];
	size_t size = 0;
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return -ENAMETOOLONG;
	n = kernel_read_file_from_path(path, 0, &out->mem, INT_MAX, &size, READING_POLICY);
	if (n < 0) {
		pr_err("vfw_hs_test: cannot read %s: %zd\n", path, n);
		return n;
	}
	out->len = n;
	return 0;
}

static int read_wanted(void)
{
	struct blob want = {};
	struct record *record;
	u32 i;
	int err;

	err = slurp(dir, "want", &want);
	if (err)
		return err;
	record = want.mem;
	fix.wants = want.len / sizeof(*record);
	fix.want = vmalloc(array_size(fix.wants, sizeof(*fix.want)));
	for (i = 0; fix.want && i < fix.wants; i++) {
		fix.want[i].id = le32_to_cpu(record[i].id);
		fix.want[i].to = le64_to_cpu(record[i].to);
	}
	vfree(want.mem);
	return fix.want ? 0 : -ENOMEM;
}

static const struct {
	const char *name;
	int (*run)(struct fixture *fix);
} tests[] = {
	{"softirq", test_softirq}, {"together", test_together}, {"refuse", test_refuse},
	{"foreign", test_foreign}, {"file", test_file},		{"stack", test_stack},
	{"still", test_softirq},   {"bench", test_bench},
};

static int run_tests(void)
{
	int i, err, failed = 0;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (*only ? strcmp(only, tests[i].name) : tests[i].run == test_bench)
			continue;
		if (tests[i].run == test_foreign && !fix.foreign.mem) {
			pr_info("vfw_hs_test: skip %s: no such database given\n", tests[i].name);
			continue;
		}
		if (tests[i].run == test_file && fix.fd < 0) {
			pr_info("vfw_hs_test: skip %s: no descriptor given\n", tests[i].name);
			continue;
		}
		err = tests[i].run(&fix);
		pr_info("vfw_hs_test: %s %s\n", err ? "FAILED" : "ok", tests[i].name);
		failed += !!err;
	}
	return failed ? -EINVAL : 0;
}

static void free_fixture(void)
{
	if (fix.db)
		vfw_hs_db_put(fix.db);
	vfree(fix.serialized.mem);
	vfree(fix.foreign.mem);
	vfree(fix.data.mem);
	vfree(fix.want);
}

static int __init vfw_hs_test_init(void)
{
	const char *why = "";
	int err;

	fix.fd = fd;
	err = vfw_hs_init(set);
	if (err)
		return err;
	err = slurp(dir, "db", &fix.serialized);
	if (!err)
		err = slurp(dir, "data", &fix.data);
	if (!err)
		err = read_wanted();
	if (!err && *foreign)
		err = slurp(foreign, "db", &fix.foreign);
	if (err)
		goto out;
	err = vfw_hs_db_load(fix.serialized.mem, fix.serialized.len, &fix.db, &why);
	if (err) {
		pr_err("vfw_hs_test: %s/db: %s (%d)\n", dir, why, err);
		goto out;
	}
	fix.piece = vfw_hs_db_stream_size(fix.db) ? STREAM_PIECE : BLOCK_PIECE;
	pr_info("vfw_hs_test: set %s, %s, %zu bytes, stream %zu, %u matches wanted\n", vfw_hs_set(),
		vfw_hs_db_info(fix.db), vfw_hs_db_bytes(fix.db), vfw_hs_db_stream_size(fix.db),
		fix.wants);
	err = run_tests();
out:
	free_fixture();
	vfw_hs_exit();
	return err;
}

static void __exit vfw_hs_test_exit(void)
{
}

module_init(vfw_hs_test_init);
module_exit(vfw_hs_test_exit);
MODULE_DESCRIPTION("Hyperscan's runtime in the kernel against user space's");
MODULE_LICENSE("GPL");
