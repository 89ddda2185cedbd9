// SPDX-License-Identifier: GPL-2.0
/*
 * Holds the module to the contract in vfw.h, sentence by sentence, through the
 * real family. Run as root with the module freshly loaded and no daemon: it
 * publishes policies of its own. Prints a line for each check; exit status 0 only
 * if all held.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctlmsg.h"

#define MANY_RULES 100000U

static struct ctl one, two;
static int passed, failed;

__attribute__((format(printf, 2, 3))) static bool check(bool ok, const char *fmt, ...)
{
	va_list args;

	ok ? passed++ : failed++;
	printf("%s ", ok ? "ok  " : "FAIL");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return ok;
}

/* The call must fail in this way, and with text, if it is the module that refuses. */
static void refused(const char *what, const struct ctl *c, int ret, int want)
{
	bool text = c->text[0] || want == -EPERM;

	check(ret == want && text, "%s: %s%s%s", what, strerror(-ret), c->text[0] ? ": " : "",
	      c->text);
}

static uint32_t revision_now(void)
{
	uint32_t revision = ~0U;

	ctl_revision(&one, &revision);
	return revision;
}

static uint32_t begin_policy(const struct ctl_policy *p)
{
	uint32_t id = 0;

	check(!ctl_txn_begin(&one, VFW_TXN_F_POLICY, &p->counts, p->digest, &id), "begin: %s",
	      one.text);
	return id;
}

static void check_empty(void)
{
	struct vfw_explain ex = {.flags = VFW_EXPLAIN_F_SRC_HOST};
	uint32_t id;

	check(revision_now() == 0, "no policy yet: revision is 0");
	refused("population without a policy", &one, ctl_txn_begin(&one, 0, NULL, NULL, &id),
		-ENOENT);
	check(!ctl_explain(&one, &ex) && ex.verdict == VFW_BLOCK && !ex.revision,
	      "explain without a policy blocks");
}

struct status {
	uint32_t n_vms;
	uint8_t digest[VFW_DIGEST_LEN];
	uint64_t memory;
};

static int on_status(const struct nlmsghdr *nlh, void *arg)
{
	struct status *st = arg;
	const struct nlattr *attr;

	attr = ctl_find(nlh, VFW_A_N_VMS);
	st->n_vms = attr ? mnl_attr_get_u32(attr) : ~0U;
	attr = ctl_find(nlh, VFW_A_DIGEST);
	if (attr)
		memcpy(st->digest, mnl_attr_get_payload(attr), VFW_DIGEST_LEN);
	attr = ctl_find(nlh, VFW_A_MEMORY);
	st->memory = attr ? mnl_attr_get_u64(attr) : 0;
	return MNL_CB_OK;
}

static struct vfw_explain explain(uint32_t key)
{
	struct vfw_explain ex = {.flags = VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_DST_VM, .key = key};

	ctl_uuid(ex.src_uuid, 1);
	ctl_uuid(ex.dst_uuid, 2);
	if (ctl_explain(&one, &ex))
		memset(&ex, 0xff, sizeof(ex));
	return ex;
}

static void check_apply(void)
{
	struct ctl_policy p;
	struct status st = {};
	struct vfw_explain ex;
	uint32_t before = revision_now(), revision = 0;

	ctl_policy_make(&p, 10, 1000);
	check(!ctl_apply(&one, &p, &revision), "a policy is published: %s", one.text);
	check(revision == before + 1 && revision == revision_now(), "its revision is the next");
	check(!ctl_talk(&one, ctl_begin(&one, VFW_CMD_STATUS_GET, 0), on_status, &st) &&
		      st.n_vms == 2 && !memcmp(st.digest, p.digest, sizeof(st.digest)) &&
		      st.memory > 0,
	      "status tells VMs, digest and memory");
	ex = explain(5);
	check(ex.verdict == VFW_PASS && ex.rule == 1005 && ex.revision == revision &&
		      ex.src_ident == VFW_ID_FIRST && ex.dst_ident == VFW_ID_FIRST + 1,
	      "explain: rule 1005 passes");
	ex = (struct vfw_explain){.flags = VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_DST_HOST};
	ctl_uuid(ex.src_uuid, 1);
	check(!ctl_explain(&one, &ex) && ex.verdict == VFW_BLOCK && ex.rule == 1009,
	      "explain: the default blocks towards the host");
	ex = (struct vfw_explain){.flags = VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_DST_ADDR,
				  .dst_addr = {192, 0, 2, 7},
				  .family = 4};
	ctl_uuid(ex.src_uuid, 1);
	check(!ctl_explain(&one, &ex) && ex.dst_ident == VFW_ID_FIRST + 1 && ex.verdict == VFW_PASS,
	      "explain: an address of the book");
	ctl_policy_free(&p);
}

