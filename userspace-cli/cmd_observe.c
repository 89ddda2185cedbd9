// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "client.h"
#include "field.h"
#include "term.h"
#include "word.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#define OBSERVE_ARP 0x0806

static volatile sig_atomic_t observe_stop;

static void observe_signal(int sig)
{
	(void)sig;
	observe_stop = 1;
}

/* Ctrl-C ends the wait in poll() with EINTR, so the handler must not restart it. */
static void observe_signals(void)
{
	struct sigaction sa = {.sa_handler = observe_signal, .sa_flags = SA_RESETHAND};

	observe_stop = 0;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void observe_add(struct vfw_term *t, const char *label, const char *word)
{
	if (*word)
		vfw_term_addf(t, "  %s%s%s", label, *label ? " " : "", word);
}

/* One end: its VM and address, else the device, else "?". */
static void observe_end(struct vfw_term *t, const json_t *event, const json_t *vfw, bool src)
{
	const char *dev = src ? vfw_field_text(event, "in_iface", "?")
			      : vfw_field_text(vfw, "out_iface", "?");

	if (json_object_get(event, src ? "src_ip" : "dest_ip") ||
	    json_object_get(vfw, src ? "src_vm" : "dst_vm"))
		vfw_field_end(t, event, vfw, src ? "src" : "dest");
	else
		vfw_term_add(t, dev);
}

/* Who to whom with what; nothing for events that are not about traffic. */
static void observe_traffic(struct vfw_term *t, const json_t *event, const json_t *vfw)
{
	const json_t *ether = vfw_field_object(event, "ether");
	const char *proto = vfw_field_text(event, "proto", "");
	unsigned long long type = vfw_field_count(ether, "ether_type");

	if (!ether && !json_object_get(event, "src_ip") && !json_object_get(vfw, "src_vm") &&
	    !json_object_get(vfw, "dst_vm"))
		return;
	vfw_term_add(t, "  ");
	observe_end(t, event, vfw, true);
	vfw_term_add(t, " -> ");
	observe_end(t, event, vfw, false);
	observe_add(t, "", proto);
	if (!*proto && type == OBSERVE_ARP)
		vfw_term_add(t, "  ARP");
	else if (!*proto && type)
		vfw_term_addf(t, "  ethertype 0x%04llx", type);
}

/* Which signature, of which profile. */
static void observe_alert(struct vfw_term *t, const json_t *alert, const json_t *vfw)
{
	unsigned long long sid = vfw_field_count(alert, "signature_id");

	if (sid)
		vfw_term_addf(t, "  signature %llu", sid);
	else
		vfw_term_add(t, "  signature unknown");
	if (*vfw_field_text(alert, "signature", ""))
		vfw_term_addf(t, " \"%s\"", vfw_field_text(alert, "signature", ""));
	observe_add(t, "profile", vfw_field_text(vfw, "profile", ""));
}

/* One event as one line: time, type, who to whom, what, and what became of it. */
static void observe_print(FILE *f, const json_t *event)
{
	const json_t *vfw = vfw_field_object(event, "vfw");
	const json_t *audit = vfw_field_object(event, "audit");
	const json_t *anomaly = vfw_field_object(event, "anomaly");
	const json_t *alert = vfw_field_object(event, "alert");
	const char *time = vfw_field_text(event, "timestamp", "");
	const char *clock = strchr(time, 'T');
	unsigned long long count = vfw_field_count(anomaly ? anomaly : vfw, "count");
	struct vfw_term t = {0};
	char *s;

	vfw_term_addf(&t, "%.12s  %-8s", clock ? clock + 1 : time,
		      vfw_field_text(event, "event_type", "event"));
	if (alert)
		observe_add(&t, "", vfw_field_text(alert, "action", ""));
	else
		observe_add(&t, "",
			    vfw_field_text(vfw, "verdict", vfw_field_text(vfw, "action", "")));
	observe_traffic(&t, event, vfw);
	if (alert)
		observe_alert(&t, alert, vfw);
	observe_add(&t, "", vfw_field_text(vfw, "ifname", ""));
	observe_add(&t, "", vfw_field_text(audit, "action", ""));
	observe_add(&t, "by", vfw_field_text(audit, "who", ""));
	observe_add(&t, "", vfw_field_text(anomaly, "event", vfw_field_text(anomaly, "type", "")));
	observe_add(&t, "", vfw_field_text(vfw, "mode", ""));
	observe_add(&t, "rule", vfw_field_text(vfw, "rule", ""));
	observe_add(&t, "reason", vfw_field_text(vfw, "reason", ""));
	observe_add(&t, "", vfw_field_text(vfw, "message", ""));
	if (vfw_field_count(vfw, "revision"))
		vfw_term_addf(&t, "  revision %llu", vfw_field_count(vfw, "revision"));
	if (count > 1)
		vfw_term_addf(&t, "  (%llu times)", count);
	s = vfw_term_take(&t);
	vfw_term_safe(f, s);
	fputc('\n', f);
	free(s);
}

/* Shows one object the daemon sent. Returns whether it was an event. */
static bool observe_show(struct vfw_cli *cli, const json_t *object)
{
	const json_t *event = vfw_field_object(object, "params");

	if (strcmp(vfw_field_text(object, "method", ""), "event") || !event)
		return false;
	if (cli->json) {
		json_dumpf(event, cli->out, JSON_COMPACT | (cli->term ? JSON_ENSURE_ASCII : 0));
		fputc('\n', cli->out);
	} else {
		observe_print(cli->out, event);
	}
	fflush(cli->out);
	return true;
}

/* Reads events until enough came, the time is up, or we are told to stop. */
static int observe_loop(struct vfw_cli *cli, unsigned long count, unsigned long seconds)
{
	int64_t deadline = seconds ? vfw_client_now() + (int64_t)seconds * 1000 : -1;
	unsigned long n = 0;
	json_t *object;
	int rc;

	while (!observe_stop && !ferror(cli->out)) {
		rc = vfw_client_next(cli->client, deadline, &object);
		if (rc == -EINTR)
			continue;
		if (rc == -ETIMEDOUT && count) {
			vfw_cli_error(cli, "%lu of %lu events came in %lu s", n, count, seconds);
			return VFW_EXIT_FAILED;
		}
		if (rc == -ETIMEDOUT)
			return VFW_EXIT_OK;
		if (rc) {
			vfw_cli_error(cli, "vfwd ended the stream of events: %s", strerror(-rc));
			return rc == -ECONNRESET ? VFW_EXIT_NO_DAEMON : VFW_EXIT_FAILED;
		}
		n += observe_show(cli, object);
		json_decref(object);
		if (count && n >= count)
			return VFW_EXIT_OK;
	}
	return VFW_EXIT_OK;
}

static int observe_words(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *reason = vfw_args_get(args, "reason");
	const char *verdict = vfw_args_get(args, "verdict");
	const char *nearest;

	if (reason && !*vfw_word_reason(reason)) {
		nearest = vfw_term_nearest(reason, vfw_word_reasons());
		return vfw_cli_usage(cli, args->cmd, "no reason is called '%s'%s%s%s", reason,
				     nearest ? ": did you mean '" : "", nearest ? nearest : "",
				     nearest ? "'?" : "");
	}
	if (verdict && strcmp(verdict, "pass") && strcmp(verdict, "block") &&
	    strcmp(verdict, "reject"))
		return vfw_cli_usage(cli, args->cmd,
				     "--verdict: expected pass, block or reject, found '%s'",
				     verdict);
	return 0;
}

int vfw_cmd_observe(struct vfw_cli *cli, const struct vfw_args *args)
{
	static const char *const filter[] = {"vm", "verdict", "reason", "rule", "type"};
	unsigned long count = 0, seconds = 0;
	json_t *params, *result;
	size_t i;
	int rc;

	rc = observe_words(cli, args);
	if (!rc)
		rc = vfw_args_number(cli, args, "count", 1, 1000000000, &count);
	if (!rc)
		rc = vfw_args_number(cli, args, "timeout", 1, 10000000, &seconds);
	if (rc)
		return rc;
	params = json_object();
	for (i = 0; i < sizeof(filter) / sizeof(*filter); i++) {
		if (vfw_args_get(args, filter[i]))
			json_object_set_new(params, filter[i],
					    json_string(vfw_args_get(args, filter[i])));
	}
	rc = vfw_cli_call(cli, "observe", params, VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	json_decref(result);
	observe_signals();
	return observe_loop(cli, count, seconds);
}
