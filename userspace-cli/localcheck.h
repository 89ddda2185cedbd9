/* SPDX-License-Identifier: GPL-2.0 */
/* Checking a policy's text where no vfwd runs, by the daemon's own parser. */
#ifndef VFW_LOCALCHECK_H
#define VFW_LOCALCHECK_H

#include <jansson.h>

#include "../daemon/policy/diag.h"

/* Adds the complaints of one severity to an array, each as a diag of ctl_proto.h. */
void vfw_localcheck_diags(json_t *array, const struct vfw_diags *d, enum vfw_severity severity);

/*
 * Checks files (an array of { name, text }). Returns VFW_EXIT_OK and *result, new, as that of the
 * method policy.check; VFW_EXIT_CHECK_FAILED after adding a diag for each error to the array
 * errors; VFW_EXIT_FAILED when memory ran out. *result is unchanged on failure.
 */
int vfw_localcheck(const json_t *files, json_t *errors, json_t **result);

/*
 * Reads files of signatures (an array of { name, text }), each by itself; what an expression means
 * is not looked at. Returns VFW_EXIT_OK and *result as sig.check has it; VFW_EXIT_CHECK_FAILED,
 * errors gets what is wrong; VFW_EXIT_FAILED: no memory.
 */
int vfw_localcheck_signatures(const json_t *files, json_t *errors, json_t **result);

#endif /* VFW_LOCALCHECK_H */