static void check_owner(void)
{
	struct ctl_policy p;
	uint32_t id, other, before = revision_now();

	ctl_policy_make(&p, 10, 1000);
	id = begin_policy(&p);
	refused("a second begin", &two,
		ctl_txn_begin(&two, VFW_TXN_F_POLICY, &p.counts, p.digest, &other), -EBUSY);
	refused("another socket's commit", &two, ctl_txn_end(&two, VFW_CMD_TXN_COMMIT, id, NULL),
		-EPERM);
	refused("a wrong transaction", &one, ctl_txn_end(&one, VFW_CMD_TXN_ABORT, id + 1, NULL),
		-ENOENT);
	ctl_close(&one);
	check(!ctl_txn_begin(&two, VFW_TXN_F_POLICY, &p.counts, p.digest, &other),
	      "closing the socket ends its transaction: %s", two.text);
	check(!ctl_txn_end(&two, VFW_CMD_TXN_ABORT, other, NULL), "abort");
	check(!ctl_open(&one), "open again");
	check(revision_now() == before, "and leaves what was");
	ctl_policy_free(&p);
}

/* What is wrong with a policy, and how to make it so. */
struct wrong {
	const char *what;
	void (*spoil)(struct ctl_policy *p);
};

#define SPOIL(name, type, tab, body)                        \
	static void name(struct ctl_policy *p)              \
	{                                                   \
		struct type *e = p->table[VFW_TABLE_##tab]; \
                                                            \
		body;                                       \
	}

SPOIL(same_id, vfw_rule_rec, RULES, e[3].id = e[7].id)
SPOIL(zero_id, vfw_rule_rec, RULES, e[3].id = 0)
SPOIL(bad_verdict, vfw_rule_rec, RULES, e[3].verdict = __VFW_VERDICT_MAX)
SPOIL(last_monitors, vfw_rule_rec, RULES, e[4].verdict = VFW_MONITOR)
SPOIL(cell_monitors, vfw_rule_rec, RULES, e[3].verdict = VFW_MONITOR)
SPOIL(rule_flag, vfw_rule_rec, RULES, e[3].flags = 0x80)
SPOIL(rule_profile, vfw_rule_rec, RULES, e[3].profile = 1)
SPOIL(cell_start, vfw_cell, CELLS, e[0].start = 1)
SPOIL(cell_order, vfw_cell, CELLS, e[4].start = e[3].start)
SPOIL(cell_cand, vfw_cell, CELLS, e[4].cand = ~0U)
SPOIL(cell_rule, vfw_cell, CELLS, e[4].cand = VFW_CELL_F_RULE | p->counts.n[VFW_TABLE_RULES])
SPOIL(block_cells, vfw_block, BLOCKS, e[1].n_cells = 11)
SPOIL(block_empty, vfw_block, BLOCKS, e[1].n_cells = 0)
SPOIL(block_wraps, vfw_block, BLOCKS, e[1].first_cell = ~0U)
SPOIL(block_flag, vfw_block, BLOCKS, e[1].flags = 2)
SPOIL(pair_ident, vfw_pair, PAIRS, e[0].src = VFW_ID_FIRST + 2)
SPOIL(pair_block, vfw_pair, PAIRS, e[0].block = 2)
SPOIL(book4_order, vfw_range4, BOOK4, e[0].last[0] = 0)
SPOIL(book6_ident, vfw_range6, BOOK6, e[0].ident = VFW_ID_FIRST + 2)

static void cand_rule(struct ctl_policy *p)
{
	((uint32_t *)p->table[VFW_TABLE_CANDS])[5] = p->counts.n[VFW_TABLE_RULES];
}

static void cand_run(struct ctl_policy *p)
{
	((uint32_t *)p->table[VFW_TABLE_CANDS])[4] = ~0U;
}

static const struct wrong wrongs[] = {
	{"two rules with one id", same_id},
	{"a rule with id 0", zero_id},
	{"an unknown verdict", bad_verdict},
	{"a run that ends in a monitor rule", last_monitors},
	{"a cell of a monitor rule", cell_monitors},
	{"an unknown rule flag", rule_flag},
	{"a rule with a profile that there is not", rule_profile},
	{"a block that does not begin at 0", cell_start},
	{"cells that do not rise", cell_order},
	{"a cell without candidates", cell_cand},
	{"a cell of no rule", cell_rule},
	{"a block past the cells", block_cells},
	{"a block without cells", block_empty},
	{"a block that wraps around", block_wraps},
	{"an unknown block flag", block_flag},
	{"a pair of an unknown identity", pair_ident},
	{"a pair of an unknown block", pair_block},
	{"a range that ends before it begins", book4_order},
	{"a range of an unknown identity", book6_ident},
	{"a candidate that is no rule", cand_rule},
	{"a run past the candidates", cand_run},
};

static void check_meaning(void)
{
	uint32_t before = revision_now(), revision;
	struct ctl_policy p;
	size_t i;
	int ret;

	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		ctl_policy_make(&p, 10, 1000);
		wrongs[i].spoil(&p);
		ret = ctl_apply(&one, &p, &revision);
		if (wrongs[i].spoil == same_id)
			refused(wrongs[i].what, &one, ret, -EEXIST);
		else
			refused(wrongs[i].what, &one, ret, -EINVAL);
		ctl_policy_free(&p);
	}
	check(revision_now() == before && explain(5).rule == 1005, "and all of it left what was");
}

