/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the daemon's state to the kernel: taking over, applying a policy, following the
 * population.
 */
#ifndef VFW_STATE_PUBLISH_H
#define VFW_STATE_PUBLISH_H

#include "state.h"

struct vfw_diags;

/*
 * Connects to the module and takes over what it has: nothing is changed but what differs from
 * what should be. Returns 0, -ENOENT when it is not loaded, or a negative errno after a line in
 * the log.
 */
int vfw_publish_connect(struct vfw_state *st);

/* The module is gone. */
void vfw_publish_disconnect(struct vfw_state *st);

/*
 * Makes rs the policy in force, compiled as c, and keeps it for the next start, or, with a trial
 * (how->confirm_s), once it is confirmed. Its
 * profiles have their databases (vfw_signatures_ready()). Takes rs and c on success only. On failure nothing changed, and *error is a sentence that the caller frees
 * (NULL: no memory). Returns 0 or a negative errno; -ENOENT: the module is not loaded; -EBUSY: a
 * policy is on trial.
 */
int vfw_publish_apply(struct vfw_state *st, struct vfw_ruleset *rs, struct vfw_compiled *c,
		      const struct vfw_kern_publish *how, char **error);

/*
 * The same tables from another text (comments, lines, names of files): takes rs and c in place
 * of what runs, without a word to the kernel. Same contract as vfw_publish_apply().
 */
int vfw_publish_replace_text(struct vfw_state *st, struct vfw_ruleset *rs, struct vfw_compiled *c,
			     char **error);

/*
 * Settles the registry and gives the kernel what follows: a new revision when tables or
 * identities changed, the population alone otherwise, nothing when nothing changed. On failure
 * st->trouble says why and it is tried again later.
 */
void vfw_publish_sync(struct vfw_state *st);

/*
 * Has the kernel what it should have, or can it not have it now (the module is not loaded, there is no
 * policy, st->trouble)? Else it will have it when its signatures are compiled.
 */
bool vfw_publish_settled(const struct vfw_state *st);

#endif /* VFW_STATE_PUBLISH_H */
