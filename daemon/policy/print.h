/* SPDX-License-Identifier: GPL-2.0 */
/* The canonical form of parts of a policy; vfw_policy_print() in policy.h prints all. */
#ifndef VFW_POLICY_PRINT_H
#define VFW_POLICY_PRINT_H

#include "text.h"
#include "tree.h"

/* Appends a rule in one line, without newline. */
void vfw_print_rule(struct vfw_text *t, const struct vfw_rule *rule);

/* Appends one end of a rule. */
void vfw_print_end(struct vfw_text *t, const struct vfw_end *end);

/* Appends "default ..." in one line, without newline. */
void vfw_print_default(struct vfw_text *t, const struct vfw_rule *rule);

/* Returns the word for a rule's verdict. */
const char *vfw_print_verdict(enum vfw_verdict verdict);

#endif /* VFW_POLICY_PRINT_H */
