/* SPDX-License-Identifier: GPL-2.0 */
/* Checking a policy's text where no vfwd runs, by the daemon's own parser. */
#ifndef VFW_LOCALCHECK_H
#define VFW_LOCALCHECK_H

#include <jansson.h>

/*
 * Checks files (an array of { name, text }). Returns VFW_EXIT_OK and *result, new, as that of the
 * method policy.check; VFW_EXIT_CHECK_FAILED after adding a diag for each error to the array
 * errors; VFW_EXIT_FAILED when memory ran out. *result is unchanged on failure.
 */
int vfw_localcheck(const json_t *files, json_t *errors, json_t **result);

#endif /* VFW_LOCALCHECK_H */
