// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "prove.h"
#include "rulefile.h"
#include "term.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#include "../daemon/sig/rule_kernel.h"
#include "../daemon/sig/rule_set.h"

/* Rules that load, and that the module does not enforce. */
struct check_left {
	const char *why; /* static */
	json_t *sids;
};

struct check_left_list {
	struct check_left *v;
	uint32_t n, enforced;
};

static int by_number(const void *x, const void *y)
{
	const struct check_left *a = x, *b = y;
	size_t n = json_array_size(a->sids), m = json_array_size(b->sids);

	return n != m ? (n < m) - (n > m) : strcmp(a->why, b->why);
}

static void left_free(struct check_left_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		json_decref(list->v[i].sids);
	free(list->v);
}

/* What would become of a set as a profile's, most rules first. Returns 0 or -ENOMEM; free *list in any case. */
static int left_find(const struct vfw_rule_set *set, struct check_left_list *list)
{
	const char **why = vfw_rule_kernel_set(set);

	*list = (struct check_left_list){.v = calloc(set->sigs.n_sigs + 1, sizeof(*list->v))};
	if (!why || !list->v) {
		free(why);
		return -ENOMEM;
	}
	for (uint32_t i = 0, k; i < set->sigs.n_sigs; i++) {
		if (!why[i]) {
			list->enforced++;
			continue;
		}
		for (k = 0; k < list->n && strcmp(list->v[k].why, why[i]); k++)
			;
		if (k == list->n)
			list->v[list->n++] = (struct check_left){why[i], json_array()};
		json_array_append_new(list->v[k].sids, json_integer(set->meta[i].sid));
	}
	free(why);
	qsort(list->v, list->n, sizeof(*list->v), by_number);
	return 0;
}

static json_t *unenforced(const struct check_left_list *left)
{
	json_t *a = json_array();

	for (uint32_t i = 0; i < left->n; i++)
		json_array_append_new(a,
				      json_pack("{s:s, s:I, s:O}", "why", left->v[i].why, "rules",
						(json_int_t)json_array_size(left->v[i].sids),
						"sids", left->v[i].sids));
	return a;
}

static const char *fate_word(enum vfw_rule_fate fate)
{
	static const char *const words[] = {"loaded", "deep", "refused"};

	return words[fate];
}

static json_t *reasons(const struct vfw_rule_set *set)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < set->n_reasons; i++)
		json_array_append_new(a, json_pack("{s:s, s:s, s:I}", "fate",
						   fate_word(set->reasons[i].fate), "keyword",
						   set->reasons[i].keyword, "rules",
						   (json_int_t)set->reasons[i].n));
	return a;
}

static json_t *notes(const struct vfw_rule_set *set)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < set->n_notes; i++) {
		const struct vfw_rule_note *n = &set->notes[i];

		json_array_append_new(a, json_pack("{s:s, s:I, s:s?, s:i, s:i, s:s?}", "fate",
						   fate_word(n->fate), "sid", (json_int_t)n->sid,
						   "file", n->file, "line", (int)n->line, "column",
						   (int)n->col, "message", n->text));
	}
	return a;
}

static int check_print(struct vfw_cli *cli, const struct vfw_rule_set *set, uint32_t loaded,
		       uint32_t unproven, const struct check_left_list *left)
{
	size_t i;

	for (i = 0; i < set->n_notes; i++) {
		const struct vfw_rule_note *n = &set->notes[i];

		if (n->fate != VFW_RULE_REFUSED)
			continue;
		vfw_term_safe(cli->out, n->file);
		fprintf(cli->out, ":%u:%u: ", n->line, n->col);
		vfw_term_safe(cli->out, n->text);
		if (n->sid)
			fprintf(cli->out, " (sid %u)", n->sid);
		fputc('\n', cli->out);
	}
	for (i = 0; i < set->n_reasons; i++) {
		fprintf(cli->out, "%-8s %7u  ", fate_word(set->reasons[i].fate), set->reasons[i].n);
		vfw_term_safe(cli->out, set->reasons[i].keyword);
		fputc('\n', cli->out);
	}
	fprintf(cli->out, "%u loaded, ", loaded);
	if (unproven)
		fprintf(cli->out, "%u not proven, ", unproven);
	fprintf(cli->out, "%u deep, %u refused\n", set->counts[VFW_RULE_DEEP],
		set->counts[VFW_RULE_REFUSED]);
	fprintf(cli->out, "%u enforced by the module in a profile%s\n", left->enforced,
		left->n ? "; not enforced:" : "");
	for (i = 0; i < left->n; i++)
		fprintf(cli->out, "         %7zu  %s\n", json_array_size(left->v[i].sids),
			left->v[i].why);
	return VFW_EXIT_OK;
}

