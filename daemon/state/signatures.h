/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From signatures to databases, for the instruction set of the module that is
 * loaded: out of the cache, else by the compiler, one run at a time and without
 * holding the event loop up. Whoever is told to wait asks again when on_done says so.
 */
#ifndef VFW_STATE_SIGNATURES_H
#define VFW_STATE_SIGNATURES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct vfw_config;
struct vfw_diags;
struct vfw_kern_status;
struct vfw_pattern;
struct vfw_patterns;
struct vfw_ruleset;
struct vfw_sigset;
struct vfw_signatures;

/* A run of the compiler has ended, well or not: what waited for it is to ask again. */
typedef void (*vfw_signatures_done)(void *arg);

/* config must stay. NULL: no memory. */
struct vfw_signatures *vfw_signatures_new(const struct vfw_config *config, sd_event *event,
					  vfw_signatures_done on_done, void *arg);

/* Ends a run that is under way. s may be NULL. */
void vfw_signatures_free(struct vfw_signatures *s);

/* What the module that is loaded says of itself; NULL: none is loaded. s may be NULL. */
void vfw_signatures_module(struct vfw_signatures *s, const struct vfw_kern_status *status);

/*
 * Gives each profile of rs its databases. running may have some already, NULL: none. Returns 0;
 * -EINPROGRESS: they are being compiled; -EINVAL after complaints in d; -ENOMEM. Who waited
 * for a run that failed is told so; a later question starts another. unasked: the question comes by
 * itself, again and again, and after a failure starts another run only after a pause, which grows
 * from a minute to an hour; other signatures are not meant by it.
 */
int vfw_signatures_ready(struct vfw_signatures *s, struct vfw_ruleset *rs,
			 const struct vfw_ruleset *running, bool unasked, struct vfw_diags *d);

/* What failed may be tried again at once. */
void vfw_signatures_forget(struct vfw_signatures *s);

/*
 * Are those patterns right? They are compiled for the module's instruction set, or without a module
 * for the least. Returns as vfw_signatures_ready() does.
 */
int vfw_signatures_check(struct vfw_signatures *s, const char *name,
			 const struct vfw_patterns *patterns, struct vfw_diags *d);

/* From that revision on expressions mean what the signatures of rs say; kept on disk. */
void vfw_signatures_record(struct vfw_signatures *s, uint32_t revision,
			   const struct vfw_ruleset *rs);

/* At the start: what was recorded, as far as its policies are still in the store. */
void vfw_signatures_recall(struct vfw_signatures *s);

/*
 * The signature behind an expression of a profile of a revision, and that profile's name; NULL
 * (*profile_name NULL or not): not known, or no longer. Both live until the next
 * vfw_signatures_record().
 */
const struct vfw_pattern *vfw_signatures_find(const struct vfw_signatures *s, uint32_t revision,
					      uint32_t profile, uint32_t sig,
					      const char **profile_name);

/*
 * { hyperscan, set, compiled, cached, failed, compiling, failures: [{ profile, why, tries, retry_s }] }:
 * version of libhs, set compiled for, counts since the start, name of the profile under way or null,
 * what is tried again unasked and in how many seconds. A new reference.
 */
json_t *vfw_signatures_json(const struct vfw_signatures *s);

#endif /* VFW_STATE_SIGNATURES_H */
