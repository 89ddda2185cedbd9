// SPDX-License-Identifier: GPL-2.0
/*
 * rule.add and rule.delete: one rule changes in a file of the policy's folder, and the folder is
 * applied. The file is written when all is known to be right, before the module is told; if it refuses
 * then, the file is put back as it was.
 */
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../policy/edit.h"
#include "../policy/policy.h"
#include "../state/state.h"
#include "../state/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vfw/ctl_proto.h>

#define FILE_MAX (16U << 20)

struct editing {
	struct vfw_call *call;
	json_t *params;
	struct vfw_ruleset *disk; /* what the folder holds */
	struct vfw_edit edit;
	char rule[128]; /* label of the rule that comes or goes */
	json_t *files; /* of the policy that is to be, as policy.apply takes them */
};

/* What the folder holds, if that is what is in force. False after vfw_call_fail(). */
static bool read_disk(struct editing *e)
{
	struct vfw_state *st = e->call->state;
	bool edited = json_is_true(json_object_get(e->params, "edited"));
	_cleanup_free_ char *there = NULL, *running = NULL;
	struct vfw_ruleset_file *files;
	struct vfw_diags d = {0};
	size_t n;
	int err = vfw_store_read_files(st->config.policy, &files, &n);

	if (err) {
		vfw_call_fail(e->call, VFW_CTL_E_NOT_FOUND, NULL, "%s: %s", st->config.policy,
			      err == -ENOENT ? "expected files named *.vfw in this folder"
					     : vfw_file_words(err));
		return false;
	}
	err = vfw_ruleset_parse(files, n, &d, &e->disk);
	if (!err)
		err = vfw_ruleset_signatures(e->disk, st->config.signatures, &d);
	if (err == -EINVAL)
		vfw_verb_policy_refuse(e->call, VFW_CTL_E_POLICY, &d,
				       "the policy on disk is wrong");
	vfw_diags_free(&d);
	if (err)
		return false;
	there = vfw_ruleset_print(e->disk);
	running = st->running ? vfw_ruleset_print(st->running) : strdup("");
	if (!there || !running)
		return false;
	if (edited || !strcmp(there, running))
		return true;
	vfw_call_fail(
		e->call, VFW_CTL_E_BUSY, NULL,
		"%s is not what is in force, somebody edited it: `vfwctl policy diff' shows how; apply "
		"it first, or with --edited apply all of it now",
		st->config.policy);
	return false;
}

/* Where on disk a file of the folder is. NULL: no memory. */
static char *path_of(const struct vfw_state *st, const char *file)
{
	struct stat sb;

	if (!stat(st->config.policy, &sb) && !S_ISDIR(sb.st_mode))
		return strdup(st->config.policy);
	return vfw_form_format("%s/%s", st->config.policy, file);
}

static bool add_file(struct editing *e, const char *name, const char *text, size_t len)
{
	_cleanup_free_ char *path = path_of(e->call->state, name);
	json_t *o = path ? json_pack("{s:s, s:o}", "name", path, "text", json_stringn(text, len))
			 : NULL;

	return !json_array_append_new(e->files, o);
}

/* The files of the policy that is to be, a new one at its place among the others. */
static bool list_files(struct editing *e)
{
	bool done = !e->edit.is_new;

	e->files = json_array();
	for (size_t i = 0; i < e->disk->n_files; i++) {
		const struct vfw_ruleset_file *f = &e->disk->files[i];
		bool mine = !strcmp(f->name, e->edit.file);

		if (!done && strcmp(e->edit.file, f->name) < 0) {
			done = true;
			if (!add_file(e, e->edit.file, e->edit.text, e->edit.len))
				return false;
		}
		if (!add_file(e, f->name, mine ? e->edit.text : f->text,
			      mine ? e->edit.len : f->len))
			return false;
	}
	return done || add_file(e, e->edit.file, e->edit.text, e->edit.len);
}

/* Calls policy.apply with the files that are to be. */
static json_t *apply(struct editing *e, bool dry_run)
{
	json_t *params =
		json_pack("{s:O, s:b, s:O*}", "files", e->files, "dry_run", dry_run,
			  "keep_established", json_object_get(e->params, "keep_established"));
	json_t *result = params ? vfw_verb_policy_apply(e->call, params) : NULL;

	json_decref(params);
	return result;
}

