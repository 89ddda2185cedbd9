// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile user of the family "vfw". Three kinds of malice, mixed by a seeded
 * generator so that a run can be repeated:
 *   chaos: any command with any attributes, of the right size or not, nested or not;
 *   spoiled transactions: a valid policy with one to eight bytes changed, sent in
 *   any splitting, with VMs and ports, interrupted at any point by an abort, a closed
 *   socket, another socket or nothing;
 *   readers: dumps that are begun and not read to the end, the events' group joined.
 * The kernel may refuse everything but must not fall over: the lab looks at its log. What is
 * checked here: after each SPAN steps a valid policy can be published, has the
 * next revision, and explain answers from it. What the daemon had set is gone afterwards.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "ctlmsg.h"

#define SPAN 500

static struct ctl ctl, other;
static uint64_t state;
static unsigned int accepted, refused;

/* splitmix64: any seed will do */
static uint32_t rnd(uint32_t bound)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ z >> 31) >> 32) % bound;
}

static bool chance(uint32_t percent)
{
	return rnd(100) < percent;
}

/* Numbers where things break. */
static uint32_t rnd_number(void)
{
	static const uint32_t edges[] = {0,	     1,		 2,	     15,	16,
					 17,	     0x7fff,	 0x8000,     0xffff,	0x10000,
					 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};

	return chance(50) ? edges[rnd(sizeof(edges) / sizeof(edges[0]))] : rnd(64);
}

