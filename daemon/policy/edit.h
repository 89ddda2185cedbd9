/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One rule added to or taken from the text of a policy, all else left as it is: comments, layout,
 * line ends. Nothing is written here; the caller parses what comes out before he believes it.
 */
#ifndef VFW_POLICY_EDIT_H
#define VFW_POLICY_EDIT_H

#include <stdbool.h>
#include <stddef.h>

struct vfw_policy;

enum vfw_edit_where {
	VFW_EDIT_BEFORE, /* the rule `label` */
	VFW_EDIT_AFTER,
	VFW_EDIT_FIRST, /* of block, in file */
	VFW_EDIT_LAST,
};

/* Where a rule is to stand. */
struct vfw_edit_place {
	enum vfw_edit_where where;
	const char *label; /* of BEFORE and AFTER: "shop:3" */
	const char *block; /* else: "first", "last", "unmanaged", or a tenant's name */
	bool tenant; /* block is a tenant's name */
	const char *
		file; /* of those there are, or a new one; NULL: where the block is, or the only one */
};

struct vfw_edit {
	char *file; /* name of the file that changes */
	bool is_new; /* it is not one of the policy's */
	char *text; /* all of it, NUL-terminated */
	size_t len;
	size_t at; /* offset at which a rule that was added stands */
};

/*
 * Adds a rule. A line of comments right above the rule `label` stays with that one; a rule that has its
 * line for itself gets a line before or behind it, indented as it is; else the new one stands beside it.
 * Returns 0 and *out, whose strings the caller frees; -ENOENT, -EINVAL with a sentence in
 * *why, the caller's too; -ENOMEM.
 */
int vfw_edit_add(const struct vfw_policy *p, const struct vfw_edit_place *place, const char *rule,
		 struct vfw_edit *out, char **why);

/*
 * Takes the rule out, with its line and the comment behind it if it has that for itself. Comments
 * above it stay. *rule is its text, canonical, the caller's. Returns as above.
 */
int vfw_edit_delete(const struct vfw_policy *p, const char *label, char **rule,
		    struct vfw_edit *out, char **why);

/*
 * The label of the rule that stands at this offset of that file and ends len bytes further, in label
 * (size bytes). Returns whether there is one.
 */
bool vfw_edit_is_rule(const struct vfw_policy *p, const char *file, size_t at, size_t len,
		      char *label, size_t size);

/* The line, from 1, and the column of an offset. */
void vfw_edit_position(const char *text, size_t at, unsigned int *line, unsigned int *col);

#endif /* VFW_POLICY_EDIT_H */
