/* SPDX-License-Identifier: GPL-2.0 */
/* Classes of signatures (classtype): what they are called in alerts, and how grave they are. */
#ifndef VFW_SIG_RULE_CLASS_H
#define VFW_SIG_RULE_CLASS_H

#include "rule.h"

struct vfw_rule_class {
	const char *name;
	const char *category;
	unsigned int priority; /* 1: gravest */
};

/* Returns the class of that name, as Suricata ships them, or NULL. */
const struct vfw_rule_class *vfw_rule_class_find(const struct vfw_rule_text *name);

#endif /* VFW_SIG_RULE_CLASS_H */
