// SPDX-License-Identifier: GPL-2.0
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../policy/policy.h"
#include "../state/publish.h"
#include "../state/signatures.h"
#include "../state/state.h"
#include "../state/store.h"
#include "../state/trial.h"
#include "../vm/registry.h"

#include <errno.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#define FILES_MAX 1024

static json_t *diags_json(const struct vfw_diags *d, enum vfw_severity severity)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->n; i++) {
		const struct vfw_diag *v = &d->v[i];

		if (v->severity == severity)
			json_array_append_new(list,
					      json_pack("{s:s?, s:i, s:i, s:i, s:s?, s:s?}", "file",
							v->file, "line", (int)v->line, "column",
							(int)v->col, "end_column", (int)v->end_col,
							"message", v->message, "text", v->excerpt));
	}
	return list;
}

json_t *vfw_verb_policy_refuse(struct vfw_call *call, int code, const struct vfw_diags *d,
			       const char *what)
{
	size_t n = d->total[VFW_DIAG_ERROR];

	return vfw_call_fail(call, code,
			     json_pack("{s:o}", "errors", diags_json(d, VFW_DIAG_ERROR)),
			     "%s: %zu error%s", what, n, n == 1 ? "" : "s");
}

static bool copy_file(json_t *from, struct vfw_ruleset_file *to)
{
	const json_t *text = json_object_get(from, "text");
	const char *name = json_string_value(json_object_get(from, "name"));

	if (!name || !*name || strlen(name) > 4096 || !json_is_string(text))
		return false;
	to->len = json_string_length(text);
	to->name = strdup(name);
	to->text = malloc(to->len + 1);
	if (to->text)
		memcpy(to->text, json_string_value(text), to->len + 1);
	return to->name && to->text;
}

struct vfw_ruleset *vfw_verb_policy_parse(struct vfw_call *call, json_t *params,
					  struct vfw_diags *d)
{
	json_t *list = json_object_get(params, "files");
	size_t n = json_array_size(list);
	struct vfw_ruleset_file *files;
	struct vfw_ruleset *rs = NULL;
	int err;

	if (!n || n > FILES_MAX) {
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
			      "expected as \"files\" 1 to %d objects with name and text",
			      FILES_MAX);
		return NULL;
	}
	files = calloc(n, sizeof(*files));
	for (size_t i = 0; files && i < n; i++) {
		if (copy_file(json_array_get(list, i), &files[i]))
			continue;
		vfw_ruleset_free_files(files, n);
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
			      "expected as \"files\" objects with name and text");
		return NULL;
	}
	err = files ? vfw_ruleset_parse(files, n, d, &rs) : -ENOMEM;
	if (err == -EINVAL)
		vfw_verb_policy_refuse(call, VFW_CTL_E_POLICY, d, "the policy is wrong");
	return rs;
}

/*
 * Reads the signatures of rs, compiles it, and sees to its databases as far as there is a module
 * to have them made for. Returns as vfw_signatures_ready() does, which sets call->later.
 */
static int compile(struct vfw_call *call, struct vfw_ruleset *rs, struct vfw_diags *d,
		   struct vfw_compiled **c)
{
	struct vfw_state *st = call->state;
	int err = vfw_registry_settle(st->registry);

	if (!err)
		err = vfw_ruleset_signatures(rs, st->config.signatures, d);
	if (!err)
		err = vfw_ruleset_compile(rs, st->registry, d, c);
	if (!err && st->kern)
		err = vfw_signatures_ready(st->signatures, rs, st->running, false, d);
	else if (!err && (*c)->counts.n_profiles)
		vfw_diag_add(d, VFW_DIAG_WARNING, NULL, NULL,
			     "the module is not loaded: signatures were read, but not compiled");
	call->later = err == -EINPROGRESS;
	return err;
}

/*
 * Rules of a policy that cannot be compiled yet: in the canonical form each has a line of its
 * own.
 */
static json_int_t count_rules(const struct vfw_policy *p)
{
	static const char *const words[] = {"pass ", "block ", "reject ", "monitor "};
	_cleanup_free_ char *text = vfw_policy_print(p);
	char *save = NULL;
	json_int_t n = 0;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " ");
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			n += !strncmp(line, words[i], strlen(words[i]));
	}
	return n;
}

