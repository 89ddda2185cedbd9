// SPDX-License-Identifier: GPL-2.0
#include "appfile.h"
#include "cli.h"
#include "grid.h"
#include "term.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <vfw/ctl_proto.h>

#include "../daemon/replay/recognise.h"
#include "../daemon/sig/app.h"

static const char *const whys[VFW_RECOGNISE_WHYS] = {"", "no-handshake", "no-payload", "no-match",
						     "ambiguous"};

/* What conversations are gathered in, one way or the other. */
struct app_report {
	const struct vfw_app_list *apps;
	struct vfw_grid grid;
	json_t *flows; /* NULL: for people */
	unsigned long long *per_app; /* by its number */
	unsigned long long n, unknown;
};

static const char *proto_word(unsigned int proto)
{
	return proto == VFW_APP_TCP ? "TCP" : "UDP";
}

static void end_text(struct vfw_grid *grid, const struct vfw_recognised *flow, int i)
{
	char addr[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 10];

	inet_ntop(flow->family == 6 ? AF_INET6 : AF_INET, flow->addr[i], addr, sizeof(addr));
	snprintf(text, sizeof(text), flow->family == 6 ? "[%s]:%u" : "%s:%u", addr, flow->port[i]);
	vfw_grid_text(grid, text);
}

static json_t *flow_json(const struct vfw_recognised *flow, const char *app)
{
	char addr[2][INET6_ADDRSTRLEN];
	int i;

	for (i = 0; i < 2; i++)
		inet_ntop(flow->family == 6 ? AF_INET6 : AF_INET, flow->addr[i], addr[i],
			  sizeof(addr[i]));
	return json_pack("{s:I, s:s, s:s, s:i, s:s, s:i, s:I, s:I, s:s?, s:s?, s:s?}", "packet",
			 (json_int_t)flow->number, "proto", proto_word(flow->proto), "src_ip",
			 addr[0], "src_port", (int)flow->port[0], "dest_ip", addr[1], "dest_port",
			 (int)flow->port[1], "pkts_toserver", (json_int_t)flow->packets[0],
			 "pkts_toclient", (json_int_t)flow->packets[1], "app", app, "client",
			 flow->verdict.client > 1 ? NULL
			 : flow->verdict.client	  ? "dest"
						  : "src",
			 "why", app ? NULL : whys[flow->why]);
}

static void on_flow(void *ctx, const struct vfw_recognised *flow)
{
	struct app_report *report = ctx;
	const char *app = NULL;

	report->n++;
	if (flow->why == VFW_RECOGNISE_NAMED) {
		app = report->apps->text[flow->verdict.app].name;
		report->per_app[flow->verdict.app]++;
	} else {
		report->unknown++;
	}
	if (report->flows) {
		json_array_append_new(report->flows, flow_json(flow, app));
		return;
	}
	vfw_grid_count(&report->grid, flow->number);
	vfw_grid_text(&report->grid, proto_word(flow->proto));
	end_text(&report->grid, flow, 0);
	end_text(&report->grid, flow, 1);
	vfw_grid_count(&report->grid, flow->packets[0] + flow->packets[1]);
	vfw_grid_text(&report->grid, app ?: "");
	vfw_grid_text(&report->grid, whys[flow->why]);
}

static int report_print(struct vfw_cli *cli, struct app_report *report,
			const struct vfw_recognise_counts *c)
{
	json_t *apps, *j;
	u16 i;
	int rc;

	if (!cli->json) {
		vfw_grid_end(&report->grid, cli->out);
		fprintf(cli->out, "%llu packets, %llu conversations, %llu unknown\n",
			(unsigned long long)c->packets, report->n, report->unknown);
		return VFW_EXIT_OK;
	}
	apps = json_object();
	for (i = 0; i < report->apps->tables.n_apps; i++)
		if (report->per_app[i])
			json_object_set_new(apps, report->apps->text[i].name,
					    json_integer((json_int_t)report->per_app[i]));
	j = json_pack("{s:O, s:o, s:I, s:I, s:I, s:I, s:I}", "flows", report->flows, "apps", apps,
		      "unknown", (json_int_t)report->unknown, "packets", (json_int_t)c->packets,
		      "malformed", (json_int_t)c->malformed, "unknown_link",
		      (json_int_t)c->unknown_link, "fragments", (json_int_t)c->fragments);
	rc = vfw_cli_json(cli, j);
	json_decref(j);
	return rc;
}

