// SPDX-License-Identifier: GPL-2.0
#include <linux/netfilter.h>

#include "hook.h"
#include "memo.h"
#include "vm.h"

void vfw_hook_tap_fill(struct vfw_port *port)
{
	port->ingress = (struct nf_hook_ops){
		.hook = vfw_memo_ingress,
		.priv = port,
		.dev = port->dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN,
	};
	port->egress = (struct nf_hook_ops){
		.hook = vfw_memo_egress,
		.priv = port,
		.dev = port->dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = INT_MAX,
	};
}
