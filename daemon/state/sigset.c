// SPDX-License-Identifier: GPL-2.0
#include "sigset.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../policy/app.h"
#include "../policy/policy.h"
#include "../policy/profile.h"
#include "../sig/app.h"
#include "../sig/pattern_rules.h"
#include "../sig/rule.h"
#include "appset.h"
#include "ruleset.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct vfw_ruleset_file *find(const struct vfw_ruleset_file *files, size_t n,
					   const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(files[i].name, name))
			return &files[i];
	return NULL;
}

/* Files of Suricata's rules are told by their name; all others are of patterns. */
static bool is_rules(const char *name)
{
	size_t n = strlen(name), m = strlen(VFW_PATTERN_RULES_NAME);

	return n > m && !strcmp(name + n - m, VFW_PATTERN_RULES_NAME);
}

/* Why what lies there is not to be read, NULL: it may be, if it is there. */
static const char *distrust(const char *folder, const char *path)
{
	const char *why;
	struct stat st;

	why = stat(folder, &st) ? NULL : vfw_file_distrust(&st, "folder");
	if (why || stat(path, &st))
		return why;
	return S_ISREG(st.st_mode) ? vfw_file_distrust(&st, "file") : "expected a regular file";
}

/* Returns 0, -EINVAL after a complaint, -ENOMEM. */
static int read_one(const struct vfw_policy *p, const char *folder, bool own,
		    const struct vfw_policy_signatures *from, struct vfw_diags *d,
		    struct vfw_ruleset_file *file)
{
	_cleanup_free_ char *path = vfw_form_format("%s/%s", folder, from->name);
	const char *wrong = path && !own ? distrust(folder, path) : NULL;
	int err;

	if (wrong) {
		vfw_policy_profile_complain(p, from->loc, d, "signatures: %s: %s", path, wrong);
		return -EINVAL;
	}
	err = path ? vfw_file_read(AT_FDCWD, path,
				   is_rules(from->name) ? VFW_RULE_FILE_MAX : VFW_PATTERN_FILE_MAX,
				   &file->text, &file->len)
		   : -ENOMEM;
	if (err == -ENOMEM)
		return err;
	if (err) {
		vfw_policy_profile_complain(p, from->loc, d,
					    "expected a file of signatures: %s: %s", path,
					    strerror(-err));
		return -EINVAL;
	}
	file->name = strdup(from->name);
	if (file->name)
		return 0;
	free(file->text);
	file->text = NULL;
	return -ENOMEM;
}

int vfw_sigset_read(const struct vfw_policy *p, const char *folder, bool own, struct vfw_diags *d,
		    struct vfw_ruleset_file **out, size_t *out_n)
{
	struct vfw_policy_profiles list;
	struct vfw_ruleset_file *files = NULL;
	size_t room = 1, n = 0;
	int err = vfw_policy_profiles(p, d, &list);

	for (size_t i = 0; i < list.n; i++)
		room += list.v[i].n_files;
	if (!err) {
		files = calloc(room, sizeof(*files));
		err = files ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < list.n && files && err != -ENOMEM; i++) {
		for (size_t k = 0; k < list.v[i].n_files && err != -ENOMEM; k++) {
			int one;

			if (find(files, n, list.v[i].files[k].name))
				continue;
			one = read_one(p, folder, own, &list.v[i].files[k], d, &files[n]);
			n += !one;
			err = one ?: err;
		}
	}
	vfw_policy_profiles_free(&list);
	if (err && files)
		vfw_ruleset_free_files(files, n);
	if (err)
		return err;
	*out = files;
	*out_n = n;
	return 0;
}

static int add(const struct vfw_policy_profile *from, const char *folder,
	       const struct vfw_ruleset_file *files, size_t n, struct vfw_diags *d,
	       struct vfw_sigset_profile *to)
{
	int err = 0;

	to->name = strdup(from->name);
	to->conf = from->conf;
	to->patterns = vfw_patterns_new();
	if (!to->name || !to->patterns)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_files && err != -ENOMEM; i++) {
		const struct vfw_ruleset_file *file = find(files, n, from->files[i].name);
		_cleanup_free_ char *path = vfw_form_format("%s/%s", folder, from->files[i].name);
		int one = -ENOMEM;

		if (path && file)
			one = (is_rules(file->name) ? vfw_pattern_rules_add : vfw_patterns_add)(
				to->patterns, path, file->text, file->len, d);
		err = one ?: err;
	}
	err = err ?: vfw_pattern_rules_finish(to->patterns, d);
	to->conf.n_exprs = (uint32_t)to->patterns->n;
	if (err)
		return err;
	vfw_pattern_rules_warn(to->patterns, to->name, to->conf.flags & VFW_PROFILE_F_PREVENT, d);
	vfw_pattern_rules_settle(to->patterns);
	if (!to->patterns->n) {
		vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL,
			     "profile %s: expected at least one rule that the module can enforce",
			     to->name);
		return -EINVAL;
	}
	return vfw_patterns_digest(to->patterns, to->digest);
}