/* Replaces the file, with the owner it has; *before is what it held (NULL: it is new). */
static int replace(const char *path, bool is_new, const char *text, size_t len)
{
	char real[PATH_MAX];
	struct stat sb;

	if (is_new)
		return vfw_file_write(path, text, len, 0644);
	if (!realpath(path, real) || stat(real, &sb))
		return -errno;
	return vfw_file_replace(real, text, len, &sb);
}

/* Is the file still what it was when it was read? */
static bool unchanged(struct editing *e, const char *path)
{
	_cleanup_free_ char *text = NULL;
	const struct vfw_ruleset_file *f = NULL;
	size_t n;

	for (size_t i = 0; i < e->disk->n_files; i++)
		if (!strcmp(e->disk->files[i].name, e->edit.file))
			f = &e->disk->files[i];
	if (e->edit.is_new ? access(path, F_OK) < 0 && errno == ENOENT
			   : f && !vfw_file_read(AT_FDCWD, path, FILE_MAX, &text, &n) &&
				     n == f->len && !memcmp(text, f->text, n))
		return true;
	vfw_call_fail(e->call, VFW_CTL_E_BUSY, NULL,
		      "%s was changed by somebody else at this moment: try again", path);
	return false;
}

static void put_back(struct editing *e, const char *path)
{
	int err = 0;

	if (e->edit.is_new && unlink(path))
		err = -errno;
	for (size_t i = 0; !e->edit.is_new && i < e->disk->n_files; i++)
		if (!strcmp(e->disk->files[i].name, e->edit.file))
			err = replace(path, false, e->disk->files[i].text, e->disk->files[i].len);
	if (err)
		vfw_call_fail(e->call, VFW_CTL_E_KERNEL, NULL,
			      "nothing was applied, but %s keeps the edit: %s", path,
			      strerror(-err));
}

/* All but what is different between the two: writing, applying, telling. */
static json_t *carry_out(struct editing *e, const char *action, const char *text)
{
	_cleanup_free_ char *path = path_of(e->call->state, e->edit.file);
	bool dry_run = json_is_true(json_object_get(e->params, "dry_run"));
	unsigned int line, col;
	json_t *result, *told;
	int err;

	vfw_edit_position(e->edit.text, e->edit.at, &line, &col);
	result = path ? apply(e, true) : NULL;
	if (result && !dry_run) {
		json_decref(result);
		result = NULL;
		if (!vfw_verb_need_kernel(e->call) || !unchanged(e, path))
			return NULL;
		err = replace(path, e->edit.is_new, e->edit.text, e->edit.len);
		if (err)
			return vfw_call_fail(e->call, VFW_RPC_INTERNAL, NULL, "%s: %s", path,
					     strerror(-err));
		result = apply(e, false);
		if (!result)
			put_back(e, path);
	}
	if (!result)
		return NULL;
	told = json_pack("{s:s, s:s, s:I, s:s}", "rule", e->rule, "file", path, "line",
			 (json_int_t)line, "text", text);
	json_object_update(result, told);
	json_object_set_new(told, "revision", json_integer(e->call->state->revision));
	if (!dry_run)
		vfw_state_audit(e->call->state, e->call->who, action, json_incref(told));
	json_decref(told);
	return dry_run ? result : vfw_verb_changed(e->call, result);
}

/* The policy that is to be, parsed; NULL after vfw_call_fail(). */
static struct vfw_ruleset *parse_edited(struct editing *e)
{
	json_t *params = list_files(e) ? json_pack("{s:O}", "files", e->files) : NULL;
	struct vfw_diags d = {0};
	struct vfw_ruleset *rs = params ? vfw_verb_policy_parse(e->call, params, &d) : NULL;

	vfw_diags_free(&d);
	json_decref(params);
	return rs;
}

static void finish(struct editing *e)
{
	vfw_ruleset_free(e->disk);
	json_decref(e->files);
	free(e->edit.file);
	free(e->edit.text);
}

static json_t *edit_failed(struct vfw_call *call, int err, char *why)
{
	if (why)
		vfw_call_fail(call, err == -ENOENT ? VFW_CTL_E_NOT_FOUND : VFW_RPC_PARAMS, NULL,
			      "%s", why);
	free(why);
	return NULL;
}