static int app_name(struct vfw_cli *cli, const struct vfw_args *args, const char *pcap,
		    const struct vfw_app_list *apps, struct vfw_app_scan *scan)
{
	struct app_report report = {.apps = apps};
	struct vfw_recognise_counts counts;
	char why[256] = "";
	int rc = VFW_EXIT_FAILED;

	report.per_app = calloc(apps->tables.n_apps, sizeof(*report.per_app));
	if (cli->json)
		report.flows = json_array();
	else
		vfw_grid_begin(&report.grid, "PACKET>", "PROTO", "FROM", "TO", "PACKETS>", "APP",
			       "WHY NOT", NULL);
	if (!report.per_app)
		vfw_cli_error(cli, "out of memory");
	else if (vfw_recognise_run(apps, scan, pcap, vfw_args_get(args, "midstream"), on_flow,
				   &report, &counts, why, sizeof(why)))
		vfw_cli_error(cli, "%s: %s", pcap, why);
	else
		rc = report_print(cli, &report, &counts);
	json_decref(report.flows);
	free(report.per_app);
	return rc;
}

/* The ports of an app as a list: numbers, of JSON or a text. */
static json_t *ports_json(const struct vfw_apps *t, u16 app, u32 proto)
{
	json_t *a = json_array();
	u16 i;

	for (i = 0; i < t->apps[app].n_ports; i++) {
		u32 port = t->ports[t->apps[app].port + i];

		if (port >> 16 == proto)
			json_array_append_new(a, json_integer(port & 0xffff));
	}
	return a;
}

static void ports_text(struct vfw_grid *grid, const struct vfw_apps *t, u16 app)
{
	struct vfw_term text = {0};
	char *s;
	u16 i;

	for (i = 0; i < t->apps[app].n_ports; i++) {
		u32 port = t->ports[t->apps[app].port + i];

		vfw_term_addf(&text, "%s%u/%s", i ? " " : "", port & 0xffff,
			      port >> 16 == VFW_APP_TCP ? "tcp" : "udp");
	}
	s = vfw_term_take(&text);
	vfw_grid_text(grid, s);
	free(s);
}

static int app_list(struct vfw_cli *cli, const struct vfw_app_list *apps)
{
	const struct vfw_apps *t = &apps->tables;
	struct vfw_grid grid;
	json_t *list, *j;
	u16 i;
	int rc;

	if (!cli->json) {
		vfw_grid_begin(&grid, "APP", "TITLE", "PATTERNS>", "PORTS", NULL);
		for (i = 0; i < t->n_apps; i++) {
			vfw_grid_text(&grid, apps->text[i].name);
			vfw_grid_text(&grid, apps->text[i].title ?: "");
			vfw_grid_count(&grid, apps->text[i].patterns);
			ports_text(&grid, t, i);
		}
		vfw_grid_end(&grid, cli->out);
		return VFW_EXIT_OK;
	}
	list = json_array();
	for (i = 0; i < t->n_apps; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s?, s:I, s:o, s:o}", "app",
						apps->text[i].name, "title", apps->text[i].title,
						"patterns", (json_int_t)apps->text[i].patterns,
						"tcp", ports_json(t, i, VFW_APP_TCP), "udp",
						ports_json(t, i, VFW_APP_UDP)));
	j = json_pack("{s:o}", "apps", list);
	rc = vfw_cli_json(cli, j);
	json_decref(j);
	return rc;
}

int vfw_cmd_app(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *pcap = vfw_args_get(args, "pcap");
	struct vfw_app_list *apps;
	struct vfw_app_scan *scan;
	int rc;

	if (!pcap && vfw_args_get(args, "midstream"))
		return vfw_cli_usage(cli, args->cmd, "--midstream: expected --pcap FILE with it");
	rc = vfw_appfile_load(cli, args->operand, args->n_operands, &apps, &scan);
	if (rc)
		return rc;
	rc = pcap ? app_name(cli, args, pcap, apps, scan) : app_list(cli, apps);
	vfw_appfile_free(apps, scan);
	return rc;
}