/* Written rules; the default that is nowhere written is none. */
static json_int_t count_compiled(const struct vfw_compiled *c)
{
	json_int_t n = 0;

	for (uint32_t i = 0; i < c->counts.n[VFW_TABLE_RULES]; i++)
		n += !(c->rules[i].flags & VFW_RULE_F_DEFAULT);
	return n;
}

json_t *vfw_verb_policy_check(struct vfw_call *call, json_t *params)
{
	struct vfw_diags d = {0}, unenforceable = {0};
	struct vfw_ruleset *rs = vfw_verb_policy_parse(call, params, &d);
	struct vfw_compiled *c = NULL;
	json_t *result = NULL;
	int err = 0;

	if (!rs)
		goto out;
	if (!vfw_policy_unenforceable(rs->policy, &unenforceable))
		err = compile(call, rs, &d, &c);
	if (err == -EINVAL)
		vfw_verb_policy_refuse(call, VFW_CTL_E_POLICY, &d, "the policy is wrong");
	else if (!err)
		result = json_pack("{s:I, s:o, s:o}", "rules",
				   c ? count_compiled(c) : count_rules(rs->policy), "warnings",
				   diags_json(&d, VFW_DIAG_WARNING), "unenforceable",
				   diags_json(&unenforceable, VFW_DIAG_ERROR));
out:
	vfw_compiled_free(c);
	vfw_ruleset_free(rs);
	vfw_diags_free(&d);
	vfw_diags_free(&unenforceable);
	return result;
}

/* Is it what runs, to the kernel at least? Then there is nothing to publish. */
static bool nothing_new(const struct vfw_state *st, const struct vfw_compiled *c)
{
	return st->running && st->running->compiled && st->tables_current && st->kern &&
	       !st->fallback && vfw_ruleset_same_tables(st->running->compiled, c);
}

static void digest_text(const struct vfw_compiled *c, char *buf)
{
	if (c)
		vfw_form_hex(c->digest, VFW_DIGEST_LEN, buf);
	else
		*buf = '\0';
}

static json_t *applied(const struct vfw_state *st, const struct vfw_compiled *c, json_t *warnings,
		       bool changed)
{
	char digest[2 * VFW_DIGEST_LEN + 1];
	json_int_t identities = 0;

	for (uint32_t i = VFW_ID_FIRST; i < c->counts.n_idents; i++)
		identities += c->ident_names[i] != NULL;
	digest_text(c, digest);
	return json_pack("{s:I, s:s, s:I, s:I, s:o, s:b}", "revision", (json_int_t)st->revision,
			 "digest", digest, "rules", count_compiled(c), "identities", identities,
			 "warnings", warnings, "changed", changed);
}

/*
 * Comments, lines and names of files may still be new: explain and the next start want to know
 * them.
 */
static json_t *replace_text(struct vfw_call *call, struct vfw_ruleset **rs, struct vfw_compiled **c,
			    const struct vfw_diags *d)
{
	struct vfw_state *st = call->state;
	_cleanup_free_ char *error = NULL;

	if (vfw_publish_replace_text(st, *rs, *c, &error))
		return error ? vfw_call_fail(call, VFW_RPC_INTERNAL, NULL, "%s", error) : NULL;
	*rs = NULL;
	*c = NULL;
	return vfw_verb_changed(
		call, applied(st, st->running->compiled, diags_json(d, VFW_DIAG_WARNING), false));
}

static json_t *publish(struct vfw_call *call, struct vfw_ruleset **rs, struct vfw_compiled **c,
		       const struct vfw_diags *d, const struct vfw_kern_publish *how)
{
	char before[2 * VFW_DIGEST_LEN + 1], after[2 * VFW_DIGEST_LEN + 1];
	struct vfw_state *st = call->state;
	_cleanup_free_ char *error = NULL;
	uint32_t revision = st->revision;
	int err;

	digest_text(st->running ? st->running->compiled : NULL, before);
	digest_text(*c, after);
	err = vfw_publish_apply(st, *rs, *c, how, &error);
	if (err)
		return error ? vfw_call_fail(call,
					     err == -EBUSY ? VFW_CTL_E_BUSY : VFW_CTL_E_KERNEL,
					     NULL, "%s", error)
			     : NULL;
	*rs = NULL;
	*c = NULL;
	vfw_state_audit(st, call->who, "policy.apply",
			json_pack("{s:{s:I, s:s}, s:{s:I, s:s}, s:b, s:b, s:I}", "before",
				  "revision", (json_int_t)revision, "digest", before, "after",
				  "revision", (json_int_t)st->revision, "digest", after,
				  "keep_established", how->keep_established, "restart_streams",
				  how->restart_streams, "confirm_s", (json_int_t)how->confirm_s));
	return vfw_verb_changed(
		call, applied(st, st->running->compiled, diags_json(d, VFW_DIAG_WARNING), true));
}

