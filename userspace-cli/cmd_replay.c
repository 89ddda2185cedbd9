// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "rulefile.h"

#include <errno.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#include "../daemon/replay/replay.h"
#include "../daemon/sig/rule_set.h"

static int replay_print(struct vfw_cli *cli, const struct vfw_rule_set *set,
			const struct vfw_replay_counts *c)
{
	json_t *j;
	int rc;

	if (!cli->json) {
		fprintf(cli->out,
			"%llu packets, %llu alerts; %u signatures (%u deep, %u refused: `vfwctl sig "
			"check' says why)\n",
			(unsigned long long)c->packets, (unsigned long long)c->alerts,
			set->counts[VFW_RULE_LOADED], set->counts[VFW_RULE_DEEP],
			set->counts[VFW_RULE_REFUSED]);
		if (c->unknown_link || c->malformed || c->bad_checksum || c->spent)
			fprintf(cli->out,
				"of an unknown link: %llu, malformed: %llu, wrong checksum: %llu, evaluations given "
				"up: %llu\n",
				(unsigned long long)c->unknown_link,
				(unsigned long long)c->malformed,
				(unsigned long long)c->bad_checksum, (unsigned long long)c->spent);
		return VFW_EXIT_OK;
	}
	j = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "packets",
		      (json_int_t)c->packets, "alerts", (json_int_t)c->alerts, "loaded",
		      (json_int_t)set->counts[VFW_RULE_LOADED], "deep",
		      (json_int_t)set->counts[VFW_RULE_DEEP], "refused",
		      (json_int_t)set->counts[VFW_RULE_REFUSED], "unknown_link",
		      (json_int_t)c->unknown_link, "malformed", (json_int_t)c->malformed,
		      "bad_checksum", (json_int_t)c->bad_checksum, "fragments",
		      (json_int_t)c->fragments, "spent", (json_int_t)c->spent);
	rc = vfw_cli_json(cli, j);
	json_decref(j);
	return rc;
}

int vfw_cmd_replay(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *pcap = vfw_args_get(args, "pcap"), *rules = vfw_args_get(args, "rules");
	const char *eve = vfw_args_get(args, "eve");
	struct vfw_replay_options options = {
		.checksum = vfw_args_get(args, "checksum"),
		.midstream = vfw_args_get(args, "midstream"),
	};
	struct vfw_replay_counts counts;
	struct vfw_rule_set *set;
	char why[256] = "", *path = (char *)rules;
	FILE *out = NULL;
	int rc;

	if (!pcap || !rules)
		return vfw_cli_usage(cli, args->cmd, "expected --pcap FILE and --rules FILE");
	rc = vfw_rulefile_load(cli, args, &path, 1, &set);
	if (rc)
		return rc;
	if (eve && !strcmp(eve, "-"))
		out = cli->out;
	else if (eve && !(out = fopen(eve, "we"))) {
		vfw_cli_error(cli, "%s: %s", eve, strerror(errno));
		vfw_rule_set_free(set);
		return VFW_EXIT_FAILED;
	}
	if (vfw_replay_run(set, pcap, &options, out, &counts, why, sizeof(why))) {
		vfw_cli_error(cli, "%s: %s", pcap, why);
		rc = VFW_EXIT_FAILED;
	}
	if (out && out != cli->out && fclose(out)) {
		vfw_cli_error(cli, "%s: %s", eve, strerror(errno));
		rc = VFW_EXIT_FAILED;
	}
	if (!rc && !(out && out == cli->out))
		rc = replay_print(cli, set, &counts);
	vfw_rule_set_free(set);
	return rc;
}
