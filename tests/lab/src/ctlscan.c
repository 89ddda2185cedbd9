// SPDX-License-Identifier: GPL-2.0
/*
 * Signatures without the daemon: compiles patterns with libhs, brings them with a policy that passes
 * everything between VM 1 and VM 2, scanned, and asks the kernel what came of it. Pattern n has
 * expression id n.
 */
#include <errno.h>
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctlmsg.h"
#include "ctldb.h"

static struct ctl ctl;

static void die(const char *what, int ret)
{
	fprintf(stderr, "ctlscan: %s: %s: %s\n", what, strerror(-ret), ctl.text);
	exit(1);
}

struct options {
	const char *dev[2];
	struct vfw_profile_conf conf;
	uint32_t txn_flags;
	bool stream, block;
	bool unscanned; /* the rule has no profile */
	bool no_vms;
	uint32_t loops;
};

/* The two VMs and the host, each with each. */
static void each_way(struct ctl_policy *p, bool scanned)
{
	static const uint32_t ends[] = {VFW_ID_FIRST, VFW_ID_FIRST + 1, VFW_ID_HOST};
	struct vfw_rule_rec *rules = p->table[VFW_TABLE_RULES];
	struct vfw_pair *pairs = calloc(6, sizeof(*pairs));
	uint32_t i, j, n = 0;

	if (!pairs)
		exit(1);
	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			if (i != j)
				pairs[n++] = (struct vfw_pair){ends[i], ends[j], 1};
	free(p->table[VFW_TABLE_PAIRS]);
	p->table[VFW_TABLE_PAIRS] = pairs;
	p->counts.n[VFW_TABLE_PAIRS] = n;
	p->counts.n_profiles = 1;
	rules[0].profile = scanned;
}

static int vms(const struct options *o, uint32_t id)
{
	int ret = ctl_txn_vm(&ctl, id, 1, VFW_ID_FIRST, 0);

	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 2, VFW_ID_FIRST + 1, 0);
	if (!ret)
		ret = ctl_txn_port(&ctl, id, o->dev[0], 1);
	if (!ret)
		ret = ctl_txn_port(&ctl, id, o->dev[1], 2);
	return ret;
}

static int apply(const struct options *o, const int fd[2])
{
	uint32_t id, revision;
	struct ctl_policy p;
	int ret;

	ctl_policy_make(&p, 2, 100);
	each_way(&p, !o->unscanned);
	ret = ctl_txn_begin(&ctl, VFW_TXN_F_POLICY | o->txn_flags, &p.counts, p.digest, &id);
	if (ret)
		die("begin", ret);
	ret = ctl_txn_tables(&ctl, id, &p);
	if (!ret)
		ret = ctl_txn_profile(&ctl, id, "lab", &o->conf, fd[0], fd[1], -1);
	if (!ret && !o->no_vms)
		ret = vms(o, id);
	if (!ret)
		ret = ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &revision);
	else
		ctl_txn_end(&ctl, VFW_CMD_TXN_ABORT, id, NULL);
	ctl_policy_free(&p);
	return ret;
}

static void compile(const struct options *o, char **patterns, unsigned int n, int fd[2])
{
	fd[0] = o->stream ? ctl_db_open("/tmp/ctlscan.stream", patterns, n, HS_MODE_STREAM) : -1;
	fd[1] = o->block ? ctl_db_open("/tmp/ctlscan.block", patterns, n, HS_MODE_BLOCK) : -1;
}

static int cmd_apply(struct options *o, char **patterns, unsigned int n)
{
	int fd[2], ret;

	o->conf.n_exprs = n;
	compile(o, patterns, n, fd);
	ret = apply(o, fd);
	if (ret)
		die("apply", ret);
	return 0;
}

/* Each with databases of its own: by a pattern that nothing has, another each time. */
static int cmd_swap(struct options *o, char **patterns, unsigned int n)
{
	char *more[64], never[32];
	int fd[2], ret;
	uint32_t i;

	if (n + 1 > sizeof(more) / sizeof(more[0]))
		return 2;
	memcpy(more, patterns, n * sizeof(*more));
	more[n] = never;
	o->conf.n_exprs = n + 1;
	for (i = 0; i < o->loops; i++) {
		snprintf(never, sizeof(never), "never%u[0-9]{3}seen", i);
		compile(o, more, n + 1, fd);
		ret = apply(o, fd);
		if (ret)
			die("swap", ret);
		if (fd[0] >= 0)
			close(fd[0]);
		if (fd[1] >= 0)
			close(fd[1]);
	}
	printf("%u swaps\n", o->loops);
	return 0;
}