static void limit_memory(const char *mib)
{
	FILE *f = fopen("/sys/module/vfw/parameters/policy_max_mib", "w");

	check(f && fputs(mib, f) >= 0 && !fclose(f), "policies may take %s MiB", mib);
}

static void check_counts(void)
{
	struct ctl_policy p;
	uint32_t id;

	ctl_policy_make(&p, 10, 1000);
	id = begin_policy(&p);
	refused("commit with elements missing", &one,
		ctl_txn_end(&one, VFW_CMD_TXN_COMMIT, id, NULL), -EINVAL);
	id = begin_policy(&p);
	check(!ctl_txn_tables(&one, id, &p), "tables");
	refused("more elements than announced", &one,
		ctl_txn_table(&one, id, VFW_TABLE_PAIRS, p.table[VFW_TABLE_PAIRS],
			      sizeof(struct vfw_pair)),
		-E2BIG);
	refused("half an element", &one,
		ctl_txn_table(&one, id, VFW_TABLE_PAIRS, p.table[VFW_TABLE_PAIRS], 5), -EINVAL);
	refused("no element", &one, ctl_txn_table(&one, id, VFW_TABLE_PAIRS, "", 0), -EINVAL);
	refused("an unknown table", &one,
		ctl_txn_table(&one, id, __VFW_TABLE_MAX, p.table[VFW_TABLE_PAIRS], 12), -ERANGE);
	check(!ctl_txn_end(&one, VFW_CMD_TXN_ABORT, id, NULL), "abort");
	p.counts.n_profiles = VFW_MAX_PROFILES + 1;
	refused("more profiles than their bound", &one,
		ctl_txn_begin(&one, VFW_TXN_F_POLICY, &p.counts, p.digest, &id), -EINVAL);
	p.counts.n_profiles = 0;
	p.counts.default_block = 2;
	refused("a default block past the last", &one,
		ctl_txn_begin(&one, VFW_TXN_F_POLICY, &p.counts, p.digest, &id), -EINVAL);
	p.counts.default_block = 0;
	p.counts.n[VFW_TABLE_PAIRS] = VFW_MAX_PAIRS + 1;
	refused("a table past its bound", &one,
		ctl_txn_begin(&one, VFW_TXN_F_POLICY, &p.counts, p.digest, &id), -EINVAL);
	p.counts.n[VFW_TABLE_PAIRS] = VFW_MAX_PAIRS;
	p.counts.n[VFW_TABLE_CELLS] = VFW_MAX_CELLS;
	p.counts.n[VFW_TABLE_CANDS] = VFW_MAX_CANDS;
	p.counts.n[VFW_TABLE_RULES] = VFW_MAX_RULES;
	limit_memory("100");
	refused("more memory than allowed", &one,
		ctl_txn_begin(&one, VFW_TXN_F_POLICY, &p.counts, p.digest, &id), -E2BIG);
	limit_memory("1024");
	ctl_policy_free(&p);
}

