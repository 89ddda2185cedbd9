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
struct vfw_database;
struct vfw_diags;
struct vfw_registry;
struct vfw_rule_origin;
struct vfw_sigset;

struct vfw_ruleset_file {
	char *name; /* without folders */
	char *text; /* NUL-terminated */
	size_t len;
};

struct vfw_ruleset {
	struct vfw_ruleset_file *files;
	size_t n_files;
	unsigned long number; /* in the store; 0: it is not there */
	struct vfw_policy *policy;
	struct vfw_ruleset_file *signature_files; /* those that profiles in use name */
	size_t n_signature_files;
	struct vfw_ruleset_file *app_files; /* with folders; none where no rule asks for an app */
	size_t n_app_files;
	struct vfw_sigset *signatures; /* NULL until vfw_ruleset_signatures() */
	struct vfw_database **databases; /* of each profile, for signatures.c; NULL where not had */
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
 * Reads the signatures that the profiles in use name, from that folder. Returns 0; -EINVAL after
 * complaints in d; -ENOMEM.
 */
int vfw_ruleset_signatures(struct vfw_ruleset *rs, const char *folder, struct vfw_diags *d);

/* The same from a folder of the store, vfwd's own, which counts whoever it belongs to. */
int vfw_ruleset_kept_signatures(struct vfw_ruleset *rs, const char *folder, struct vfw_diags *d);

/*
 * The canonical text, and behind it for each profile in use a comment with the number of its
 * signatures and their digest: two policies that print the same are the same. The caller frees
 * it; NULL: no memory.
 */
char *vfw_ruleset_print(const struct vfw_ruleset *rs);

/*
 * Compiles for the VMs of the registry; vfw_ruleset_signatures() came before. The digest becomes
 * that of vfw_ruleset_print(). Returns 0 and *out, owned by the caller; -EINVAL after
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
