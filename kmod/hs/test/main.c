// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "../hs.h"
static int __init i(void) { return vfw_hs_init(NULL); }
static void __exit e(void) { vfw_hs_exit(); }
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
