// SPDX-License-Identifier: GPL-2.0

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include "cpu.h"
#include "hs.h"
#include "runtime.h"
#include "scratch.h"

const struct vfw_hs_entry *vfw_hs_runtime;

int vfw_hs_init(const char *set)
{
	const struct vfw_hs_entry *entry;

	/*
	 * There softirqs are threads and sections would be preempted: nothing here was thought out
	 * for it.
	 */
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("vfw: Hyperscan does not run on a PREEMPT_RT kernel: boot another one\n");
		return -EOPNOTSUPP;
	}
	entry = vfw_hs_cpu_choose(set);
	if (IS_ERR(entry)) {
		if (PTR_ERR(entry) == -EINVAL)
			pr_err("vfw: no instruction set \"%s\": expected sse42, avx2 or avx512\n",
			       set);
		else
			pr_err("vfw: this processor lacks %s, which Hyperscan needs\n",
			       set && *set ? set : "SSE4.2 or POPCNT");
		return PTR_ERR(entry);
	}
	vfw_hs_runtime = entry;
	pr_info("vfw: Hyperscan %s with %s\n", entry->version, entry->name);
	return 0;
}

void vfw_hs_exit(void)
{
	/* Databases go by call_rcu(). */
	rcu_barrier();
	vfw_hs_scratch_exit();
}

const char *vfw_hs_set(void)
{
	return vfw_hs_runtime ? vfw_hs_runtime->name : NULL;
}

const char *vfw_hs_version(void)
{
	return vfw_hs_runtime ? vfw_hs_runtime->version : NULL;
}
