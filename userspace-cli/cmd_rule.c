// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "field.h"
#include "grid.h"
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

static const char *const rule_keys[] = {"packets", "bytes", "flows", "last", "order", NULL};

/* A rule, and where it stands in the policy. */
struct rule_row {
	const json_t *rule;
	size_t order;
};

static int rule_compare(const struct rule_row *a, const struct rule_row *b, const char *key)
{
	unsigned long long na = vfw_field_count(a->rule, key), nb = vfw_field_count(b->rule, key);

	if (na != nb)
		return na < nb ? 1 : -1;
	return a->order < b->order ? -1 : 1;
}

static int rule_by_packets(const void *a, const void *b)
{
	return rule_compare(a, b, "packets");
}

static int rule_by_bytes(const void *a, const void *b)
{
	return rule_compare(a, b, "bytes");
}

static int rule_by_flows(const void *a, const void *b)
{
	return rule_compare(a, b, "flows");
}

/* Times of one daemon are of one offset, so their text orders as they do. */
static int rule_by_last(const void *a, const void *b)
{
	const struct rule_row *ra = a, *rb = b;
	int rc = strcmp(vfw_field_text(rb->rule, "last_hit", ""),
			vfw_field_text(ra->rule, "last_hit", ""));

	return rc ? rc : ra->order < rb->order ? -1 : 1;
}

static void rule_sort(struct rule_row *row, size_t n, const char *key)
{
	int (*compare)(const void *, const void *) = NULL;

	if (!strcmp(key, "packets"))
		compare = rule_by_packets;
	else if (!strcmp(key, "bytes"))
		compare = rule_by_bytes;
	else if (!strcmp(key, "flows"))
		compare = rule_by_flows;
	else if (!strcmp(key, "last"))
		compare = rule_by_last;
	if (compare)
		qsort(row, n, sizeof(*row), compare);
}

/* Seconds are enough: "2026-11-22T03:20:11". */
static void rule_last(struct vfw_grid *grid, const json_t *rule)
{
	char buf[20];

	snprintf(buf, sizeof(buf), "%s", vfw_field_text(rule, "last_hit", ""));
	vfw_grid_text(grid, *buf ? buf : "never");
}

static void rule_print(FILE *f, const struct rule_row *row, size_t n)
{
	struct vfw_grid grid;
	size_t i;

	vfw_grid_begin(&grid, "RULE", "PACKETS>", "BYTES>", "FLOWS>", "LAST HIT", "TEXT", NULL);
	for (i = 0; i < n; i++) {
		const json_t *rule = row[i].rule;

		vfw_grid_text(&grid, vfw_field_text(rule, "rule", ""));
		vfw_grid_count(&grid, vfw_field_count(rule, "packets"));
		vfw_grid_count(&grid, vfw_field_count(rule, "bytes"));
		vfw_grid_count(&grid, vfw_field_count(rule, "flows"));
		rule_last(&grid, rule);
		vfw_grid_text(&grid, vfw_field_text(rule, "text", ""));
	}
	vfw_grid_end(&grid, f);
}

/* The result with its rules as sorted and chosen. */
static json_t *rule_result(const json_t *result, const struct rule_row *row, size_t n)
{
	json_t *copy = json_copy((json_t *)result), *rules = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append(rules, (json_t *)row[i].rule);
	json_object_set_new(copy, "rules", rules);
	return copy;
}

int vfw_cmd_rule_list(struct vfw_cli *cli, const struct vfw_args *args)
{
	bool unused = vfw_args_get(args, "unused");
	const char *key = vfw_args_get(args, "sort");
	struct rule_row *row;
	const json_t *rules;
	json_t *result;
	size_t i, n = 0;
	int rc;

	if (!key)
		key = "order";
	for (i = 0; rule_keys[i] && strcmp(rule_keys[i], key); i++)
		;
	if (!rule_keys[i])
		return vfw_cli_usage(
			cli, args->cmd,
			"--sort: expected packets, bytes, flows, last or order, found '%s'", key);
	rc = vfw_cli_call(cli, "rule.list", NULL, VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	rules = vfw_field_array(result, "rules");
	row = calloc(json_array_size(rules) + 1, sizeof(*row));
	if (!row) {
		json_decref(result);
		vfw_cli_error(cli, "no memory for that many rules");
		return VFW_EXIT_FAILED;
	}
	for (i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);

		if (!unused || !vfw_field_count(rule, "packets"))
			row[n++] = (struct rule_row){rule, i};
	}
	rule_sort(row, n, key);
	if (cli->json) {
		json_t *chosen = rule_result(result, row, n);

		vfw_cli_json(cli, chosen);
		json_decref(chosen);
	} else {
		rule_print(cli->out, row, n);
	}
	free(row);
	json_decref(result);
	return VFW_EXIT_OK;
}