static void check_flags(void)
{
	struct vfw_explain ex = {.flags = 0x80};
	struct nlmsghdr *nlh;
	struct ctl_policy p;
	uint8_t uuid[VFW_UUID_LEN];
	struct nlattr *vm;
	uint32_t id;

	ctl_policy_make(&p, 10, 1000);
	refused("an unknown transaction flag", &one,
		ctl_txn_begin(&one, 0x80 | VFW_TXN_F_POLICY, &p.counts, p.digest, &id),
		-EOPNOTSUPP);
	refused("an unknown explain flag", &one, ctl_explain(&one, &ex), -EOPNOTSUPP);
	ex.flags = VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_SRC_HOST;
	refused("an end that is two things", &one, ctl_explain(&one, &ex), -EINVAL);
	ex.flags = 0;
	ex.key = VFW_KEY_LAST + 1;
	refused("a key past the last", &one, ctl_explain(&one, &ex), -EINVAL);
	id = begin_policy(&p);
	refused("an unknown VM flag", &one, ctl_txn_vm(&one, id, 1, VFW_ID_FIRST, 0x80),
		-EOPNOTSUPP);
	refused("an identity below the first", &one, ctl_txn_vm(&one, id, 1, VFW_ID_HOST, 0),
		-EINVAL);
	refused("an identity past the last", &one, ctl_txn_vm(&one, id, 1, VFW_ID_FIRST + 2, 0),
		-EINVAL);
	refused("a VM gone from a whole policy", &one, ctl_txn_vm(&one, id, 1, 0, VFW_VM_F_GONE),
		-EINVAL);
	check(!ctl_txn_vm(&one, id, 1, VFW_ID_FIRST, 0), "a VM");
	refused("the same VM again", &one, ctl_txn_vm(&one, id, 1, VFW_ID_FIRST, 0), -EEXIST);
	nlh = ctl_begin(&one, VFW_CMD_TXN_ABORT, 0);
	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	mnl_attr_put_u32(nlh, VFW_A_MAX + 1, 1);
	refused("an unknown attribute", &one, ctl_talk(&one, nlh, NULL, NULL), -EINVAL);
	nlh = ctl_begin(&one, VFW_CMD_TXN_ABORT, 0);
	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	mnl_attr_put_u32(nlh, VFW_A_REVISION, 1);
	refused("an attribute of another command", &one, ctl_talk(&one, nlh, NULL, NULL), -EINVAL);
	nlh = ctl_begin(&one, VFW_CMD_RULE_GET, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, VFW_A_REVISION, 1);
	refused("a dump with an attribute", &one, ctl_talk(&one, nlh, NULL, NULL), -EINVAL);
	check(!ctl_txn_end(&one, VFW_CMD_TXN_ABORT, id, NULL), "abort: %s", one.text);
	nlh = ctl_begin(&one, VFW_CMD_MODE_SET, 0);
	mnl_attr_put_u32(nlh, VFW_A_MODE, __VFW_MODE_MAX);
	refused("an unknown mode", &one, ctl_talk(&one, nlh, NULL, NULL), -ERANGE);
	nlh = ctl_begin(&one, VFW_CMD_VM_FLAGS_SET, 0);
	ctl_uuid(uuid, 99);
	vm = mnl_attr_nest_start(nlh, VFW_A_VM);
	mnl_attr_put(nlh, VFW_VM_A_UUID, sizeof(uuid), uuid);
	mnl_attr_put_u32(nlh, VFW_VM_A_FLAGS, VFW_VM_F_QUARANTINE);
	mnl_attr_nest_end(nlh, vm);
	refused("quarantine of an unknown VM", &one, ctl_talk(&one, nlh, NULL, NULL), -ENOENT);
	ctl_policy_free(&p);
}