static int on_profile(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *nest = ctl_find(nlh, VFW_A_PROFILE), *a;
	struct vfw_profile_stat stat;

	(void)arg;
	if (!nest)
		return MNL_CB_ERROR;
	mnl_attr_for_each_nested(a, nest)
	{
		if (mnl_attr_get_type(a) != VFW_PROFILE_A_STAT)
			continue;
		memcpy(&stat, mnl_attr_get_payload(a), sizeof(stat));
		printf("revision=%u in_force=%u streams=%llu bytes=%llu matches=%llu overloads=%llu "
		       "memory=%llu stream_size=%u\n",
		       stat.revision, stat.in_force, (unsigned long long)stat.streams,
		       (unsigned long long)stat.bytes, (unsigned long long)stat.matches,
		       (unsigned long long)stat.overloads, (unsigned long long)stat.memory,
		       stat.stream_size);
	}
	return MNL_CB_OK;
}

static int cmd_profiles(void)
{
	int ret =
		ctl_talk(&ctl, ctl_begin(&ctl, VFW_CMD_PROFILE_GET, NLM_F_DUMP), on_profile, NULL);

	if (ret)
		die("profiles", ret);
	return 0;
}

struct reason {
	const char *word;
	uint64_t packets;
};

static int on_reason(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *nest = ctl_find(nlh, VFW_A_REASON), *a;
	struct reason *r = arg;
	uint64_t packets = 0;
	bool found = false;

	if (!nest)
		return MNL_CB_ERROR;
	mnl_attr_for_each_nested(a, nest)
	{
		if (mnl_attr_get_type(a) == VFW_REASON_A_WORD)
			found = !strcmp(mnl_attr_get_str(a), r->word);
		if (mnl_attr_get_type(a) == VFW_REASON_A_PACKETS)
			memcpy(&packets, mnl_attr_get_payload(a), sizeof(packets));
	}
	if (found)
		r->packets = packets;
	return MNL_CB_OK;
}

static int cmd_reason(const char *word)
{
	struct reason r = {.word = word};
	int ret = ctl_talk(&ctl, ctl_begin(&ctl, VFW_CMD_REASON_GET, NLM_F_DUMP), on_reason, &r);

	if (ret)
		die("reasons", ret);
	printf("%llu\n", (unsigned long long)r.packets);
	return 0;
}

static int on_status(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *set = ctl_find(nlh, VFW_A_HS_SET);
	const struct nlattr *version = ctl_find(nlh, VFW_A_HS_VERSION);

	(void)arg;
	printf("%s %s\n", set ? mnl_attr_get_str(set) : "none",
	       version ? mnl_attr_get_str(version) : "none");
	return MNL_CB_OK;
}

static int on_number(const struct nlmsghdr *nlh, void *arg)
{
	const uint16_t *type = arg;
	const struct nlattr *a = ctl_find(nlh, *type);
	uint64_t n = 0;

	if (!a)
		return MNL_CB_ERROR;
	memcpy(&n, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
	printf("%llu\n", (unsigned long long)n);
	return MNL_CB_OK;
}

/* A number of the status. */
static int cmd_number(uint16_t type)
{
	int ret = ctl_talk(&ctl, ctl_begin(&ctl, VFW_CMD_STATUS_GET, 0), on_number, &type);

	if (ret)
		die("status", ret);
	return 0;
}

static int cmd_mode(uint32_t mode)
{
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_MODE_SET, 0);
	int ret;

	mnl_attr_put_u32(nlh, VFW_A_MODE, mode);
	ret = ctl_talk(&ctl, nlh, NULL, NULL);
	if (ret)
		die("mode", ret);
	return 0;
}

static int on_event(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *events = ctl_find(nlh, VFW_A_EVENTS);
	const char *at;
	size_t left;
	struct vfw_event ev;

	(void)arg;
	if (!events)
		return MNL_CB_OK;
	at = mnl_attr_get_payload(events);
	left = mnl_attr_get_payload_len(events);
	for (; left >= sizeof(ev); left -= sizeof(ev), at += sizeof(ev)) {
		memcpy(&ev, at, sizeof(ev));
		if (ev.type != VFW_EVENT_ALERT)
			continue;
		printf("alert sig=%u offset=%llu count=%u flags=%u rule=%u profile=%u proto=%u family=%u "
		       "sport=%u dport=%u revision=%u\n",
		       ev.sig, (unsigned long long)ev.offset, ev.count, ev.flags, ev.rule,
		       ev.profile, ev.proto, ev.family, ev.sport, ev.dport, ev.revision);
		fflush(stdout);
	}
	return MNL_CB_OK;
}