json_t *vfw_verb_policy_apply(struct vfw_call *call, json_t *params)
{
	json_int_t confirm_s = json_integer_value(json_object_get(params, "confirm_s"));
	struct vfw_kern_publish how = {
		.keep_established = json_is_true(json_object_get(params, "keep_established")),
		.restart_streams = json_is_true(json_object_get(params, "restart_streams")),
		.confirm_s = (uint32_t)confirm_s,
		.who = call->who,
	};
	bool dry = json_is_true(json_object_get(params, "dry_run"));
	struct vfw_state *st = call->state;
	struct vfw_diags d = {0};
	struct vfw_ruleset *rs = NULL;
	struct vfw_compiled *c = NULL;
	json_t *result = NULL;
	bool same;
	int err = 0;

	if (confirm_s < 0 || confirm_s > VFW_CONFIRM_MAX_S)
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
				     "expected as \"confirm_s\" 1 to %d seconds",
				     VFW_CONFIRM_MAX_S);
	vfw_trial_follow(st, "unknown");
	if (!dry && st->trial) {
		_cleanup_free_ char *words = vfw_trial_words(st);

		return words ? vfw_call_fail(call, VFW_CTL_E_BUSY, NULL, "%s", words) : NULL;
	}
	rs = vfw_verb_policy_parse(call, params, &d);
	if (!rs)
		goto out;
	if (vfw_policy_unenforceable(rs->policy, &d)) {
		vfw_verb_policy_refuse(call, VFW_CTL_E_UNENFORCEABLE, &d,
				       "the policy asks for what this version cannot enforce");
		goto out;
	}
	err = compile(call, rs, &d, &c);
	/* streams that run on are old even where the policy is not new */
	same = !err && nothing_new(st, c) && !(how.restart_streams && c->counts.n_profiles);
	if (err == -EINVAL)
		vfw_verb_policy_refuse(call, VFW_CTL_E_POLICY, &d, "the policy is wrong");
	else if (!err && dry)
		result = applied(st, c, diags_json(&d, VFW_DIAG_WARNING), !same);
	else if (same)
		result = replace_text(call, &rs, &c, &d);
	else if (!err && vfw_verb_need_kernel(call))
		result = publish(call, &rs, &c, &d, &how);
out:
	vfw_compiled_free(c);
	vfw_ruleset_free(rs);
	vfw_diags_free(&d);
	return result;
}

static json_t *end_trial(struct vfw_call *call, bool stays)
{
	struct vfw_state *st = call->state;
	uint32_t revision;
	int err;

	if (!vfw_verb_need_kernel(call))
		return NULL;
	err = stays ? vfw_kern_policy_confirm(st->kern)
		    : vfw_kern_policy_rollback(st->kern, &revision);
	if (err == -ENOENT)
		return vfw_call_fail(call, VFW_CTL_E_NOT_FOUND, NULL, "%s",
				     vfw_kern_error(st->kern));
	if (err)
		return vfw_verb_kernel_failed(call);
	vfw_trial_follow(st, call->who);
	/* so that the answer names the revision that stays */
	vfw_publish_sync(st);
	return vfw_verb_changed(call, json_pack("{s:I}", "revision", (json_int_t)st->revision));
}

json_t *vfw_verb_policy_confirm(struct vfw_call *call, json_t *params)
{
	(void)params;
	return end_trial(call, true);
}

json_t *vfw_verb_policy_rollback(struct vfw_call *call, json_t *params)
{
	(void)params;
	return end_trial(call, false);
}

