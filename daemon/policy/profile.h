/* SPDX-License-Identifier: GPL-2.0 */
/* The profiles that a policy's rules inspect with, as the rest of the daemon sees them. */
#ifndef VFW_POLICY_PROFILE_H
#define VFW_POLICY_PROFILE_H

#include <linux/vfw.h>
#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

struct vfw_policy;

/* Strings belong to the policy, arrays to the list. */
struct vfw_policy_profile {
	const char *name;
	const struct vfw_loc *loc; /* of the name */
	struct vfw_profile_conf conf; /* but for n_exprs, which is not the policy's to know */
	struct vfw_policy_signatures {
		const char *name; /* of a file, as it is written */
		const struct vfw_loc *loc;
	} * files;
	size_t n_files;
};

struct vfw_policy_profiles {
	struct vfw_policy_profile *v;
	size_t n; /* at most VFW_MAX_PROFILES */
};

/*
 * Lists the profiles that some rule names, in the order they are defined; the place in this list
 * is the profile's index in the kernel. The policy has passed vfw_policy_check(). Returns 0;
 * -EINVAL after complaints in d; -ENOMEM. vfw_policy_profiles_free() in any case.
 */
int vfw_policy_profiles(const struct vfw_policy *p, struct vfw_diags *d,
			struct vfw_policy_profiles *list);

/* Frees the arrays. */
void vfw_policy_profiles_free(struct vfw_policy_profiles *list);

/* Index of the profile of that name; SIZE_MAX: no rule names it. */
size_t vfw_policy_profile_index(const struct vfw_policy_profiles *list, const char *name);

/* Complains (an error in d) at one of the places of the list. */
void vfw_policy_profile_complain(const struct vfw_policy *p, const struct vfw_loc *loc,
				 struct vfw_diags *d, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif /* VFW_POLICY_PROFILE_H */
