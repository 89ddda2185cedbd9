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

/* "12s", "5m", "3h", "2d": one number is enough to see how old it is. */
static void flow_age(struct vfw_grid *grid, unsigned long long ms)
{
	static const struct {
		unsigned long long seconds;
		char unit;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {0, 's'}};
	unsigned long long s = ms / 1000;
	char buf[32];
	size_t i = 0;

	while (s < 2 * units[i].seconds)
		i++;
	snprintf(buf, sizeof(buf), "%llu%c", units[i].seconds ? s / units[i].seconds : s,
		 units[i].unit);
	vfw_grid_text(grid, buf);
}

static void flow_row(struct vfw_grid *grid, const json_t *flow)
{
	vfw_grid_text(grid, vfw_field_text(flow, "proto", ""));
	flow_end(grid, flow, "src");
	flow_end(grid, flow, "dest");
	vfw_grid_count(grid, vfw_field_count(flow, "pkts_toserver"));
	vfw_grid_count(grid, vfw_field_count(flow, "pkts_toclient"));
	vfw_grid_count(grid, vfw_field_count(flow, "bytes_toserver"));
	vfw_grid_count(grid, vfw_field_count(flow, "bytes_toclient"));
	vfw_grid_text(grid, vfw_field_text(flow, "state", ""));
	flow_age(grid, vfw_field_count(flow, "age_ms"));
	flow_age(grid, vfw_field_count(flow, "expires_ms"));
	vfw_grid_text(grid, vfw_field_text(flow, "app_proto", "-"));
	vfw_grid_text(grid, vfw_field_text(flow, "rule", ""));
}

/* The filter's options as params into *params, new. 0, or VFW_EXIT_USAGE after saying what was expected. */
static int flow_filter(struct vfw_cli *cli, const struct vfw_args *args, json_t **params)
{
	static const char *const texts[] = {"vm", "addr", "from", "to", "proto"};
	static const char *const numbers[] = {"port", "sport", "dport"};
	json_t *filter = json_object();
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *s = vfw_args_get(args, texts[i]);
		char *end;
		unsigned long n = s ? strtoul(s, &end, 10) : 0;

		if (!s)
			continue;
		if (!strcmp(texts[i], "proto") && *s && !*end)
			json_object_set_new(filter, "proto", json_integer((json_int_t)n));
		else
			json_object_set_new(filter, texts[i], json_string(s));
	}
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		unsigned long n = 65536;
		int rc = vfw_args_number(cli, args, numbers[i], 0, 65535, &n);

		if (rc) {
			json_decref(filter);
			return rc;
		}
		if (n < 65536)
			json_object_set_new(filter, numbers[i], json_integer((json_int_t)n));
	}
	*params = filter;
	return 0;
}

int vfw_cmd_flow_list(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *result, *params;
	const json_t *flows;
	struct vfw_grid grid;
	size_t i;
	int rc = flow_filter(cli, args, &params);

	if (rc)
		return rc;
	rc = vfw_cli_call(cli, "flow.list", params, VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	if (cli->json) {
		vfw_cli_json(cli, result);
	} else {
		flows = vfw_field_array(result, "flows");
		vfw_grid_begin(&grid, "PROTO", "FROM", "TO", "SENT>", "ANSWERED>", "BYTES>",
			       "BACK>", "STATE", "AGE>", "LEFT>", "APP", "RULE", NULL);
		for (i = 0; i < json_array_size(flows); i++)
			flow_row(&grid, json_array_get(flows, i));
		vfw_grid_end(&grid, cli->out);
	}
	json_decref(result);
	return VFW_EXIT_OK;
}

int vfw_cmd_flow_kill(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *result, *params;
	unsigned long long n;
	int rc = flow_filter(cli, args, &params);

	if (rc)
		return rc;
	if (!json_object_size(params)) {
		json_decref(params);
		return vfw_cli_usage(
			cli, args->cmd,
			"expected a VM, an address, a port or a protocol: all flows are "
			"not ended at once");
	}
	rc = vfw_cli_call(cli, "flow.kill", params, VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	n = vfw_field_count(result, "killed");
	if (cli->json)
		vfw_cli_json(cli, result);
	else
		fprintf(cli->out, "%llu conversation%s ended\n", n, n == 1 ? "" : "s");
	json_decref(result);
	return VFW_EXIT_OK;
}
