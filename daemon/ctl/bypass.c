// SPDX-License-Identifier: GPL-2.0
#include "bypass.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>

static int on_filter(struct nl_msg *msg, void *arg)
{
	static const char mirred[] = "mirred";
	struct nlmsghdr *h = nlmsg_hdr(msg);
	enum vfw_bypass_tc *worst = arg;
	struct nlattr *a[TCA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWTFILTER ||
	    nlmsg_parse(h, sizeof(struct tcmsg), a, TCA_MAX, NULL))
		return NL_OK;
	/*
	 * Where an action's kind stands differs between kinds of filters, so the word is looked
	 * for in the options as they are: to say it once too often does no harm here.
	 */
	if (a[TCA_OPTIONS] && memmem(nla_data(a[TCA_OPTIONS]), (size_t)nla_len(a[TCA_OPTIONS]),
				     mirred, sizeof(mirred)))
		*worst = VFW_BYPASS_TC_MIRRED;
	else if (*worst == VFW_BYPASS_TC_NONE && a[TCA_KIND] && !nla_strcmp(a[TCA_KIND], "bpf"))
		*worst = VFW_BYPASS_TC_BPF;
	return NL_OK;
}

struct nl_sock *vfw_bypass_open(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (sock && nl_connect(sock, NETLINK_ROUTE) < 0) {
		nl_socket_free(sock);
		return NULL;
	}
	return sock;
}

enum vfw_bypass_tc vfw_bypass_tc(struct nl_sock *sock, int ifindex)
{
	static const uint32_t parents[] = {
		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
		TC_H_UNSPEC, /* the root qdisc */
	};
	enum vfw_bypass_tc worst = VFW_BYPASS_TC_NONE;

	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_filter, &worst);
	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
		struct tcmsg tc = {
			.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = parents[i]};

		/* a device without that qdisc answers with an error, and has no filters */
		if (nl_send_simple(sock, RTM_GETTFILTER, NLM_F_DUMP, &tc, sizeof(tc)) >= 0)
			nl_recvmsgs_default(sock);
	}
	return worst;
}
