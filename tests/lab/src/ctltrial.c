// SPDX-License-Identifier: GPL-2.0
/*
 * Holds the module to what vfw.h says of a policy on trial. Run as root, with no
 * daemon; it publishes policies of its own. Prints a line for each check; exit
 * status 0 only if all held.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctlmsg.h"

static struct ctl ctl;
static int passed, failed;

__attribute__((format(printf, 2, 3))) static void check(bool ok, const char *fmt, ...)
{
	va_list args;

	ok ? passed++ : failed++;
	printf("%s ", ok ? "ok  " : "FAIL");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(" %s\n", ok ? "" : ctl.text);
	fflush(stdout);
}

static void refused(const char *what, int ret, int want)
{
	check(ret == want && ctl.text[0], "%s: %s: %s", what, strerror(-ret), ctl.text);
}

static int on_id(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = ctl_find(nlh, VFW_A_TXN_ID);

	if (attr)
		*(uint32_t *)arg = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

#define NO_REVISION (~0U)

/* Seconds 0: no trial. p NULL: the population only. */
static int begin(const struct ctl_policy *p, uint32_t seconds, uint32_t revision, uint32_t *id)
{
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_TXN_BEGIN, 0);

	mnl_attr_put_u32(nlh, VFW_A_TXN_FLAGS, p ? VFW_TXN_F_POLICY : 0);
	if (p) {
		mnl_attr_put(nlh, VFW_A_COUNTS, sizeof(p->counts), &p->counts);
		mnl_attr_put(nlh, VFW_A_DIGEST, VFW_DIGEST_LEN, p->digest);
	}
	if (revision != NO_REVISION)
		mnl_attr_put_u32(nlh, VFW_A_REVISION, revision);
	if (seconds) {
		mnl_attr_put_u32(nlh, VFW_A_CONFIRM_S, seconds);
		mnl_attr_put_strz(nlh, VFW_A_CONFIRM_WHO, "a test");
	}
	return ctl_talk(&ctl, nlh, on_id, id);
}

/* The policy with VMs 1 and 2, identities first and second, and with VM 3 like VM 1. */
static int apply(const struct ctl_policy *p, uint32_t seconds, bool three, uint32_t *revision)
{
	uint32_t id = 0;
	int ret = begin(p, seconds, NO_REVISION, &id);

	if (ret)
		return ret;
	ret = ctl_txn_tables(&ctl, id, p);
	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 1, VFW_ID_FIRST, 0);
	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 2, VFW_ID_FIRST + 1, 0);
	if (!ret && three)
		ret = ctl_txn_vm(&ctl, id, 3, VFW_ID_FIRST, 0);
	return ret ? ret : ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, revision);
}

static int end(uint8_t cmd)
{
	return ctl_talk(&ctl, ctl_begin(&ctl, cmd, 0), NULL, NULL);
}

struct trial {
	uint32_t left, revision, before;
	char who[VFW_NAME_LEN];
};

