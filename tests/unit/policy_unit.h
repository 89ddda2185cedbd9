/* SPDX-License-Identifier: GPL-2.0 */
/* What the policy's tests share. */
#ifndef VFW_TEST_POLICY_UNIT_H
#define VFW_TEST_POLICY_UNIT_H

#include <check.h>
#include <core/match.h>

#include "../../daemon/policy/policy.h"
#include "../../daemon/policy/tree.h"
#include "../../daemon/vm/registry.h"

TCase *policy_parse_tests(void);
TCase *policy_golden_tests(void);
TCase *policy_compile_tests(void);
TCase *policy_random_tests(void);
TCase *policy_edit_tests(void);
TCase *policy_lint_tests(void);
TCase *policy_profile_tests(void);
TCase *policy_nomem_tests(void);

/* Parses text that must be right; the caller frees. */
struct vfw_policy *unit_parse(const char *text);

/* Parses text that must be wrong and returns all complaints; the caller frees. */
char *unit_complaints(const char *text);

/* Compiles a policy that must compile; the caller frees. */
struct vfw_compiled *unit_compile(const struct vfw_policy *p, const struct vfw_vm *const *vms,
				  size_t n);

/* Tables over a compiled policy, checked by the matcher's own check and indexed. */
struct unit_tables {
	struct vfw_tables t;
};
void unit_tables(struct unit_tables *u, const struct vfw_compiled *c);
void unit_tables_free(struct unit_tables *u);

/* Fills a VM: uuid is n in the last byte. label: "k=v" or NULL. */
void unit_vm(struct vfw_vm *vm, uint8_t n, const char *name, const char *tenant, const char *label);
void unit_vm_free(struct vfw_vm *vm);

/* The sample of docs/policy.md, read from there; the caller frees. */
char *unit_sample(void);

#endif /* VFW_TEST_POLICY_UNIT_H */
