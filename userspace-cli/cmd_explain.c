// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "field.h"
#include "term.h"
#include "word.h"

#include <ctype.h>
#include <string.h>
#include <vfw/ctl_proto.h>

static int explain_number(struct vfw_cli *cli, const struct vfw_args *args, const char *option,
			  unsigned long max, json_t *params, const char *key)
{
	unsigned long n = 0;
	int rc = vfw_args_number(cli, args, option, 0, max, &n);

	if (!rc && vfw_args_get(args, option))
		json_object_set_new(params, key, json_integer((json_int_t)n));
	return rc;
}

/* Options that belong together; the daemon checks the rest. */
static int explain_check(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *proto = vfw_args_get(args, "proto");
	bool icmp = proto &&
		    (!strncmp(proto, "icmp", 4) || !strcmp(proto, "1") || !strcmp(proto, "58"));

	if (!vfw_args_get(args, "from") || !vfw_args_get(args, "to"))
		return vfw_cli_usage(cli, args->cmd, "expected --from END and --to END");
	if (!proto && !vfw_args_get(args, "ethertype"))
		return vfw_cli_usage(cli, args->cmd, "expected --proto PROTO, or --ethertype N");
	if (proto && vfw_args_get(args, "ethertype"))
		return vfw_cli_usage(cli, args->cmd,
				     "--proto is for IP, --ethertype for all else: one of them");
	if ((vfw_args_get(args, "icmp-type") || vfw_args_get(args, "icmp-code")) && !icmp)
		return vfw_cli_usage(cli, args->cmd,
				     "--icmp-type and --icmp-code go with --proto icmp or icmp6");
	if (vfw_args_get(args, "dport") && (icmp || !proto))
		return vfw_cli_usage(cli, args->cmd, "--dport goes with --proto tcp, udp or sctp");
	if (proto && (!strcmp(proto, "tcp") || !strcmp(proto, "udp") || !strcmp(proto, "sctp")) &&
	    !vfw_args_get(args, "dport"))
		return vfw_cli_usage(cli, args->cmd, "expected --dport PORT with --proto %s",
				     proto);
	return 0;
}

static int explain_params(struct vfw_cli *cli, const struct vfw_args *args, json_t *params)
{
	const char *proto = vfw_args_get(args, "proto");
	int rc = explain_check(cli, args);

	if (rc)
		return rc;
	json_object_set_new(params, "from", json_string(vfw_args_get(args, "from")));
	json_object_set_new(params, "to", json_string(vfw_args_get(args, "to")));
	if (proto && isdigit((unsigned char)*proto))
		rc = explain_number(cli, args, "proto", 255, params, "proto");
	else if (proto)
		json_object_set_new(params, "proto", json_string(proto));
	if (!rc)
		rc = explain_number(cli, args, "dport", 65535, params, "dport");
	if (!rc)
		rc = explain_number(cli, args, "icmp-type", 255, params, "icmp_type");
	if (!rc)
		rc = explain_number(cli, args, "icmp-code", 255, params, "icmp_code");
	if (!rc)
		rc = explain_number(cli, args, "ethertype", 65535, params, "ethertype");
	if (!rc && vfw_args_get(args, "app"))
		json_object_set_new(params, "app", json_string(vfw_args_get(args, "app")));
	return rc;
}

static void explain_line(FILE *f, const char *label, const char *text)
{
	fprintf(f, "%-10s", label);
	vfw_term_safe(f, text);
}

static void explain_rule(FILE *f, const json_t *r)
{
	const char *file = vfw_field_text(r, "file", "");
	const char *text = vfw_field_text(r, "text", "");
	const char *label = vfw_field_text(r, "rule", "");
	unsigned long long line = vfw_field_count(r, "line");

	explain_line(f, "Rule", *label ? label : "none");
	if (*file && line) {
		fputs("  (", f);
		vfw_term_safe(f, file);
		fprintf(f, ":%llu)", line);
	}
	fputc('\n', f);
	if (*text) {
		explain_line(f, "", text);
		fputc('\n', f);
	}
}

/* "monitors" holds labels, or objects that have one. */
static void explain_monitors(FILE *f, const json_t *r)
{
	const json_t *monitors = vfw_field_array(r, "monitors");
	size_t i;

	for (i = 0; i < json_array_size(monitors); i++) {
		const json_t *m = json_array_get(monitors, i);

		explain_line(f, "Monitor",
			     json_is_string(m) ? json_string_value(m)
					       : vfw_field_text(m, "rule", "?"));
		fputs("  (counted on the way)\n", f);
	}
}

/* "web1, in shop.web": the VM, and what its identity stands for. */
static void explain_end(FILE *f, const char *label, const json_t *end)
{
	const char *vm = vfw_field_text(end, "vm", "");
	const char *groups = vfw_field_text(end, "groups", "");

	if (!*vm && !*groups)
		return;
	explain_line(f, label, *vm ? vm : groups);
	if (*vm && *groups) {
		fputs(", in ", f);
		vfw_term_safe(f, groups);
	}
	fputc('\n', f);
}

static void explain_print(FILE *f, const json_t *r)
{
	const char *reason = vfw_field_text(r, "reason", "unknown");
	const char *meaning = vfw_field_text(r, "meaning", vfw_word_reason(reason));

	explain_line(f, "Verdict", vfw_field_text(r, "verdict", "unknown"));
	if (vfw_field_true(r, "depends_on_app"))
		fputs(": until its app is known; then it depends on the app (--app)", f);
	fputc('\n', f);
	explain_end(f, "From", vfw_field_object(r, "from"));
	explain_end(f, "To", vfw_field_object(r, "to"));
	explain_rule(f, r);
	explain_line(f, "Reason", reason);
	fprintf(f, "%s%s\n", *meaning ? ": " : "", meaning);
	explain_monitors(f, r);
	explain_line(f, "Revision", "");
	fprintf(f, "%llu\n", vfw_field_count(r, "revision"));
	explain_line(f, "Not asked",
		     "guard (false MAC or address, DHCP server, router), limits, signatures");
	fputc('\n', f);
}

int vfw_cmd_explain(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *params = json_object(), *result;
	int rc = explain_params(cli, args, params);

	if (rc) {
		json_decref(params);
		return rc;
	}
	rc = vfw_cli_call(cli, "explain", params, VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	if (cli->json)
		vfw_cli_json(cli, result);
	else
		explain_print(cli->out, result);
	json_decref(result);
	return VFW_EXIT_OK;
}
