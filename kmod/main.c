// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "addr.h"
#include "bridge.h"
#include "ctl.h"
#include "event.h"
#include "flow.h"
#include "hook.h"
#include "memo.h"
#include "mode.h"
#include "policy.h"
#include "profile.h"
#include "reject.h"
#include "scan.h"
#include "scope.h"
#include "verdict.h"
#include "vm.h"

static char *scope = "vnet*,tap*i*";
module_param(scope, charp, 0444);
MODULE_PARM_DESC(
	scope, "names of tun and veth devices that are VM ports, \"a*,b?\" (default vnet*,tap*i*)");

static char *bridges = "";
module_param(bridges, charp, 0444);
MODULE_PARM_DESC(bridges, "protected bridges: their tun and veth ports are VM ports");

static char *uplinks = "";
module_param(uplinks, charp, 0444);
MODULE_PARM_DESC(uplinks, "devices that are never VM ports");

static bool armed;
module_param(armed, bool, 0444);
MODULE_PARM_DESC(armed, "carry out verdicts from load on; without policy that closes every port");

static char *hs_set = "";
module_param(hs_set, charp, 0444);
MODULE_PARM_DESC(hs_set, "instruction set for signatures: sse42, avx2, avx512 (default the best)");

static int main_scope(void)
{
	const char *text[VFW_SCOPE_KINDS] = {
		[VFW_SCOPE_NAMES] = scope,
		[VFW_SCOPE_BRIDGES] = bridges,
		[VFW_SCOPE_UPLINKS] = uplinks,
	};
	const struct vfw_scope_list *lists[VFW_SCOPE_KINDS];
	struct vfw_scope_list *mem;
	int kind, err = 0;

	mem = kcalloc(VFW_SCOPE_KINDS, sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return -ENOMEM;
	for (kind = 0; kind < VFW_SCOPE_KINDS && !err; kind++) {
		lists[kind] = &mem[kind];
		err = vfw_scope_parse(text[kind], &mem[kind]);
	}
	if (err) {
		pr_err("vfw: scope=, bridges=, uplinks=: at most %u names of at most %u characters\n",
		       VFW_MAX_SCOPE, IFNAMSIZ - 1);
	} else {
		vfw_config_lock();
		err = vfw_scope_set(lists);
		vfw_config_unlock();
	}
	kfree(mem);
	return err;
}

static int __init vfw_init(void)
{
	int err;

	vfw_verdict_init();
	err = vfw_event_init();
	if (err)
		return err;
	err = vfw_profile_init(hs_set);
	if (err)
		goto event;
	err = vfw_scan_init();
	if (err)
		goto profile;
	err = vfw_flow_init();
	if (err)
		goto scan;
	err = vfw_memo_init();
	if (err)
		goto flow;
	err = vfw_reject_init();
	if (err)
		goto memo;
	/* Closed from the first port on. */
	if (armed) {
		mutex_lock(&vfw_config_mutex);
		vfw_mode_set(VFW_MODE_ARMED);
		mutex_unlock(&vfw_config_mutex);
	}
	err = vfw_bridge_init();
	if (err)
		goto reject;
	err = vfw_hook_bridge_init();
	if (err)
		goto heard;
	err = vfw_scope_init();
	if (err)
		goto bridge;
	err = main_scope();
	if (err)
		goto scope;
	err = vfw_ctl_init();
	if (err)
		goto scope;
	return 0;

scope:
	vfw_scope_exit();
bridge:
	vfw_hook_bridge_exit();
	synchronize_net();
	vfw_scan_stop();
heard:
	vfw_bridge_put();
reject:
	if (armed) {
		mutex_lock(&vfw_config_mutex);
		vfw_mode_set(VFW_MODE_DISARMED);
		mutex_unlock(&vfw_config_mutex);
	}
	vfw_reject_exit();
memo:
	vfw_memo_exit();
flow:
	vfw_flow_exit();
scan:
	vfw_scan_exit();
profile:
	vfw_profile_exit();
event:
	vfw_event_exit();
	rcu_barrier();
	return err;
}

static void __exit vfw_exit(void)
{
	/* Commands first, then hooks; after the grace period no frame is inside. */
	vfw_ctl_exit();
	vfw_scope_exit();
	vfw_hook_bridge_exit();
	synchronize_net();
	vfw_scan_stop();
	vfw_reject_exit();
	vfw_vm_exit();
	vfw_policy_exit();
	vfw_memo_exit();
	vfw_flow_exit();
	vfw_scan_exit();
	vfw_profile_exit();
	vfw_event_exit();
	vfw_bridge_put();
	/* Callbacks that free are code of this module. */
	rcu_barrier();
}

module_init(vfw_init);
module_exit(vfw_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Firewall for VM-to-VM traffic on one host");
MODULE_VERSION("0.1");
