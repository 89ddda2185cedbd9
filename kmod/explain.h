/* SPDX-License-Identifier: GPL-2.0 */
/* What would become of a new conversation: asked of the tables and functions the datapath uses. */
#ifndef VFW_EXPLAIN_H
#define VFW_EXPLAIN_H

#include <linux/vfw.h>

/*
 * Answers *ex, whose question has been checked and whose answer is all 0. Returns 0, or -ENOENT or
 * -EINVAL with a static sentence in *why. Touches no counter. RCU read lock.
 */
int vfw_explain(struct vfw_explain *ex, const char **why);

#endif /* VFW_EXPLAIN_H */