static void reopen(struct ctl *c)
{
	struct timeval wait = {.tv_sec = 20};
	int ret;

	ctl_close(c);
	ret = ctl_open(c);
	if (ret) {
		fprintf(stderr, "ctlfuzz: family %s: %s; load the module, be root\n", VFW_GENL_NAME,
			strerror(-ret));
		exit(2);
	}
	setsockopt(mnl_socket_get_fd(c->nl), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

static void count(int ret)
{
	if (ret == -EAGAIN) {
		fprintf(stderr, "ctlfuzz: no answer within 20 s\n");
		exit(1);
	}
	ret ? refused++ : accepted++;
}

static size_t room(const struct nlmsghdr *nlh)
{
	return CTL_BUF - nlh->nlmsg_len;
}

static void put_random(struct nlmsghdr *nlh, uint16_t type, unsigned int depth)
{
	static const size_t sizes[] = {0,  1,  2,  3,  4,  5,  6,   7,	 8,   12,   15,	  16,
				       17, 20, 32, 36, 40, 64, 128, 144, 256, 1024, 32768};
	size_t i, len = sizes[rnd(sizeof(sizes) / sizeof(sizes[0]))];
	uint8_t data[32768];
	struct nlattr *nest;
	uint32_t n;

	if (depth && chance(30)) {
		nest = mnl_attr_nest_start(nlh, type);
		for (n = rnd(20); n; n--)
			if (room(nlh) > 40000)
				put_random(nlh, rnd(12), depth - 1);
		mnl_attr_nest_end(nlh, nest);
		return;
	}
	if (chance(50)) {
		mnl_attr_put_u32(nlh, type, rnd_number());
		return;
	}
	for (i = 0; i < len; i++)
		data[i] = chance(50) ? 0 : rnd(256);
	mnl_attr_put(nlh, type, len, data);
}

/* Changes bytes of the message, the netlink header's own excepted. */
static void spoil(struct nlmsghdr *nlh)
{
	uint32_t n, from = sizeof(*nlh), size = nlh->nlmsg_len - from;
	uint8_t *at = (uint8_t *)nlh + from;

	for (n = 1 + rnd(8); n && size; n--)
		at[rnd(size)] = chance(50) ? rnd(256) : at[rnd(size)];
	if (chance(10))
		nlh->nlmsg_len -= rnd(size);
}

static void chaos(struct ctl *c)
{
	bool dump = chance(20);
	struct nlmsghdr *nlh =
		ctl_begin(c, rnd(VFW_CMD_MAX + 3),
			  dump ? NLM_F_DUMP : NLM_F_ACK | (chance(5) ? rnd(0x1000) : 0));
	uint32_t n;

	for (n = rnd(6); n; n--)
		if (room(nlh) > 40000)
			put_random(nlh, rnd(VFW_A_MAX + 3) | (chance(10) ? 0x8000 : 0), 3);
	if (chance(30))
		spoil(nlh);
	count(ctl_talk(c, nlh, NULL, NULL));
}

static void spoil_policy(struct ctl_policy *p)
{
	uint32_t n, table;
	uint8_t *at;
	size_t size;

	for (n = rnd(4); n; n--) {
		table = rnd(__VFW_TABLE_MAX);
		size = p->counts.n[table] * ctl_element[table];
		at = p->table[table];
		at[rnd(size)] = chance(50) ? rnd(256) : rnd(4);
	}
	if (chance(10))
		p->counts.n[rnd(__VFW_TABLE_MAX)] = rnd_number();
	if (chance(5))
		p->counts.n_idents = rnd_number();
	if (chance(5))
		p->counts.default_block = rnd_number();
}

/* Sends a table in pieces of any size. Returns 0 or what the kernel said. */
static int send_pieces(struct ctl *c, uint32_t id, uint32_t table, const struct ctl_policy *p,
		       uint32_t n)
{
	size_t size = ctl_element[table];
	const char *at = p->table[table];
	uint32_t piece;
	int ret = 0;

	for (; n && !ret; n -= piece, at += piece * size) {
		piece = 1 + rnd(n);
		if (piece * size > VFW_TABLE_CHUNK)
			piece = VFW_TABLE_CHUNK / size;
		ret = ctl_txn_table(c, id, table, at, piece * size + (chance(1) ? 1 : 0));
	}
	return ret;
}

static int send_vm(struct ctl *c, uint32_t id)
{
	return ctl_txn_vm(c, id, 1 + rnd(20), chance(80) ? VFW_ID_FIRST + rnd(2) : rnd_number(),
			  chance(90) ? 0 : rnd(16));
}

static int send_port(struct ctl *c, uint32_t id)
{
	struct nlmsghdr *nlh = ctl_begin(c, VFW_CMD_TXN_PORT, 0);
	uint8_t uuid[VFW_UUID_LEN];
	struct nlattr *port;

	ctl_uuid(uuid, 1 + rnd(4));
	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	port = mnl_attr_nest_start(nlh, VFW_A_PORT);
	mnl_attr_put_u32(nlh, VFW_PORT_A_IFINDEX, chance(80) ? 1 + rnd(8) : rnd_number());
	if (chance(80)) {
		mnl_attr_put(nlh, VFW_PORT_A_UUID, sizeof(uuid), uuid);
		mnl_attr_put_u32(nlh, VFW_PORT_A_NIC, chance(80) ? 0 : rnd_number());
	}
	mnl_attr_nest_end(nlh, port);
	if (chance(10))
		spoil(nlh);
	return ctl_talk(c, nlh, NULL, NULL);
}

static void transaction(struct ctl *c)
{
	struct ctl_policy p, sent;
	bool whole = chance(80);
	uint32_t id = 0, n, table, revision;
	int ret;

	ctl_policy_make(&p, 2 + rnd(200), 1 + rnd(1000));
	sent = p;
	if (chance(70))
		spoil_policy(&sent);
	ret = ctl_txn_begin(c, (whole ? VFW_TXN_F_POLICY : 0) | (chance(10) ? rnd(8) : 0),
			    whole ? &sent.counts : NULL, whole ? p.digest : NULL, &id);
	count(ret);
	for (table = 0; whole && !ret && table < __VFW_TABLE_MAX && chance(98); table++) {
		/* as many as announced, but never more than there are */
		n = sent.counts.n[table] < p.counts.n[table] ? sent.counts.n[table]
							     : p.counts.n[table];
		ret = send_pieces(c, chance(99) ? id : id + rnd(3), table, &sent, n);
		count(ret);
	}
	for (n = rnd(4); n; n--)
		count(send_vm(c, id));
	if (chance(30))
		count(send_port(c, id));
	switch (rnd(10)) {
	case 0:
		count(ctl_txn_end(c, VFW_CMD_TXN_ABORT, id, NULL));
		break;
	case 1:
		reopen(c);
		break;
	case 2:
		count(ctl_txn_end(&other, VFW_CMD_TXN_COMMIT, id, NULL));
		break;
	case 3:
		break; /* left open: the next begin finds it busy until somebody ends it */
	default:
		count(ctl_txn_end(c, VFW_CMD_TXN_COMMIT, id, &revision));
	}
	ctl_policy_free(&p);
}

/* Asks for a dump or the events and does not read what comes. */
static void reader(struct ctl *c)
{
	struct nlmsghdr *nlh;

	if (chance(30))
		mnl_socket_setsockopt(c->nl, NETLINK_ADD_MEMBERSHIP, &c->group, sizeof(c->group));
	nlh = ctl_begin(c, VFW_CMD_VM_GET + rnd(VFW_CMD_FLOW_GET - VFW_CMD_VM_GET + 1), NLM_F_DUMP);
	if (mnl_socket_sendto(c->nl, nlh, nlh->nlmsg_len) < 0)
		refused++;
	if (chance(50))
		chaos(&other);
	reopen(c);
}

/* The kernel must still do what it is there for. */
static void still_works(void)
{
	struct vfw_explain ex = {.flags = VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_DST_VM, .key = 7};
	uint32_t before, after = 0;
	struct ctl_policy p;
	int ret;

	/* nobody owns a transaction then */
	reopen(&ctl);
	reopen(&other);
	ctl_policy_make(&p, 100, 1000);
	ret = ctl_revision(&ctl, &before);
	if (!ret)
		ret = ctl_apply(&ctl, &p, &after);
	ctl_uuid(ex.src_uuid, 1);
	ctl_uuid(ex.dst_uuid, 2);
	if (!ret)
		ret = ctl_explain(&ctl, &ex);
	if (ret || after != before + 1 || ex.rule != 1007 || ex.verdict != VFW_PASS) {
		fprintf(stderr,
			"ctlfuzz: a valid policy is not in force: %s: %s; revision %u after %u, rule %u\n",
			strerror(-ret), ctl.text, after, before, ex.rule);
		exit(1);
	}
	ctl_policy_free(&p);
}

/* Chaos may have armed the module, which then could not be unloaded. */
static void disarm(void)
{
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_MODE_SET, 0);

	mnl_attr_put_u32(nlh, VFW_A_MODE, VFW_MODE_DISARMED);
	if (ctl_talk(&ctl, nlh, NULL, NULL)) {
		fprintf(stderr, "ctlfuzz: cannot disarm: %s\n", ctl.text);
		exit(1);
	}
}

/* Opens a transaction and leaves it so until killed. */
static void hold(void)
{
	struct ctl_policy p;
	uint32_t id;

	reopen(&ctl);
	ctl_policy_make(&p, 100, 1000);
	if (ctl_txn_begin(&ctl, VFW_TXN_F_POLICY, &p.counts, p.digest, &id) ||
	    ctl_txn_tables(&ctl, id, &p)) {
		fprintf(stderr, "ctlfuzz: no transaction: %s\n", ctl.text);
		exit(1);
	}
	ctl_policy_free(&p);
	printf("ctlfuzz: a transaction is open\n");
	fflush(stdout);
	pause();
}

static void usage(void)
{
	fprintf(stderr,
		"usage: ctlfuzz [-n STEPS] [-s SEED] [-b] | ctlfuzz -o\n"
		"Attacks the netlink family of a loaded vfw.ko; it loses its policy.\n"
		"-b: beside others who do the same; then whether it still works is theirs to say\n"
		"-o: only opens a transaction and holds it\n");
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned long steps = 5000, i;
	bool beside = false;
	int opt;

	state = 1;
	while ((opt = getopt(argc, argv, "n:s:bo")) != -1) {
		if (opt == 'n')
			steps = strtoul(optarg, NULL, 0);
		else if (opt == 's')
			state = strtoull(optarg, NULL, 0);
		else if (opt == 'b')
			beside = true;
		else if (opt == 'o')
			hold();
		else
			usage();
	}
	if (optind != argc)
		usage();
	printf("ctlfuzz: %lu steps, seed %llu\n", steps, (unsigned long long)state);
	reopen(&ctl);
	reopen(&other);
	for (i = 0; i < steps; i++) {
		if (i % SPAN == 0 && !beside)
			still_works();
		switch (rnd(10)) {
		case 0 ... 4:
			chaos(chance(80) ? &ctl : &other);
			break;
		case 5:
			reader(&ctl);
			break;
		default:
			transaction(chance(90) ? &ctl : &other);
		}
	}
	if (!beside) {
		still_works();
		disarm();
	}
	printf("ctlfuzz: %lu steps: %u messages accepted, %u refused%s\n", steps, accepted, refused,
	       beside ? "" : "; the family still works");
	ctl_close(&ctl);
	ctl_close(&other);
	return 0;
}