/* The canonical text of what runs, or of the folder people edit; NULL after vfw_call_fail(). */
static char *text_of(struct vfw_call *call, bool disk)
{
	struct vfw_state *st = call->state;
	struct vfw_ruleset_file *files;
	struct vfw_ruleset *rs = NULL;
	struct vfw_diags d = {0};
	char *text = NULL;
	size_t n;
	int err;

	if (!disk) {
		if (st->running)
			return vfw_ruleset_print(st->running);
		vfw_call_fail(call, VFW_CTL_E_NOT_FOUND, NULL,
			      "no policy was applied yet: vfwctl policy apply FILE");
		return NULL;
	}
	err = vfw_store_read_files(st->config.policy, &files, &n);
	if (err) {
		vfw_call_fail(call, VFW_CTL_E_NOT_FOUND, NULL, "%s: %s", st->config.policy,
			      vfw_file_words(err));
		return NULL;
	}
	err = vfw_ruleset_parse(files, n, &d, &rs)
		      ?: vfw_ruleset_signatures(rs, st->config.signatures, &d);
	if (!err)
		text = vfw_ruleset_print(rs);
	else if (err == -EINVAL)
		vfw_verb_policy_refuse(call, VFW_CTL_E_POLICY, &d, "the policy on disk is wrong");
	vfw_ruleset_free(rs);
	vfw_diags_free(&d);
	return text;
}

json_t *vfw_verb_policy_show(struct vfw_call *call, json_t *params)
{
	const char *source = json_string_value(json_object_get(params, "source"));
	const struct vfw_state *st = call->state;
	char digest[2 * VFW_DIGEST_LEN + 1];
	_cleanup_free_ char *text = NULL;
	bool disk = source && !strcmp(source, "disk");

	if (source && !disk && strcmp(source, "running") != 0)
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
				     "expected \"running\" or \"disk\" as source");
	text = text_of(call, disk);
	if (!text)
		return NULL;
	digest_text(!disk && st->running ? st->running->compiled : NULL, digest);
	return json_pack("{s:s, s:I, s:s}", "text", text, "revision",
			 disk ? (json_int_t)0 : (json_int_t)st->revision, "digest", digest);
}

/* Lines of text, cut in place. Returns their number, *lines to be freed; SIZE_MAX: no memory. */
static size_t split(char *text, char ***lines)
{
	size_t n = 0, room = 1;
	char *save = NULL;

	for (const char *p = text; *p; p++)
		room += *p == '\n';
	*lines = calloc(room, sizeof(**lines));
	if (!*lines)
		return SIZE_MAX;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		(*lines)[n++] = line;
	return n;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines of one that the other does not have, each as often as it is more. Both sorted. */
static json_t *more(char **a, size_t n_a, char **b, size_t n_b)
{
	json_t *list = json_array();
	size_t k = 0;

	for (size_t i = 0; i < n_a; i++) {
		while (k < n_b && strcmp(b[k], a[i]) < 0)
			k++;
		if (k < n_b && !strcmp(b[k], a[i]))
			k++;
		else
			json_array_append_new(list, json_string(a[i]));
	}
	return list;
}

json_t *vfw_verb_policy_diff(struct vfw_call *call, json_t *params)
{
	_cleanup_free_ char *old = NULL, *new = NULL;
	_cleanup_free_ char **old_lines = NULL, **new_lines = NULL;
	struct vfw_diags d = {0};
	struct vfw_ruleset *rs = vfw_verb_policy_parse(call, params, &d);
	size_t n_old, n_new;
	bool changed;

	if (rs && vfw_ruleset_signatures(rs, call->state->config.signatures, &d)) {
		vfw_verb_policy_refuse(call, VFW_CTL_E_POLICY, &d, "the policy is wrong");
		vfw_ruleset_free(rs);
		rs = NULL;
	}
	vfw_diags_free(&d);
	if (!rs)
		return NULL;
	new = vfw_ruleset_print(rs);
	vfw_ruleset_free(rs);
	old = call->state->running ? vfw_ruleset_print(call->state->running) : strdup("");
	if (!old || !new)
		return NULL;
	changed = strcmp(old, new) != 0;
	n_old = split(old, &old_lines);
	n_new = split(new, &new_lines);
	if (n_old == SIZE_MAX || n_new == SIZE_MAX)
		return NULL;
	qsort(old_lines, n_old, sizeof(*old_lines), by_text);
	qsort(new_lines, n_new, sizeof(*new_lines), by_text);
	return json_pack("{s:o, s:o, s:b}", "added", more(new_lines, n_new, old_lines, n_old),
			 "removed", more(old_lines, n_old, new_lines, n_new), "changed", changed);
}
