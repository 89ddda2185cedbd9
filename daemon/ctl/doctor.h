/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_CTL_DOCTOR_H
#define VFW_CTL_DOCTOR_H

#include <jansson.h>

struct vfw_state;

/*
 * Looks at everything: an array of { name, state: "ok"|"warn"|"fail"|"skip", detail, advice }, a new
 * reference. Blocks for the kernel's answers.
 */
json_t *vfw_doctor_checks(struct vfw_state *st);

#endif /* VFW_CTL_DOCTOR_H */