/* Stages VM 3 with a NIC of which one thing is wrong. */
static int bad_vm(uint32_t id, uint16_t type, size_t len, const void *data, unsigned int n_nics)
{
	struct nlmsghdr *nlh = ctl_begin(&one, VFW_CMD_TXN_VM, 0);
	uint8_t mac[6] = {0x52, 0x54}, uuid[VFW_UUID_LEN];
	struct nlattr *vm, *nic;

	ctl_uuid(uuid, 3);
	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	vm = mnl_attr_nest_start(nlh, VFW_A_VM);
	mnl_attr_put(nlh, VFW_VM_A_UUID, sizeof(uuid), uuid);
	mnl_attr_put_strz(nlh, VFW_VM_A_NAME, "bad");
	mnl_attr_put_u32(nlh, VFW_VM_A_IDENT, VFW_ID_FIRST);
	while (n_nics--) {
		nic = mnl_attr_nest_start(nlh, VFW_VM_A_NIC);
		if (type != VFW_NIC_A_MAC)
			mnl_attr_put(nlh, VFW_NIC_A_MAC, sizeof(mac), mac);
		mnl_attr_put(nlh, type, len, data);
		mnl_attr_nest_end(nlh, nic);
	}
	mnl_attr_nest_end(nlh, vm);
	return ctl_talk(&one, nlh, NULL, NULL);
}

static void check_vm(void)
{
	struct vfw_addr4 long4 = {{10}, 33, {}}, reserved4 = {{10}, 32, {1}};
	struct vfw_addr4 many4[VFW_MAX_ADDRS + 1] = {};
	struct vfw_addr6 zero6 = {};
	uint8_t multicast[6] = {1};
	uint32_t flags = 0x80, id;

	if (!check(!ctl_txn_begin(&one, 0, NULL, NULL, &id), "begin: %s", one.text))
		return;
	refused("IPv4 length 33", &one, bad_vm(id, VFW_NIC_A_ADDR4, sizeof(long4), &long4, 1),
		-EINVAL);
	refused("an address with a reserved field", &one,
		bad_vm(id, VFW_NIC_A_ADDR4, sizeof(reserved4), &reserved4, 1), -EINVAL);
	refused("IPv6 length 0", &one, bad_vm(id, VFW_NIC_A_ADDR6, sizeof(zero6), &zero6, 1),
		-EINVAL);
	refused("too many addresses", &one, bad_vm(id, VFW_NIC_A_ADDR4, sizeof(many4), many4, 1),
		-ERANGE);
	refused("half an address", &one, bad_vm(id, VFW_NIC_A_ADDR4, 5, &long4, 1), -EINVAL);
	refused("a multicast MAC", &one, bad_vm(id, VFW_NIC_A_MAC, sizeof(multicast), multicast, 1),
		-EINVAL);
	refused("an unknown NIC flag", &one, bad_vm(id, VFW_NIC_A_FLAGS, 4, &flags, 1),
		-EOPNOTSUPP);
	flags = 0;
	refused("too many NICs", &one, bad_vm(id, VFW_NIC_A_FLAGS, 4, &flags, VFW_MAX_NICS + 1),
		-E2BIG);
	check(!ctl_txn_end(&one, VFW_CMD_TXN_ABORT, id, NULL), "abort");
}

struct seen {
	unsigned int n;
	unsigned int nics;
	bool wrong;
};

static int on_vm(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *vm = ctl_find(nlh, VFW_A_VM), *attr;
	struct seen *seen = arg;

	if (!vm)
		return MNL_CB_ERROR;
	seen->n++;
	mnl_attr_for_each_nested(attr, vm) if (mnl_attr_get_type(attr) == VFW_VM_A_NIC)
		seen->nics++;
	return MNL_CB_OK;
}

static struct seen vms_seen(void)
{
	struct seen seen = {};

	seen.wrong = ctl_talk(&one, ctl_begin(&one, VFW_CMD_VM_GET, NLM_F_DUMP), on_vm, &seen);
	return seen;
}

static void check_population(void)
{
	uint32_t before = revision_now(), revision = 0, id;
	struct seen seen;
	uint8_t n;

	if (!check(!ctl_txn_begin(&one, 0, NULL, NULL, &id), "begin: %s", one.text))
		return;
	for (n = 3; n < 200; n++)
		if (ctl_txn_vm(&one, id, n, VFW_ID_FIRST, 0))
			check(false, "VM %u: %s", n, one.text);
	check(!ctl_txn_end(&one, VFW_CMD_TXN_COMMIT, id, &revision) && revision == before,
	      "VMs come, the revision stays: %s", one.text);
	seen = vms_seen();
	check(!seen.wrong && seen.n == 199 && seen.nics == 199,
	      "199 VMs and NICs in the dump: %u, %u", seen.n, seen.nics);
	check(!ctl_txn_begin(&one, 0, NULL, NULL, &id), "begin: %s", one.text);
	for (n = 3; n < 200; n++)
		ctl_txn_vm(&one, id, n, 0, VFW_VM_F_GONE);
	check(!ctl_txn_end(&one, VFW_CMD_TXN_COMMIT, id, &revision) && revision == before,
	      "VMs go: %s", one.text);
	seen = vms_seen();
	check(!seen.wrong && seen.n == 2, "two are left: %u", seen.n);
}

