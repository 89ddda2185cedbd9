// SPDX-License-Identifier: GPL-2.0
#include "prove.h"
#include "rulefile.h"

#include <vfw/ctl_proto.h>

static int report(struct vfw_cli *cli, const struct vfw_rule_set *set, struct vfw_proof *t)
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
	struct vfw_proof t;
	struct vfw_rule_set *set;
	int rc = vfw_rulefile_load(cli, args, args->operand, args->n_operands, &set);

	if (rc)
		return rc;
	rc = vfw_prove(cli, set, &t);
	if (!rc)
		rc = report(cli, set, &t);
	vfw_rule_set_free(set);
	json_decref(t.notes);
	return rc;
}