static int on_status(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = ctl_find(nlh, VFW_A_CONFIRM_S);
	struct trial *t = arg;

	t->left = attr ? mnl_attr_get_u32(attr) : 0;
	attr = ctl_find(nlh, VFW_A_REVISION);
	t->revision = attr ? mnl_attr_get_u32(attr) : 0;
	attr = ctl_find(nlh, VFW_A_PREV_REVISION);
	t->before = attr ? mnl_attr_get_u32(attr) : 0;
	attr = ctl_find(nlh, VFW_A_CONFIRM_WHO);
	if (attr)
		snprintf(t->who, sizeof(t->who), "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static struct trial status(void)
{
	struct trial t = {};

	ctl_talk(&ctl, ctl_begin(&ctl, VFW_CMD_STATUS_GET, 0), on_status, &t);
	return t;
}

/* From VM a to VM b, by the rule for key 5. */
static struct vfw_explain explain(uint8_t a, uint8_t b)
{
	struct vfw_explain ex = {.flags = VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_DST_VM, .key = 5};

	ctl_uuid(ex.src_uuid, a);
	ctl_uuid(ex.dst_uuid, b);
	if (ctl_explain(&ctl, &ex))
		memset(&ex, 0xff, sizeof(ex));
	return ex;
}

static void vm(uint8_t n, uint32_t ident, uint32_t flags)
{
	uint32_t id = 0, revision = 0;
	int ret = begin(NULL, 0, status().revision, &id);

	if (!ret)
		ret = ctl_txn_vm(&ctl, id, n, ident, flags);
	if (!ret)
		ret = ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &revision);
	check(!ret, "VM %u %s", n, flags & VFW_VM_F_GONE ? "goes" : "comes");
}

static void check_refusals(const struct ctl_policy *a)
{
	uint32_t id;

	refused("confirm without a trial", end(VFW_CMD_POLICY_CONFIRM), -ENOENT);
	refused("rollback without a trial", end(VFW_CMD_POLICY_ROLLBACK), -ENOENT);
	if (!status().revision)
		refused("a trial of the first policy", begin(a, 60, NO_REVISION, &id), -ENOENT);
	refused("a trial of more than a day", begin(a, VFW_CONFIRM_MAX_S + 1, NO_REVISION, &id),
		-ERANGE);
	refused("a policy for another revision", begin(a, 0, status().revision + 1, &id), -ESTALE);
}

static void check_rollback(const struct ctl_policy *a, const struct ctl_policy *b,
			   const struct ctl_policy *c)
{
	uint32_t first = 0, second = 0, id = 0, revision;
	struct vfw_explain ex;
	struct trial t;

	check(!apply(a, 0, false, &first), "a policy is published");
	refused("a trial of the population", begin(NULL, 60, NO_REVISION, &id), -EINVAL);
	check(!apply(b, 600, true, &second) && second == first + 1, "another one is on trial");
	t = status();
	check(t.left > 590 && t.left <= 600 && t.before == first && !strcmp(t.who, "a test"),
	      "status: %u s, then revision %u, by %s", t.left, t.before, t.who);
	check(explain(1, 2).rule == 2005 && explain(3, 2).rule == 2005, "it is in force");
	refused("a third policy", begin(c, 0, NO_REVISION, &id), -EBUSY);
	refused("a trial during a trial", begin(b, 60, NO_REVISION, &id), -EBUSY);
	check(!apply(b, 0, true, &second) && second == first + 2 && status().left,
	      "the policy on trial may be published anew, and stays on trial");

	/* VM 1 goes and comes again, VM 2 goes, VM 4 comes */
	vm(1, 0, VFW_VM_F_GONE);
	usleep(200000);
	vm(4, VFW_ID_FIRST, 0);
	vm(1, VFW_ID_FIRST, 0);
	vm(2, 0, VFW_VM_F_GONE);
	check(!begin(NULL, 0, second, &id), "a transaction is open");
	check(!end(VFW_CMD_POLICY_ROLLBACK), "rollback");
	t = status();
	check(t.revision == second + 1 && !t.left, "its revision is the next, the trial is over");
	refused("the transaction that was open",
		ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &revision), -ENOENT);
	refused("a change for the revision on trial", begin(NULL, 0, second, &id), -ESTALE);
	ex = explain(1, 4);
	check(ex.src_ident == VFW_ID_FIRST && ex.dst_ident == VFW_ID_UNMANAGED &&
		      ex.verdict == VFW_BLOCK && ex.rule == 1009,
	      "VM 1 is who it was, VM 4 nobody: %u, %u, rule %u", ex.src_ident, ex.dst_ident,
	      ex.rule);
	check(explain(3, 1).src_ident == VFW_ID_UNMANAGED,
	      "nor is VM 3, which came with the trial");
	check(explain(1, 2).rule == ~0U, "VM 2 stays gone");
	vm(2, VFW_ID_FIRST + 1, 0);
	check(explain(1, 2).rule == 1005, "it is named again, and may what it might before");
	check(explain(4, 2).src_ident == VFW_ID_UNMANAGED,
	      "another's change opens nothing for VM 4");
}

static void check_time(const struct ctl_policy *a, const struct ctl_policy *b)
{
	uint32_t first = 0, second = 0;
	int i;

	check(!apply(a, 0, false, &first) && !apply(b, 1, false, &second), "a trial of a second");
	for (i = 0; i < 100 && status().left; i++)
		usleep(100000);
	for (i = 0; i < 100 && status().revision == second; i++)
		usleep(100000);
	check(status().revision == second + 1 && explain(1, 2).rule == 1005,
	      "nobody confirmed in time");
	check(!apply(b, 4, false, &second) && !end(VFW_CMD_POLICY_CONFIRM), "a trial, confirmed");
	check(!apply(a, 600, false, &second), "and then one of ten minutes");
	usleep(5000000);
	check(status().revision == second && status().left > 500,
	      "which the time of the one before does not end");
	check(!end(VFW_CMD_POLICY_CONFIRM) && explain(1, 2).rule == 1005, "confirmed");
}

int main(void)
{
	struct ctl_policy a, b, c;
	int ret = ctl_open(&ctl);

	if (ret) {
		fprintf(stderr, "ctltrial: family %s: %s; load the module, be root\n",
			VFW_GENL_NAME, strerror(-ret));
		return 2;
	}
	ctl_policy_make(&a, 10, 1000);
	ctl_policy_make(&b, 20, 2000);
	ctl_policy_make(&c, 10, 3000);
	check_refusals(&a);
	check_rollback(&a, &b, &c);
	check_time(&a, &b);
	printf("%d passed, %d failed\n", passed, failed);
	ctl_policy_free(&a);
	ctl_policy_free(&b);
	ctl_policy_free(&c);
	ctl_close(&ctl);
	return failed ? 1 : 0;
}
