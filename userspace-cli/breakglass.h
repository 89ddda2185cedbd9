/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Breaking the glass: when vfwd does not answer, a person must still be able to
 * see what the kernel does and to stop it. This one file of vfwctl speaks
 * netlink, and nothing but what is declared here. It needs CAP_NET_ADMIN in the
 * initial user namespace.
 *
 * Each returns VFW_EXIT_OK and a new result as of the vfwd method of the same
 * meaning, with "source": "kernel" besides; or VFW_EXIT_FAILED or
 * VFW_EXIT_DENIED and the cause in why (at most size bytes), *result unchanged.
 */
#ifndef VFW_BREAKGLASS_H
#define VFW_BREAKGLASS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

int vfw_breakglass_status(json_t **result, char *why, size_t size);
/* Ends the trial of a policy: it stays, or the rules before it come back. */
int vfw_breakglass_trial(bool stays, json_t **result, char *why, size_t size);
int vfw_breakglass_mode(bool armed, json_t **result, char *why, size_t size);

#endif /* VFW_BREAKGLASS_H */