static void check_quarantine(void)
{
	uint32_t flags[2] = {VFW_VM_F_QUARANTINE, 0};
	uint8_t uuid[VFW_UUID_LEN], verdict[2] = {VFW_BLOCK, VFW_PASS};
	struct nlmsghdr *nlh;
	struct nlattr *vm;
	int i;

	ctl_uuid(uuid, 2);
	for (i = 0; i < 2; i++) {
		nlh = ctl_begin(&one, VFW_CMD_VM_FLAGS_SET, 0);
		vm = mnl_attr_nest_start(nlh, VFW_A_VM);
		mnl_attr_put(nlh, VFW_VM_A_UUID, sizeof(uuid), uuid);
		mnl_attr_put_u32(nlh, VFW_VM_A_FLAGS, flags[i]);
		mnl_attr_nest_end(nlh, vm);
		check(!ctl_talk(&one, nlh, NULL, NULL) && explain(5).verdict == verdict[i],
		      i ? "release" : "quarantine");
	}
}

static int on_rule(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = ctl_find(nlh, VFW_A_RULE);
	struct vfw_rule_stat stat;
	struct seen *seen = arg;

	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(stat))
		return MNL_CB_ERROR;
	memcpy(&stat, mnl_attr_get_payload(attr), sizeof(stat));
	seen->wrong |=
		stat.id != 1 + seen->n++ || !stat.since || nlh->nlmsg_flags & NLM_F_DUMP_INTR;
	return MNL_CB_OK;
}

static void check_many(void)
{
	uint32_t revision = 0, before = revision_now();
	struct seen seen = {};
	struct ctl_policy p;
	int ret;

	ctl_policy_make(&p, MANY_RULES, 1);
	check(!ctl_apply(&one, &p, &revision) && revision == before + 1, "%u rules: %s", MANY_RULES,
	      one.text);
	ret = ctl_talk(&one, ctl_begin(&one, VFW_CMD_RULE_GET, NLM_F_DUMP), on_rule, &seen);
	check(!ret && seen.n == MANY_RULES && !seen.wrong, "%u rules in the dump", seen.n);
	check(explain(77777).rule == 77778, "explain finds one of them");
	ctl_policy_free(&p);
}

static int on_any(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	++*(unsigned int *)arg;
	return MNL_CB_OK;
}

static void check_dumps(void)
{
	static const uint8_t cmds[] = {VFW_CMD_PORT_GET, VFW_CMD_REASON_GET, VFW_CMD_FLOW_GET};
	unsigned int n[3] = {};
	size_t i;

	for (i = 0; i < sizeof(cmds); i++) {
		int ret = ctl_talk(&one, ctl_begin(&one, cmds[i], NLM_F_DUMP), on_any, &n[i]);

		check(!ret, "dump %u: %u messages", cmds[i], n[i]);
	}
	check(n[1] > 10, "every reason is named");
}

static bool next_event(struct vfw_event *ev)
{
	const struct nlattr *attr = NULL;
	int len;

	len = mnl_socket_recvfrom(two.nl, two.buf, sizeof(two.buf));
	if (len > 0)
		attr = ctl_find((struct nlmsghdr *)two.buf, VFW_A_EVENTS);
	if (!attr || mnl_attr_get_payload_len(attr) % sizeof(*ev))
		return false;
	memcpy(ev, mnl_attr_get_payload(attr), sizeof(*ev));
	return true;
}