static bool is_file_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && n < 200 && !strchr(name, '/') && *name != '.' &&
	       !strcmp(name + n - 4, ".vfw");
}

/* Where the rule is to stand, as the caller says. False after vfw_call_fail(). */
static bool place_of(struct vfw_call *call, json_t *params, struct vfw_edit_place *place)
{
	const char *before = json_string_value(json_object_get(params, "before"));
	const char *after = json_string_value(json_object_get(params, "after"));
	const char *at = json_string_value(json_object_get(params, "at"));
	const char *tenant = json_string_value(json_object_get(params, "tenant"));
	const char *block = json_string_value(json_object_get(params, "block"));

	place->file = json_string_value(json_object_get(params, "file"));
	if (!!before + !!after + !!at != 1 || (at && !tenant == !block) ||
	    (!at && (tenant || block || place->file)) ||
	    (at && strcmp(at, "first") && strcmp(at, "last")) ||
	    (block && strcmp(block, "first") && strcmp(block, "last") &&
	     strcmp(block, "unmanaged"))) {
		vfw_call_fail(
			call, VFW_RPC_PARAMS, NULL,
			"expected \"before\" or \"after\" with a rule, or \"at\" (first, last) "
			"with \"tenant\" or \"block\" (first, last, unmanaged) and maybe "
			"\"file\"");
		return false;
	}
	if (place->file && !is_file_name(place->file)) {
		vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
			      "expected as \"file\" a name like shop.vfw, without folders");
		return false;
	}
	place->where = before		      ? VFW_EDIT_BEFORE
		       : after		      ? VFW_EDIT_AFTER
		       : !strcmp(at, "first") ? VFW_EDIT_FIRST
					      : VFW_EDIT_LAST;
	place->label = before ?: after;
	place->tenant = tenant;
	place->block = tenant ?: block;
	return true;
}

json_t *vfw_verb_rule_add(struct vfw_call *call, json_t *params)
{
	struct editing e = {.call = call, .params = params};
	const char *text = vfw_call_text(call, params, "text");
	struct vfw_edit_place place = {0};
	struct vfw_ruleset *rs = NULL;
	json_t *result = NULL;
	char *why = NULL;
	int err;

	if (!text || !place_of(call, params, &place))
		return NULL;
	if (!*text || strpbrk(text, "\r\n"))
		return vfw_call_fail(call, VFW_RPC_PARAMS, NULL,
				     "expected as \"text\" one rule in one line");
	if (!read_disk(&e))
		goto out;
	err = vfw_edit_add(e.disk->policy, &place, text, &e.edit, &why);
	if (err) {
		edit_failed(call, err, why);
		goto out;
	}
	rs = parse_edited(&e);
	if (!rs)
		goto out;
	{
		_cleanup_free_ char *path = path_of(call->state, e.edit.file);

		if (path && vfw_edit_is_rule(rs->policy, path, e.edit.at, strlen(text), e.rule,
					     sizeof(e.rule)))
			result = carry_out(&e, "rule.add", text);
		else if (path)
			vfw_call_fail(
				call, VFW_RPC_PARAMS, NULL,
				"expected one rule, with no blank or comment around it, found: %s",
				text);
	}
out:
	vfw_ruleset_free(rs);
	finish(&e);
	return result;
}

json_t *vfw_verb_rule_delete(struct vfw_call *call, json_t *params)
{
	struct editing e = {.call = call, .params = params};
	const char *label = vfw_call_text(call, params, "rule");
	_cleanup_free_ char *text = NULL;
	struct vfw_ruleset *rs = NULL;
	json_t *result = NULL;
	char *why = NULL;
	int err;

	if (!label)
		return NULL;
	if (!read_disk(&e))
		goto out;
	err = vfw_edit_delete(e.disk->policy, label, &text, &e.edit, &why);
	if (err) {
		edit_failed(call, err, why);
		goto out;
	}
	snprintf(e.rule, sizeof(e.rule), "%s", label);
	rs = parse_edited(&e);
	if (rs)
		result = carry_out(&e, "rule.delete", text);
out:
	vfw_ruleset_free(rs);
	finish(&e);
	return result;
}