static int check_json(struct vfw_cli *cli, const struct vfw_rule_set *set, uint32_t loaded,
		      uint32_t unproven, json_t *proof, const struct check_left_list *left)
{
	json_t *all = notes(set), *j;
	int rc;

	if (proof)
		json_array_extend(all, proof);
	j = json_pack("{s:I, s:I, s:I, s:o, s:I, s:o, s:o}", "loaded", (json_int_t)loaded, "deep",
		      (json_int_t)set->counts[VFW_RULE_DEEP], "refused",
		      (json_int_t)set->counts[VFW_RULE_REFUSED], "reasons", reasons(set),
		      "enforced", (json_int_t)left->enforced, "unenforced", unenforced(left),
		      "notes", all);
	if (proof)
		json_object_set_new(j, "unproven", json_integer(unproven));
	rc = j ? vfw_cli_json(cli, j) : VFW_EXIT_FAILED;
	json_decref(j);
	return rc;
}

/* Files of patterns are told by their name: all of them, or none. */
static bool are_patterns(const struct vfw_args *args)
{
	static const char suffix[] = ".patterns";
	int i, n = 0;

	for (i = 0; i < args->n_operands; i++) {
		size_t len = strlen(args->operand[i]);

		n += len >= sizeof(suffix) &&
		     !strcmp(args->operand[i] + len - (sizeof(suffix) - 1), suffix);
	}
	return n && n == args->n_operands;
}

int vfw_cmd_sig_check(struct vfw_cli *cli, const struct vfw_args *args)
{
	bool prove = !vfw_args_get(args, "no-prove");
	struct vfw_proof proof = {0};
	struct check_left_list left;
	struct vfw_rule_set *set;
	uint32_t loaded;
	int rc;

	if (are_patterns(args) && !prove) {
		vfw_cli_error(cli, "--no-prove is about rules; expected no file of patterns");
		return VFW_EXIT_USAGE;
	}
	if (are_patterns(args))
		return vfw_cmd_pattern_check(cli, args);
	rc = vfw_rulefile_load(cli, args, args->operand, args->n_operands, &set);
	if (rc)
		return rc;
	if (prove)
		rc = vfw_prove(cli, set, &proof);
	if (left_find(set, &left) && !rc) {
		vfw_cli_error(cli, "no memory to check the rules");
		rc = VFW_EXIT_FAILED;
	}
	loaded = prove ? proof.n[VFW_SELFTEST_PASSED] : set->counts[VFW_RULE_LOADED];
	if (!rc)
		rc = cli->json ? check_json(cli, set, loaded, set->counts[VFW_RULE_LOADED] - loaded,
					    proof.notes, &left)
			       : check_print(cli, set, loaded,
					     set->counts[VFW_RULE_LOADED] - loaded, &left);
	if (!rc && (set->counts[VFW_RULE_REFUSED] || proof.n[VFW_SELFTEST_FAILED]))
		rc = VFW_EXIT_CHECK_FAILED;
	left_free(&left);
	vfw_rule_set_free(set);
	json_decref(proof.notes);
	return rc;
}

int vfw_cmd_sig_keywords(struct vfw_cli *cli, const struct vfw_args *args)
{
	const struct vfw_keyword *k;
	json_t *a = json_array(), *j;
	int rc = VFW_EXIT_OK;

	(void)args;
	for (k = vfw_keywords; k->name; k++) {
		if (!cli->json)
			fprintf(cli->out, "%-30s %-14s %s\n", k->name,
				vfw_rule_keyword_class(k->class), k->scope);
		json_array_append_new(a, json_pack("{s:s, s:s, s:s}", "keyword", k->name, "class",
						   vfw_rule_keyword_class(k->class), "about",
						   k->scope));
	}
	j = json_pack("{s:o}", "keywords", a);
	if (cli->json)
		rc = vfw_cli_json(cli, j);
	json_decref(j);
	return rc;
}
