/* SPDX-License-Identifier: GPL-2.0 */
/* The apps that rules ask for, as the rest of the daemon sees them. */
#ifndef VFW_POLICY_APP_H
#define VFW_POLICY_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"

struct vfw_policy;

#define VFW_POLICY_TCP 6 /* IP protocols that apps are spoken over */
#define VFW_POLICY_UDP 17

/* The number by which the module knows the app of that name: of the name alone, never VFW_APP_ID_*. */
uint32_t vfw_policy_app_id(const char *name);

/* Does some rule ask for an app? */
bool vfw_policy_asks_apps(const struct vfw_policy *p);

#define VFW_POLICY_OVER_TCP 1u
#define VFW_POLICY_OVER_UDP 2u

/*
 * Complains (errors in d) of each app in a rule that nobody knows, and warns of those that the rule can never meet. over
 * says over what an app is recognised, VFW_POLICY_OVER_*; 0: there is none of that name. Returns 0 or -EINVAL.
 */
int vfw_policy_check_apps(const struct vfw_policy *p,
			  unsigned int (*over)(void *arg, const char *name), void *arg,
			  struct vfw_diags *d);

#endif /* VFW_POLICY_APP_H */