/* Prints every alert until it is killed. */
static int cmd_alerts(void)
{
	static char buf[CTL_BUF];
	ssize_t n;

	if (mnl_socket_setsockopt(ctl.nl, NETLINK_ADD_MEMBERSHIP, &ctl.group, sizeof(ctl.group)) <
	    0)
		die("events", -errno);
	puts("listening");
	fflush(stdout);
	while ((n = mnl_socket_recvfrom(ctl.nl, buf, sizeof(buf))) > 0)
		mnl_cb_run(buf, (size_t)n, 0, 0, on_event, NULL);
	die("events", -errno);
	return 1;
}

static int usage(void)
{
	fputs("usage: ctlscan apply|swap [OPTION...] DEVICE-OF-VM-1 DEVICE-OF-VM-2 PATTERN...\n"
	      "         --detect --depth BYTES --block-overload --restart --keep --no-stream --no-block\n"
	      "         --unscanned --no-vms --loops N (swap)\n"
	      "       ctlscan profiles|alerts|set|arm|disarm|flows|scan-memory\n"
	      "       ctlscan reason WORD\n",
	      stderr);
	return 2;
}

static int parse(struct options *o, int argc, char **argv)
{
	int i;

	*o = (struct options){.conf.flags = VFW_PROFILE_F_PREVENT, .stream = true, .block = true};
	for (i = 0; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--detect"))
			o->conf.flags &= ~VFW_PROFILE_F_PREVENT;
		else if (!strcmp(argv[i], "--block-overload"))
			o->conf.flags |= VFW_PROFILE_F_OVERLOAD_BLOCK;
		else if (!strcmp(argv[i], "--restart"))
			o->txn_flags |= VFW_TXN_F_RESTART_STREAMS;
		else if (!strcmp(argv[i], "--keep"))
			o->txn_flags |= VFW_TXN_F_KEEP_ESTABLISHED;
		else if (!strcmp(argv[i], "--no-stream"))
			o->stream = false;
		else if (!strcmp(argv[i], "--no-block"))
			o->block = false;
		else if (!strcmp(argv[i], "--no-vms"))
			o->no_vms = true;
		else if (!strcmp(argv[i], "--unscanned"))
			o->unscanned = true;
		else if (!strcmp(argv[i], "--depth") && i + 1 < argc)
			o->conf.depth = strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--loops") && i + 1 < argc)
			o->loops = strtoul(argv[++i], NULL, 0);
		else
			return -1;
	}
	if (argc - i < 3)
		return -1;
	o->dev[0] = argv[i++];
	o->dev[1] = argv[i++];
	return i;
}

static int command(int argc, char **argv)
{
	struct options o;
	int at;

	if (!strcmp(argv[1], "profiles"))
		return cmd_profiles();
	if (!strcmp(argv[1], "alerts"))
		return cmd_alerts();
	if (!strcmp(argv[1], "flows"))
		return cmd_number(VFW_A_N_FLOWS);
	if (!strcmp(argv[1], "scan-memory"))
		return cmd_number(VFW_A_SCAN_MEMORY);
	if (!strcmp(argv[1], "arm"))
		return cmd_mode(VFW_MODE_ARMED);
	if (!strcmp(argv[1], "disarm"))
		return cmd_mode(VFW_MODE_DISARMED);
	if (!strcmp(argv[1], "set"))
		return ctl_talk(&ctl, ctl_begin(&ctl, VFW_CMD_STATUS_GET, 0), on_status, NULL);
	if (!strcmp(argv[1], "reason") && argc == 3)
		return cmd_reason(argv[2]);
	if (strcmp(argv[1], "apply") && strcmp(argv[1], "swap"))
		return usage();
	at = parse(&o, argc - 2, argv + 2);
	if (at < 0)
		return usage();
	argc -= at + 2;
	argv += at + 2;
	return argv[-at - 1][0] == 'a' ? cmd_apply(&o, argv, argc) : cmd_swap(&o, argv, argc);
}

int main(int argc, char **argv)
{
	int ret;

	if (argc < 2)
		return usage();
	ret = ctl_open(&ctl);
	if (ret)
		die("open", ret);
	ret = command(argc, argv);
	ctl_close(&ctl);
	return ret;
}