static void check_events(void)
{
	struct timeval wait = {.tv_sec = 20};
	struct vfw_event ev[2] = {};
	uint32_t revision = 0;
	struct ctl_policy p;
	int i;

	setsockopt(mnl_socket_get_fd(two.nl), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	check(!mnl_socket_setsockopt(two.nl, NETLINK_ADD_MEMBERSHIP, &two.group, sizeof(two.group)),
	      "root joins the events");
	ctl_policy_make(&p, 10, 1000);
	for (i = 0; i < 2; i++) {
		ctl_apply(&one, &p, &revision);
		check(next_event(&ev[i]) && ev[i].type == VFW_EVENT_POLICY &&
			      ev[i].revision == revision && ev[i].time_ns && ev[i].count == 1,
		      "a publication is an event");
	}
	check(ev[1].seq == ev[0].seq + 1, "numbers rise by one: %llu, %llu",
	      (unsigned long long)ev[0].seq, (unsigned long long)ev[1].seq);
	ctl_policy_free(&p);
}

/* A reader that sleeps is told that it missed something, and sees how much. */
static void check_slow_reader(void)
{
	struct vfw_event first = {}, last = {}, ev;
	uint32_t revision, read = 0, gaps = 0;
	struct ctl_policy p;
	int small = 4096, i;

	setsockopt(mnl_socket_get_fd(two.nl), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ctl_policy_make(&p, 10, 1000);
	for (i = 0; i < 60; i++) {
		ctl_apply(&one, &p, &revision);
		usleep(15000);
	}
	while (last.revision != revision || !gaps) {
		errno = 0;
		if (!next_event(&ev)) {
			if (errno != ENOBUFS)
				break;
			gaps++;
			/* there is room again: one more to see the gap by */
			ctl_apply(&one, &p, &revision);
			continue;
		}
		if (!read++)
			first = ev;
		last = ev;
	}
	check(gaps && last.seq - first.seq >= read, "a slow reader sees a gap: %u of %llu events",
	      read, (unsigned long long)(last.seq - first.seq + 1));
	ctl_policy_free(&p);
}

/* In a child without privilege: exit status 0 if every command and the group are denied. */
static int denied(void)
{
	int cmd, ret;

	if (setgid(65534) || setuid(65534))
		return 2;
	for (cmd = VFW_CMD_STATUS_GET; cmd <= VFW_CMD_MAX; cmd++) {
		bool dump = (cmd >= VFW_CMD_VM_GET && cmd <= VFW_CMD_FLOW_GET) ||
			    cmd == VFW_CMD_PROFILE_GET;

		if (cmd == VFW_CMD_EVENT)
			continue;
		ret = ctl_talk(&two, ctl_begin(&two, cmd, dump ? NLM_F_DUMP : 0), NULL, NULL);
		/* the latter: the module has no such command for anybody */
		if (ret != -EPERM && ret != -EOPNOTSUPP) {
			printf("     command %d is not denied: %d\n", cmd, ret);
			return 1;
		}
	}
	/* a socket of its own: membership needs the right when it is asked for */
	if (ctl_open(&one))
		return 2;
	return !mnl_socket_setsockopt(one.nl, NETLINK_ADD_MEMBERSHIP, &one.group,
				      sizeof(one.group));
}

/* In a child that is root of its own namespaces: 0 if the family is not to be found. */
static int flow_kill(const struct vfw_flow_match *m)
{
	struct nlmsghdr *nlh = ctl_begin(&one, VFW_CMD_FLOW_KILL, 0);

	mnl_attr_put(nlh, VFW_A_FLOW_MATCH, sizeof(*m), m);
	return ctl_talk(&one, nlh, NULL, NULL);
}

static void check_flow_kill(void)
{
	struct vfw_flow_match m = {.flags = VFW_FLOW_M_ALL + 1};

	refused("flow kill: unknown flag", &one, flow_kill(&m), -EOPNOTSUPP);
	m.flags = VFW_FLOW_M_EITHER;
	refused("flow kill: nothing to match", &one, flow_kill(&m), -EINVAL);
	m.flags = VFW_FLOW_M_ADDR0;
	refused("flow kill: address without family", &one, flow_kill(&m), -EINVAL);
	m.flags = VFW_FLOW_M_FAMILY;
	refused("flow kill: no family", &one, flow_kill(&m), -EINVAL);
	m.flags = VFW_FLOW_M_PORT1;
	refused("flow kill: port without protocol", &one, flow_kill(&m), -EINVAL);
	m = (struct vfw_flow_match){.flags = VFW_FLOW_M_PROTO, .reserved = 1};
	refused("flow kill: reserved field", &one, flow_kill(&m), -EINVAL);
	check(ctl_talk(&one, ctl_begin(&one, VFW_CMD_FLOW_KILL, 0), NULL, NULL) == -EINVAL,
	      "flow kill: no match given");
	m = (struct vfw_flow_match){.flags = VFW_FLOW_M_UUID0 | VFW_FLOW_M_EITHER};
	ctl_uuid(m.uuid[0], 1);
	check(!flow_kill(&m), "flow kill of a VM that has none");
}

struct flow_conf {
	struct vfw_timeouts timeouts;
	uint32_t events;
};

static int on_flow_conf(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *timeouts = ctl_find(nlh, VFW_A_TIMEOUTS);
	const struct nlattr *events = ctl_find(nlh, VFW_A_FLOW_EVENTS);
	struct flow_conf *conf = arg;

	if (timeouts && events) {
		memcpy(&conf->timeouts, mnl_attr_get_payload(timeouts), sizeof(conf->timeouts));
		conf->events = mnl_attr_get_u32(events);
	}
	return MNL_CB_OK;
}

static int flow_conf_set(const struct vfw_timeouts *t, uint32_t events)
{
	struct nlmsghdr *nlh = ctl_begin(&one, VFW_CMD_FLOW_CONF, 0);

	if (t)
		mnl_attr_put(nlh, VFW_A_TIMEOUTS, sizeof(*t), t);
	if (events != ~0U)
		mnl_attr_put_u32(nlh, VFW_A_FLOW_EVENTS, events);
	return ctl_talk(&one, nlh, NULL, NULL);
}

static struct flow_conf flow_conf_now(void)
{
	struct flow_conf conf = {};

	ctl_talk(&one, ctl_begin(&one, VFW_CMD_STATUS_GET, 0), on_flow_conf, &conf);
	return conf;
}

static void check_flow_conf(void)
{
	struct flow_conf before = flow_conf_now(), after;
	struct vfw_timeouts t = {};
	unsigned int i, least = ~0U;

	for (i = 0; i < __VFW_TIMEOUT_MAX; i++)
		if (before.timeouts.seconds[i] < least)
			least = before.timeouts.seconds[i];
	check(least > 0 && !before.events,
	      "status tells every timeout, and that no flow is told of");
	refused("flow conf: nothing given", &one, flow_conf_set(NULL, ~0U), -EINVAL);
	refused("flow conf: no such events", &one, flow_conf_set(NULL, __VFW_FLOW_EVENTS_MAX),
		-ERANGE);
	t.seconds[VFW_TIMEOUT_UDP] = 17;
	t.seconds[VFW_TIMEOUT_OTHER] = VFW_TIMEOUT_SECONDS_MAX + 1;
	refused("flow conf: a timeout too long", &one, flow_conf_set(&t, VFW_FLOW_EVENTS_ALL),
		-ERANGE);
	after = flow_conf_now();
	check(!memcmp(&before, &after, sizeof(after)), "and nothing has changed");
	t.seconds[VFW_TIMEOUT_OTHER] = 0;
	check(!flow_conf_set(&t, VFW_FLOW_EVENTS_ALL), "flow conf: one timeout, and events");
	after = flow_conf_now();
	check(after.timeouts.seconds[VFW_TIMEOUT_UDP] == 17 &&
		      after.timeouts.seconds[VFW_TIMEOUT_OTHER] ==
			      before.timeouts.seconds[VFW_TIMEOUT_OTHER] &&
		      after.events == VFW_FLOW_EVENTS_ALL,
	      "what was 0 stays");
	check(!flow_conf_set(&before.timeouts, VFW_FLOW_EVENTS_NONE), "and back");
}

static int invisible(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 2;
	return ctl_open(&one) != -ENOENT;
}

static void check_child(const char *what, int (*fn)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		status = fn();
		fflush(stdout);
		_exit(status);
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "%s", what);
}

int main(void)
{
	cpu_set_t cpu;
	int ret;

	/* events of one processor are numbered in order */
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	ret = ctl_open(&one);
	if (!ret)
		ret = ctl_open(&two);
	if (ret) {
		fprintf(stderr, "ctlcheck: family %s: %s; load the module, be root\n",
			VFW_GENL_NAME, strerror(-ret));
		return 2;
	}
	if (!revision_now())
		check_empty();
	check_apply();
	check_owner();
	check_meaning();
	check_counts();
	check_flags();
	check_vm();
	check_population();
	check_quarantine();
	check_flow_kill();
	check_flow_conf();
	check_many();
	check_dumps();
	check_events();
	check_slow_reader();
	check_child("without privilege every command and the events are denied", denied);
	check_child("another network namespace does not see the family", invisible);
	printf("%d passed, %d failed\n", passed, failed);
	ctl_close(&one);
	ctl_close(&two);
	return failed ? 1 : 0;
}
