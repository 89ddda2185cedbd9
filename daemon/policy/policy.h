/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy language for the rest of the daemon: read, print, check, compile.
 * docs/policy.md is the language. Nothing here knows of sockets or netlink.
 *
 *   policy = vfw_policy_new()
 *   vfw_policy_add_path(policy, "/etc/vfw/policy.d", &diags)
 *   vfw_policy_compile(policy, vms, n, &diags, &compiled)
 *
 * All functions may allocate and may be called from any one thread at a time.
 */
#ifndef VFW_POLICY_POLICY_H
#define VFW_POLICY_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "compiled.h"
#include "diag.h"

struct vfw_policy;
struct vfw_vm;

/* Returns an empty policy, owned by the caller; NULL: no memory. */
struct vfw_policy *vfw_policy_new(void);

/* Frees the policy and its whole tree; NULL is fine. */
void vfw_policy_free(struct vfw_policy *p);

/*
 * Parses one file's text and appends its statements. name is for messages and
 * is copied, as is the text. Returns 0; -EINVAL after complaints in d; -ENOMEM.
 * After a failure the policy is good for further parsing (to find more errors)
 * and for nothing else.
 */
int vfw_policy_add_text(struct vfw_policy *p, const char *name, const char *text, size_t len,
			struct vfw_diags *d);

/*
 * Reads a file, or all *.vfw of a folder in byte order of their names. Returns
 * as vfw_policy_add_text(); what cannot be read is a complaint and -EINVAL too.
 */
int vfw_policy_add_path(struct vfw_policy *p, const char *path, struct vfw_diags *d);

/* Returns the policy in canonical form, owned by the caller; NULL: no memory. */
char *vfw_policy_print(const struct vfw_policy *p);

/*
 * Checks all that does not depend on which VMs exist: names, duplicates, ends
 * a tenant's rule may have. Returns 0, -EINVAL after complaints in d, -ENOMEM.
 */
int vfw_policy_check(const struct vfw_policy *p, struct vfw_diags *d);

/*
 * Complains (as errors in d) about everything in the policy that parses but
 * that the datapath does not enforce yet, each place by name. Returns how many there are;
 * such a policy must not be applied.
 */
size_t vfw_policy_unenforceable(const struct vfw_policy *p, struct vfw_diags *d);

/*
 * Compiles for the VMs given. Does all that vfw_policy_check() and
 * vfw_policy_unenforceable() do first, and refuses with their complaints.
 * Returns 0 and *out, owned by the caller; -EINVAL after complaints in d;
 * -ENOMEM. *out unchanged on failure. Warnings may be added on success, too.
 */
int vfw_policy_compile(const struct vfw_policy *p, const struct vfw_vm *const *vms, size_t n_vms,
		       struct vfw_diags *d, struct vfw_compiled **out);

#endif /* VFW_POLICY_POLICY_H */
