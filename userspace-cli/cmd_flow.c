// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "field.h"
#include "grid.h"
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

static void flow_end(struct vfw_grid *grid, const json_t *flow, const char *side)
{
	struct vfw_term t = {0};
	char *s;

	vfw_field_end(&t, flow, flow, side);
	s = vfw_term_take(&t);
	vfw_grid_text(grid, s);
	free(s);
}

static void flow_row(struct vfw_grid *grid, const json_t *flow)
{
	vfw_grid_text(grid, vfw_field_text(flow, "proto", ""));
	flow_end(grid, flow, "src");
	flow_end(grid, flow, "dest");
	vfw_grid_count(grid, vfw_field_count(flow, "pkts_toserver"));
	vfw_grid_count(grid, vfw_field_count(flow, "pkts_toclient"));
	vfw_grid_count(grid, vfw_field_count(flow, "age_ms") / 1000);
	vfw_grid_text(grid, vfw_field_text(flow, "rule", ""));
}

int vfw_cmd_flow_list(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *vm = vfw_args_get(args, "vm");
	const json_t *flows;
	struct vfw_grid grid;
	json_t *result;
	size_t i;
	int rc;

	rc = vfw_cli_call(cli, "flow.list", json_pack("{s:s*}", "vm", vm), VFW_CLI_CALL_MS,
			  &result);
	if (rc)
		return rc;
	if (cli->json) {
		vfw_cli_json(cli, result);
	} else {
		flows = vfw_field_array(result, "flows");
		vfw_grid_begin(&grid, "PROTO", "FROM", "TO", "SENT>", "ANSWERED>", "AGE(S)>",
			       "RULE", NULL);
		for (i = 0; i < json_array_size(flows); i++)
			flow_row(&grid, json_array_get(flows, i));
		vfw_grid_end(&grid, cli->out);
	}
	json_decref(result);
	return VFW_EXIT_OK;
}
