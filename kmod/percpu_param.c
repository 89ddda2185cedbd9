// SPDX-License-Identifier: GPL-2.0
#include <linux/percpu.h>
#include <linux/sysfs.h>

#include "percpu_param.h"

static int percpu_param_get(char *buf, const struct kernel_param *kp)
{
	const unsigned long __percpu *counter = (const unsigned long __percpu __force *)kp->arg;
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(counter, cpu));
	return sysfs_emit(buf, "%lu\n", sum);
}

const struct kernel_param_ops vfw_percpu_param_ops = {
	.get = percpu_param_get,
};
