// SPDX-License-Identifier: GPL-2.0
#include "prove.h"

#include "term.h"

#include <vfw/ctl_proto.h>

#include "../daemon/sig/rule_scan.h"

static void tell(struct vfw_cli *cli, const struct vfw_rule_meta *m,
		 const struct vfw_selftest_result *r, struct vfw_proof *t)
{
	static const char *const words[VFW_SELFTEST_FATES] = {"passed", "failed", "not made"};

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

int vfw_prove(struct vfw_cli *cli, const struct vfw_rule_set *set, struct vfw_proof *t)
{
	struct vfw_selftest *s = NULL;
	struct vfw_selftest_result r;
	struct vfw_rule_scan *scan;
	int rc = VFW_EXIT_OK;
	char why[256] = "";
	uint32_t i;

	*t = (struct vfw_proof){.notes = json_array()};
	scan = vfw_rule_scan_new(set, why, sizeof(why));
	if (scan) {
		vfw_rule_scan_unfiltered(scan);
		s = vfw_selftest_new(set, set, scan);
	}
	if (!s) {
		vfw_cli_error(cli, "%s", *why ? why : "out of memory");
		rc = VFW_EXIT_FAILED;
	}
	for (i = 0; !rc && i < set->sigs.n_sigs; i++) {
		if (vfw_selftest_one(s, i, &r)) {
			vfw_cli_error(cli, "no memory for a conversation");
			rc = VFW_EXIT_FAILED;
		} else {
			tell(cli, &set->meta[i], &r, t);
		}
	}
	vfw_selftest_free(s);
	vfw_rule_scan_free(scan);
	return rc;
}