/* Over what its patterns are: VFW_POLICY_OVER_*. */
static unsigned int spoken_over(void *arg, const char *name)
{
	const struct vfw_sigset *set = arg;
	const struct vfw_apps *t = &set->apps->tables;
	uint32_t id = vfw_policy_app_id(name);
	unsigned int over = 0;

	for (u16 i = 0; i < t->n_patterns; i++)
		if (t->apps[t->patterns[i].app].id == id)
			over |= t->patterns[i].proto == VFW_APP_TCP ? VFW_POLICY_OVER_TCP
								    : VFW_POLICY_OVER_UDP;
	return over;
}

/* Rules ask for apps: what these are, and who recognises them. */
static int add_apps(const struct vfw_policy *p, const struct vfw_ruleset_file *files, size_t n,
		    struct vfw_diags *d, struct vfw_sigset *set)
{
	struct vfw_sigset_profile *last = &set->v[set->n];
	int err = vfw_appset_parse(files, n, d, &set->apps);

	if (!err)
		err = vfw_policy_check_apps(p, spoken_over, set, d);
	if (err)
		return err;
	for (size_t i = 0; i < set->n; i++)
		if (set->v[i].conf.flags & VFW_PROFILE_F_PREVENT)
			set->v[i].conf.flags |= VFW_PROFILE_F_APPS;
	set->n++;
	last->name = strdup(VFW_SIGSET_APPS);
	last->patterns = vfw_patterns_new();
	last->conf.flags =
		VFW_PROFILE_F_PREVENT | VFW_PROFILE_F_OVERLOAD_BLOCK | VFW_PROFILE_F_APPS;
	last->conf.depth = VFW_APP_BYTES;
	if (!last->name || !last->patterns)
		return -ENOMEM;
	return vfw_appset_digest(set->apps, last->digest);
}

const char *vfw_sigset_app(const struct vfw_sigset *set, uint32_t id)
{
	const struct vfw_apps *t = set && set->apps ? &set->apps->tables : NULL;

	for (u16 i = 0; t && i < t->n_apps; i++)
		if (t->apps[i].id == id)
			return set->apps->text[i].name;
	return NULL;
}

int vfw_sigset_new(const struct vfw_policy *p, const char *folder,
		   const struct vfw_ruleset_file *files, size_t n,
		   const struct vfw_ruleset_file *apps, size_t n_apps, struct vfw_diags *d,
		   struct vfw_sigset **out)
{
	struct vfw_sigset *set = calloc(1, sizeof(*set));
	struct vfw_policy_profiles list;
	int err = vfw_policy_profiles(p, d, &list);

	if (!set)
		err = -ENOMEM;
	if (!err) {
		set->refs = 1;
		set->v = calloc(list.n + 2, sizeof(*set->v));
		err = set->v ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < list.n && set && set->v && err != -ENOMEM; i++) {
		int one = add(&list.v[i], folder, files, n, d, &set->v[set->n++]);

		err = one ?: err;
	}
	vfw_policy_profiles_free(&list);
	if (!err && vfw_policy_asks_apps(p))
		err = add_apps(p, apps, n_apps, d, set);
	if (!err)
		*out = set;
	else if (set) {
		set->refs = 1;
		vfw_sigset_unref(set);
	}
	return err;
}

struct vfw_sigset *vfw_sigset_ref(struct vfw_sigset *set)
{
	set->refs++;
	return set;
}

void vfw_sigset_unref(struct vfw_sigset *set)
{
	if (!set || --set->refs)
		return;
	for (size_t i = 0; i < set->n; i++) {
		free(set->v[i].name);
		vfw_patterns_free(set->v[i].patterns);
	}
	vfw_app_list_free(set->apps);
	free(set->v);
	free(set);
}

bool vfw_sigset_same(const struct vfw_sigset *a, const struct vfw_sigset *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].name, b->v[i].name) ||
		    memcmp(a->v[i].digest, b->v[i].digest, VFW_SHA256_LEN))
			return false;
	return true;
}
