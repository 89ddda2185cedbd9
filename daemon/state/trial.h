/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy on trial. The kernel alone decides how it ends, for it must not need vfwd; vfwd
 * follows: only what was confirmed is loaded at the next start of the host.
 */
#ifndef VFW_STATE_TRIAL_H
#define VFW_STATE_TRIAL_H

#include "state.h"

struct vfw_kern_status;

/*
 * running has just been published on trial, in place of before (taken; NULL: none was known), and
 * is kept in the store under that number.
 */
void vfw_trial_begin(struct vfw_state *st, struct vfw_ruleset *before, unsigned long number);

/*
 * Has the trial ended? Then running is what the kernel has now, the store knows, and the audit
 * log says that it was who. Cheap when there is none. Calls to the kernel block.
 */
void vfw_trial_follow(struct vfw_state *st, const char *who);

/* The sentence for who must wait for its end, to be freed; NULL: no memory. */
char *vfw_trial_words(struct vfw_state *st);

/*
 * When the kernel was found: is what it has the policy that was proposed last, on trial or
 * confirmed while nobody looked? Then that is what runs.
 */
void vfw_trial_take_over(struct vfw_state *st, const struct vfw_kern_status *status);

/* The kernel's tables are gone, and the trial with them: back to what was confirmed. */
void vfw_trial_forget(struct vfw_state *st);

#endif /* VFW_STATE_TRIAL_H */
