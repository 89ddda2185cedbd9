/* SPDX-License-Identifier: GPL-2.0 */
/* A counter of each CPU, shown as their sum by a module parameter that only root reads: when others speak is nobody's business. */
#ifndef VFW_PERCPU_PARAM_H
#define VFW_PERCPU_PARAM_H

#include <linux/moduleparam.h>

extern const struct kernel_param_ops vfw_percpu_param_ops; /* arg: unsigned long __percpu * */

#define vfw_percpu_param(name, counter) \
	module_param_cb(name, &vfw_percpu_param_ops, (void __force *)&(counter), 0400)

#endif /* VFW_PERCPU_PARAM_H */
