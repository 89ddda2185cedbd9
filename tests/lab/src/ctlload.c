// SPDX-License-Identifier: GPL-2.0
/*
 * Publishes policies in a loop, armed, while others send traffic: each passes everything
 * from VM 1 to VM 2 (devices named on the command line) by rules of changing number.
 * In between: changes of the population, transactions that end by a closed
 * socket, dumps of everything. A rule's counters must never go back, whatever happens.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctlmsg.h"

#define MAX_RULES 2000U
#define FIRST_ID 1000U

static struct ctl ctl;
static uint64_t counted[MAX_RULES]; /* packets by rule id - FIRST_ID */
static uint64_t total;

static void die(const char *what, int ret)
{
	fprintf(stderr, "ctlload: %s: %s: %s\n", what, strerror(-ret), ctl.text);
	exit(1);
}

static void open_or_die(void)
{
	int ret = ctl_open(&ctl);

	if (ret)
		die("open", ret);
}

static void publish(uint32_t n_rules, char **dev)
{
	uint32_t id, before, after = 0;
	struct ctl_policy p;
	int ret;

	ctl_policy_make(&p, n_rules, FIRST_ID);
	/* the rule that decides over most keys keeps its id, so its counters must live on */
	((struct vfw_rule_rec *)p.table[VFW_TABLE_RULES])[n_rules - 2].id =
		FIRST_ID + MAX_RULES - 2;
	((struct vfw_rule_rec *)p.table[VFW_TABLE_RULES])[n_rules - 1].id =
		FIRST_ID + MAX_RULES - 1;
	ctl_revision(&ctl, &before);
	ret = ctl_txn_begin(&ctl, VFW_TXN_F_POLICY, &p.counts, p.digest, &id);
	if (!ret)
		ret = ctl_txn_tables(&ctl, id, &p);
	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 1, VFW_ID_FIRST, 0);
	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 2, VFW_ID_FIRST + 1, 0);
	if (!ret)
		ret = ctl_txn_port(&ctl, id, dev[0], 1);
	if (!ret)
		ret = ctl_txn_port(&ctl, id, dev[1], 2);
	if (!ret)
		ret = ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &after);
	if (ret || after != before + 1)
		die("publish", ret);
	ctl_policy_free(&p);
}

static void population(uint32_t i)
{
	uint32_t id, revision;
	int ret = ctl_txn_begin(&ctl, 0, NULL, NULL, &id);

	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 3 + i % 50, VFW_ID_FIRST, 0);
	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 3 + (i + 25) % 50, 0, VFW_VM_F_GONE);
	if (!ret)
		ret = ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &revision);
	if (ret)
		die("population", ret);
}

static void interrupted(void)
{
	struct ctl_policy p;
	uint32_t id;

	ctl_policy_make(&p, MAX_RULES, FIRST_ID);
	if (!ctl_txn_begin(&ctl, VFW_TXN_F_POLICY, &p.counts, p.digest, &id))
		ctl_txn_tables(&ctl, id, &p);
	ctl_policy_free(&p);
	ctl_close(&ctl);
	open_or_die();
}

static void set_mode(uint32_t mode)
{
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_MODE_SET, 0);
	int ret;

	mnl_attr_put_u32(nlh, VFW_A_MODE, mode);
	ret = ctl_talk(&ctl, nlh, NULL, NULL);
	if (ret)
		die("mode", ret);
}

static int on_rule(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = ctl_find(nlh, VFW_A_RULE);
	struct vfw_rule_stat stat;

	(void)arg;
	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(stat))
		return MNL_CB_ERROR;
	memcpy(&stat, mnl_attr_get_payload(attr), sizeof(stat));
	if (stat.id < FIRST_ID || stat.id >= FIRST_ID + MAX_RULES)
		return MNL_CB_ERROR;
	/* rules that a policy leaves out begin anew: only the two that stay are compared */
	if (stat.id < FIRST_ID + MAX_RULES - 2)
		return MNL_CB_OK;
	if (stat.packets < counted[stat.id - FIRST_ID]) {
		fprintf(stderr, "ctlload: rule %u went back from %llu to %llu packets\n", stat.id,
			(unsigned long long)counted[stat.id - FIRST_ID],
			(unsigned long long)stat.packets);
		exit(1);
	}
	total += stat.packets - counted[stat.id - FIRST_ID];
	counted[stat.id - FIRST_ID] = stat.packets;
	return MNL_CB_OK;
}

static void dumps(void)
{
	static const uint8_t cmds[] = {VFW_CMD_VM_GET, VFW_CMD_PORT_GET, VFW_CMD_REASON_GET,
				       VFW_CMD_FLOW_GET};
	size_t i;
	int ret;

	ret = ctl_talk(&ctl, ctl_begin(&ctl, VFW_CMD_RULE_GET, NLM_F_DUMP), on_rule, NULL);
	if (ret)
		die("dump of the rules", ret);
	for (i = 0; i < sizeof(cmds); i++) {
		ret = ctl_talk(&ctl, ctl_begin(&ctl, cmds[i], NLM_F_DUMP), NULL, NULL);
		if (ret)
			die("dump", ret);
	}
}

int main(int argc, char **argv)
{
	uint32_t commits = argc > 1 ? strtoul(argv[1], NULL, 0) : 0, i;

	if (argc != 4 || !commits || !if_nametoindex(argv[2]) || !if_nametoindex(argv[3])) {
		fprintf(stderr, "usage: ctlload COMMITS DEVICE-OF-VM-1 DEVICE-OF-VM-2\n");
		return 2;
	}
	open_or_die();
	for (i = 0; i < commits; i++) {
		publish(2 + i * 37 % (MAX_RULES - 2), argv + 2);
		set_mode(VFW_MODE_ARMED);
		population(i);
		if (i % 5 == 0)
			interrupted();
		dumps();
	}
	set_mode(VFW_MODE_DISARMED);
	printf("ctlload: %u policies; %llu packets counted by the rules that stayed\n", commits,
	       (unsigned long long)total);
	ctl_close(&ctl);
	return 0;
}
