// SPDX-License-Identifier: GPL-2.0
/*
 * ctlflow kill PROTO PORT: ends the flows to that port; prints how many.
 * ctlflow events none|log|all: of which flows events tell.
 * ctlflow timeout N SECONDS: sets the N-th of enum vfw_timeout.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctlmsg.h"

static struct ctl ctl;

static int on_kill(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *n = ctl_find(nlh, VFW_A_N_FLOWS);

	*(long *)arg = n ? (long)mnl_attr_get_u32(n) : -1;
	return MNL_CB_OK;
}

static int flow_kill(const char *proto, const char *port)
{
	struct vfw_flow_match m = {.flags = VFW_FLOW_M_PROTO | VFW_FLOW_M_PORT1};
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_FLOW_KILL, 0);
	long n = -1;
	int ret;

	m.proto = (uint8_t)atoi(proto);
	m.port[1] = (uint16_t)atoi(port);
	mnl_attr_put(nlh, VFW_A_FLOW_MATCH, sizeof(m), &m);
	ret = ctl_talk(&ctl, nlh, on_kill, &n);
	if (!ret)
		printf("%ld\n", n);
	return ret;
}

static int flow_events(const char *word)
{
	static const char *const words[__VFW_FLOW_EVENTS_MAX] = {"none", "log", "all"};
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_FLOW_CONF, 0);
	uint32_t i;

	for (i = 0; i < __VFW_FLOW_EVENTS_MAX; i++) {
		if (strcmp(words[i], word))
			continue;
		mnl_attr_put_u32(nlh, VFW_A_FLOW_EVENTS, i);
		return ctl_talk(&ctl, nlh, NULL, NULL);
	}
	return -EINVAL;
}

static int flow_timeout(const char *which, const char *seconds)
{
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_FLOW_CONF, 0);
	struct vfw_timeouts t = {};
	unsigned int i = (unsigned int)atoi(which);

	if (i >= __VFW_TIMEOUT_MAX)
		return -EINVAL;
	t.seconds[i] = (uint32_t)atoi(seconds);
	mnl_attr_put(nlh, VFW_A_TIMEOUTS, sizeof(t), &t);
	return ctl_talk(&ctl, nlh, NULL, NULL);
}

int main(int argc, char **argv)
{
	int ret = ctl_open(&ctl);

	if (ret) {
		fprintf(stderr, "ctlflow: family %s: %s\n", VFW_GENL_NAME, strerror(-ret));
		return 2;
	}
	ret = -EINVAL;
	if (argc == 4 && !strcmp(argv[1], "kill"))
		ret = flow_kill(argv[2], argv[3]);
	else if (argc == 3 && !strcmp(argv[1], "events"))
		ret = flow_events(argv[2]);
	else if (argc == 4 && !strcmp(argv[1], "timeout"))
		ret = flow_timeout(argv[2], argv[3]);
	if (ret)
		fprintf(stderr, "ctlflow: %s%s%s\n", strerror(-ret), ctl.text[0] ? ": " : "",
			ctl.text);
	ctl_close(&ctl);
	return ret ? 1 : 0;
}
