// SPDX-License-Identifier: GPL-2.0
/* Empty hooks where vfw has its own: what the kernel takes for having hooks there, whatever they do. */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "bench.h"

#define PER_PORT 2

static struct nf_hook_ops *ops; /* of the ports, then of the bridges */
static struct net_device **ports;
static u32 n_ops, n_ports;

static unsigned int accept(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static int add(const struct nf_hook_ops *op)
{
	int err;

	ops[n_ops] = *op;
	ops[n_ops].hook = accept;
	err = nf_register_net_hook(&init_net, &ops[n_ops]);
	if (!err)
		n_ops++;
	return err;
}

static int add_port(u32 i)
{
	char name[IFNAMSIZ];
	struct nf_hook_ops op = {.pf = NFPROTO_NETDEV};
	int err;

	snprintf(name, sizeof(name), "p%u", i);
	op.dev = dev_get_by_name(&init_net, name);
	if (!op.dev)
		return -ENODEV;
	ports[n_ports++] = op.dev;
	op.hooknum = NF_NETDEV_INGRESS;
	op.priority = INT_MIN;
	err = add(&op);
	if (err)
		return err;
	op.hooknum = NF_NETDEV_EGRESS;
	op.priority = INT_MAX;
	return add(&op);
}

int bench_hooks_add(u32 n)
{
	static const struct nf_hook_ops forward = {
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_FORWARD,
		.priority = INT_MAX,
	};
	int err = 0;
	u32 i;

	if (ops)
		return -EBUSY;
	ops = kcalloc(PER_PORT * n + 1, sizeof(*ops), GFP_KERNEL);
	ports = kcalloc(n, sizeof(*ports), GFP_KERNEL);
	if (!ops || !ports)
		err = -ENOMEM;
	for (i = 0; i < n && !err; i++)
		err = add_port(i);
	if (!err)
		err = add(&forward);
	if (err)
		bench_hooks_del();
	return err;
}

void bench_hooks_del(void)
{
	while (n_ops)
		nf_unregister_net_hook(&init_net, &ops[--n_ops]);
	while (n_ports)
		dev_put(ports[--n_ports]);
	kfree(ops);
	kfree(ports);
	ops = NULL;
	ports = NULL;
}
