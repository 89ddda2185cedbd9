// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "rulefile.h"
#include "term.h"

#include <stdlib.h>
#include <vfw/ctl_proto.h>

#include "../daemon/replay/selftest.h"
#include "../daemon/sig/rule_scan.h"

struct tally {
	uint32_t n[VFW_SELFTEST_FATES], misses;
	json_t *notes;
};

static const char *const words[VFW_SELFTEST_FATES] = {"passed", "failed", "not made"};

static void tell(struct vfw_cli *cli, const struct vfw_rule_meta *m,
		 const struct vfw_selftest_result *r, struct tally *t)
{
	t->n[r->fate]++;
	t->misses += r->misses;
	if (r->fate == VFW_SELFTEST_PASSED)
		return;
	json_array_append_new(t->notes,
			      json_pack("{s:s, s:I, s:I, s:s?, s:i, s:s}", "fate", words[r->fate],
					"sid", (json_int_t)m->sid, "gid", (json_int_t)m->gid,
					"file", m->file, "line", (int)m->line, "message", r->why));
	if (cli->json)
		return;
	vfw_term_safe(cli->out, m->file);
	fprintf(cli->out, ":%u: sid %u: %s: %s\n", m->line, m->sid, words[r->fate], r->why);
}

static int run(struct vfw_cli *cli, const struct vfw_rule_set *set, struct vfw_selftest *s,
	       struct tally *t)
{
	struct vfw_selftest_result r;
	uint32_t i;

	for (i = 0; i < set->sigs.n_sigs; i++) {
		if (vfw_selftest_one(s, i, &r)) {
			vfw_cli_error(cli, "no memory for a conversation");
			return VFW_EXIT_FAILED;
		}
		tell(cli, &set->meta[i], &r, t);
	}
	return VFW_EXIT_OK;
}

static int report(struct vfw_cli *cli, const struct vfw_rule_set *set, struct tally *t)
{
	json_t *j;
	int rc = VFW_EXIT_OK;

	if (cli->json) {
		j = json_pack("{s:I, s:I, s:I, s:I, s:I, s:O}", "loaded",
			      (json_int_t)set->counts[VFW_RULE_LOADED], "passed",
			      (json_int_t)t->n[VFW_SELFTEST_PASSED], "failed",
			      (json_int_t)t->n[VFW_SELFTEST_FAILED], "not_made",
			      (json_int_t)t->n[VFW_SELFTEST_NOT_MADE], "near_misses",
			      (json_int_t)t->misses, "notes", t->notes);
		rc = j ? vfw_cli_json(cli, j) : VFW_EXIT_FAILED;
		json_decref(j);
	} else {
		fprintf(cli->out,
			"%u loaded: %u passed with %u near misses, %u failed, %u not made\n",
			set->counts[VFW_RULE_LOADED], t->n[VFW_SELFTEST_PASSED], t->misses,
			t->n[VFW_SELFTEST_FAILED], t->n[VFW_SELFTEST_NOT_MADE]);
	}
	if (!rc && t->n[VFW_SELFTEST_FAILED])
		rc = VFW_EXIT_CHECK_FAILED;
	return rc;
}

int vfw_cmd_sig_selftest(struct vfw_cli *cli, const struct vfw_args *args)
{
	struct tally t = {.notes = json_array()};
	struct vfw_rule_scan *scan = NULL;
	struct vfw_selftest *s = NULL;
	struct vfw_rule_set *set;
	char why[256] = "";
	int rc = vfw_rulefile_load(cli, args, args->operand, args->n_operands, &set);

	if (rc) {
		json_decref(t.notes);
		return rc;
	}
	scan = vfw_rule_scan_new(set, why, sizeof(why));
	if (scan) {
		vfw_rule_scan_unfiltered(scan);
		s = vfw_selftest_new(set, set, scan);
	}
	if (!s) {
		vfw_cli_error(cli, "%s", *why ? why : "out of memory");
		rc = VFW_EXIT_FAILED;
	}
	if (!rc)
		rc = run(cli, set, s, &t);
	if (!rc)
		rc = report(cli, set, &t);
	vfw_selftest_free(s);
	vfw_rule_scan_free(scan);
	vfw_rule_set_free(set);
	json_decref(t.notes);
	return rc;
}
