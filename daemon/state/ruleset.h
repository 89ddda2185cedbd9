/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy as the daemon holds it: the files it was read from, its tree, and what was compiled
 * of it last.
 */
#ifndef VFW_STATE_RULESET_H
#define VFW_STATE_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfw_policy;
struct vfw_compiled;
struct vfw_diags;
struct vfw_registry;
struct vfw_rule_origin;

struct vfw_ruleset_file {
	char *name; /* without folders */
	char *text; /* NUL-terminated */
	size_t len;
};

struct vfw_ruleset {
	struct vfw_ruleset_file *files;
	size_t n_files;
	struct vfw_policy *policy;
	struct vfw_compiled *compiled; /* NULL until vfw_ruleset_compile() */
	uint32_t *by_id; /* indices of compiled's rules in order of id */
};

/*
 * Parses the files and takes them (they are freed in any case). Returns 0 and *rs, or -EINVAL
 * after complaints in d, or -ENOMEM.
 */
int vfw_ruleset_parse(struct vfw_ruleset_file *files, size_t n, struct vfw_diags *d,
		      struct vfw_ruleset **rs);

/* rs may be NULL. */
void vfw_ruleset_free(struct vfw_ruleset *rs);

/*
 * Compiles for the VMs of the registry. Returns 0 and *out, owned by the caller; -EINVAL after
 * complaints in d; -ENOMEM.
 */
int vfw_ruleset_compile(const struct vfw_ruleset *rs, const struct vfw_registry *r,
			struct vfw_diags *d, struct vfw_compiled **out);

/*
 * Gives rs what was compiled of it, in place of what it had. 0, or -ENOMEM (c is still the
 * caller's).
 */
int vfw_ruleset_adopt(struct vfw_ruleset *rs, struct vfw_compiled *c);

/* The rule with that id, NULL: none; its index in *index when that is not NULL. rs may be NULL. */
const struct vfw_rule_origin *vfw_ruleset_rule(const struct vfw_ruleset *rs, uint32_t id,
					       uint32_t *index);

/* Are the tables that the kernel sees the same? */
bool vfw_ruleset_same_tables(const struct vfw_compiled *a, const struct vfw_compiled *b);

/* The digest of its text, as vfw_policy_compile() computes it. Returns 0 or -ENOMEM. */
int vfw_ruleset_digest(const struct vfw_ruleset *rs, uint8_t digest[32]);

/* A number that stands for the tables, to know them again after a restart. */
uint64_t vfw_ruleset_hash(const struct vfw_compiled *c);

/* Frees n files and the array. */
void vfw_ruleset_free_files(struct vfw_ruleset_file *files, size_t n);

#endif /* VFW_STATE_RULESET_H */
