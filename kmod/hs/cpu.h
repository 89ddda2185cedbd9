/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_CPU_H
#define VFW_HS_CPU_H

#include "entry.h"

/*
 * vfw_hs_cpu_choose() - the entries of the set named @set, or of the best one when @set is NULL or empty
 *
 * Returns them, or an error pointer: -EINVAL for a name that is no set of this build, -EOPNOTSUPP
 * for one that this processor cannot run.
 */
const struct vfw_hs_entry *vfw_hs_cpu_choose(const char *set);

#endif
