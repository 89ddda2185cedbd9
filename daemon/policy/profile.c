// SPDX-License-Identifier: GPL-2.0
#include "profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "tree.h"

/* Puts the names behind inspect into the map. */
static int find_inspected(const struct vfw_list *stmts, struct vfw_map *names)
{
	const struct vfw_stmt *s;
	int err = 0;

	for (s = stmts->first; s && !err; s = s->link.next) {
		const struct vfw_word *inspect = s->kind == VFW_STMT_RULE ? s->rule->inspect : NULL;

		if (inspect && !vfw_map_get(names, inspect->s, strlen(inspect->s)))
			err = vfw_map_put(names, inspect->s, strlen(inspect->s), 0);
		if (!err)
			err = find_inspected(&s->items, names);
	}
	return err;
}

/*
 * A file is named without folders, so that the kept copy of a policy can hold it under the same
 * name.
 */
static bool is_file_name(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

static int add_files(const struct vfw_policy *p, const struct vfw_list *words, struct vfw_diags *d,
		     struct vfw_policy_profile *profile)
{
	int err = 0;

	profile->files = calloc(words->n, sizeof(*profile->files));
	if (!profile->files)
		return -ENOMEM;
	for (const struct vfw_word *w = words->first; w; w = w->link.next) {
		struct vfw_policy_signatures *file = &profile->files[profile->n_files];

		*file = (struct vfw_policy_signatures){w->s, &w->loc};
		if (!is_file_name(w->s)) {
			vfw_policy_profile_complain(
				p, &w->loc, d,
				"expected the name of a file in the folder of signatures, without "
				"'/' and not beginning with '.'");
			err = -EINVAL;
		}
		for (size_t i = 0; i < profile->n_files; i++) {
			if (strcmp(profile->files[i].name, w->s))
				continue;
			vfw_policy_profile_complain(p, &w->loc, d, "'%s' stands there already",
						    w->s);
			err = -EINVAL;
		}
		profile->n_files++;
	}
	return err;
}

static int add(const struct vfw_policy *p, const struct vfw_stmt *s, struct vfw_diags *d,
	       struct vfw_policy_profiles *list)
{
	const struct vfw_profile *from = s->profile;
	struct vfw_policy_profile *to = &list->v[list->n];

	if (list->n == VFW_MAX_PROFILES) {
		vfw_policy_profile_complain(p, &s->name_loc, d,
					    "expected at most %d profiles that rules inspect with",
					    VFW_MAX_PROFILES);
		return -EINVAL;
	}
	if (from->depth.text && (!from->depth.value || from->depth.value > UINT32_MAX)) {
		vfw_policy_profile_complain(
			p, &s->name_loc, d,
			"expected a depth of 1b to 4095mb, found %s; without 'depth' all is "
			"scanned",
			from->depth.text);
		return -EINVAL;
	}
	list->n++;
	to->name = s->name;
	to->loc = &s->name_loc;
	to->conf.depth = (uint32_t)from->depth.value;
	to->conf.flags = (from->prevent ? VFW_PROFILE_F_PREVENT : 0) |
			 (from->overload_pass ? 0 : VFW_PROFILE_F_OVERLOAD_BLOCK);
	return add_files(p, &from->signatures, d, to);
}

int vfw_policy_profiles(const struct vfw_policy *p, struct vfw_diags *d,
			struct vfw_policy_profiles *list)
{
	struct vfw_map names = {0};
	int err = find_inspected(&p->stmts, &names);

	memset(list, 0, sizeof(*list));
	list->v = calloc(VFW_MAX_PROFILES, sizeof(*list->v));
	if (!list->v)
		err = -ENOMEM;
	for (const struct vfw_stmt *s = p->stmts.first; s && err != -ENOMEM; s = s->link.next) {
		int one = 0;

		if (s->kind == VFW_STMT_PROFILE && vfw_map_get(&names, s->name, strlen(s->name)))
			one = add(p, s, d, list);
		err = one ?: err;
	}
	vfw_map_free(&names);
	return err;
}

void vfw_policy_profiles_free(struct vfw_policy_profiles *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].files);
	free(list->v);
	memset(list, 0, sizeof(*list));
}

size_t vfw_policy_profile_index(const struct vfw_policy_profiles *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].name, name))
			return i;
	return SIZE_MAX;
}

void vfw_policy_profile_complain(const struct vfw_policy *p, const struct vfw_loc *loc,
				 struct vfw_diags *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfw_diag_vadd(d, VFW_DIAG_ERROR, &p->files[loc->file], loc, fmt, ap);
	va_end(ap);
}
