// SPDX-License-Identifier: GPL-2.0
#include "breakglass.h"
#include "cli.h"
#include "field.h"
#include "grid.h"
#include "term.h"
#include "word.h"

#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

#define STATUS_REASONS_MAX 256

static void status_label(FILE *f, const char *label)
{
	fprintf(f, "%-11s", label);
}

static void status_mode(FILE *f, const json_t *module)
{
	const char *mode = vfw_field_text(module, "mode", "unknown");
	const char *digest = vfw_field_text(module, "digest", "");
	unsigned long long revision = vfw_field_count(module, "revision");
	const json_t *trial = vfw_field_object(module, "trial");

	status_label(f, "Mode");
	vfw_term_safe(f, mode);
	if (!strcmp(mode, "disarmed"))
		fputs(": judges and counts, cuts nothing", f);
	fputc('\n', f);
	status_label(f, "Policy");
	if (!revision) {
		fputs("none was ever applied\n", f);
		return;
	}
	fprintf(f, "revision %llu", revision);
	if (*digest) {
		fputs(", digest ", f);
		fprintf(f, "%.12s", strspn(digest, "0123456789abcdef") >= 12 ? digest : "unknown");
	}
	fputc('\n', f);
	if (trial) {
		status_label(f, "Trial");
		fprintf(f, "%llu s left, then revision %llu comes back; applied by ",
			vfw_field_count(trial, "seconds_left"),
			vfw_field_count(trial, "previous_revision"));
		vfw_term_safe(f, vfw_field_text(trial, "who", "somebody"));
		fputs(" at ", f);
		vfw_term_safe(f, vfw_field_text(trial, "since", "some time"));
		fputs("\n           `vfwctl policy confirm' keeps it, `vfwctl policy rollback' undoes it now\n",
		      f);
	}
}

static void status_module(FILE *f, const json_t *module)
{
	char bytes[32];

	if (!vfw_field_true(module, "loaded")) {
		status_label(f, "Module");
		fputs("NOT LOADED, nothing is judged: load it with `modprobe vfw' or insmod\n", f);
		return;
	}
	status_mode(f, module);
	status_label(f, "Module");
	fputs("vfw ", f);
	vfw_term_safe(f, vfw_field_text(module, "version", "of unknown version"));
	fprintf(f, ": VMs %llu, ports %llu, flows %llu, memory %s\n",
		vfw_field_count(module, "vms"), vfw_field_count(module, "ports"),
		vfw_field_count(module, "flows"),
		vfw_term_bytes(vfw_field_count(module, "memory"), bytes, sizeof(bytes)));
}

/* Which files are new, changed or removed. */
static void status_disk(FILE *f, const json_t *changes)
{
	size_t i;

	for (i = 0; i < json_array_size(changes); i++) {
		const json_t *c = json_array_get(changes, i);

		status_label(f, "");
		vfw_term_safe(f, vfw_field_text(c, "change", "changed"));
		fputs(": ", f);
		vfw_term_safe(f, vfw_field_text(c, "file", ""));
		fputc('\n', f);
	}
}

static void status_daemon(FILE *f, const json_t *status)
{
	const json_t *policy = vfw_field_object(status, "policy");
	char *files;

	status_label(f, "Daemon");
	fputs("vfwd ", f);
	vfw_term_safe(f, vfw_field_text(status, "version", "of unknown version"));
	fputc('\n', f);
	files = vfw_field_join(policy, "files", " ");
	if (*files) {
		status_label(f, "Files");
		vfw_term_safe(f, files);
		fputc('\n', f);
	}
	free(files);
	if (vfw_field_true(policy, "fresh_install")) {
		status_label(f, "");
		fputs("no policy was ever applied here: what runs is that of a fresh install\n", f);
	}
	if (vfw_field_true(vfw_field_object(status, "module"), "loaded") &&
	    json_array_size(json_object_get(policy, "files")) &&
	    json_is_false(json_object_get(policy, "in_force"))) {
		status_label(f, "");
		fputs("NOT IN FORCE: the module does not have it yet\n", f);
	}
	if (json_is_false(json_object_get(policy, "kept"))) {
		status_label(f, "");
		fputs("NOT KEPT: it is in force, but the next start of the host loads the policy before it\n",
		      f);
	}
	if (vfw_field_true(policy, "differs_from_disk")) {
		status_label(f, "");
		fputs("the files on disk are not the policy that was confirmed last: `vfwctl policy diff' shows how\n",
		      f);
		status_disk(f, vfw_field_array(policy, "disk_changes"));
	}
}

static void status_unmanaged(FILE *f, const json_t *status)
{
	char *ports = vfw_field_join(status, "unmanaged_ports", " ");

	if (*ports) {
		status_label(f, "Unmanaged");
		vfw_term_safe(f, ports);
		fputs(" (no known VM; only the `unmanaged' rules speak for them)\n", f);
	}
	free(ports);
}

/* The Hyperscan of the module, and what is being compiled for it. */
static void status_hyperscan(FILE *f, const json_t *status)
{
	const json_t *module = vfw_field_object(status, "module");
	const json_t *signatures = vfw_field_object(status, "signatures");
	const char *set = vfw_field_text(module, "instruction_set", "");
	const char *compiling = vfw_field_text(signatures, "compiling", "");
	const json_t *failures = vfw_field_array(signatures, "failures");
	size_t i;

	if (*set) {
		status_label(f, "Hyperscan");
		vfw_term_safe(f, vfw_field_text(module, "hyperscan", "of unknown version"));
		fputs(" for ", f);
		vfw_term_safe(f, set);
		fprintf(f, "; since vfwd began: compiled %llu, from the cache %llu, failed %llu\n",
			vfw_field_count(signatures, "compiled"),
			vfw_field_count(signatures, "cached"),
			vfw_field_count(signatures, "failed"));
	}
	for (i = 0; i < json_array_size(failures); i++) {
		const json_t *failed = json_array_get(failures, i);

		status_label(f, "");
		fputs("the signatures of profile ", f);
		vfw_term_safe(f, vfw_field_text(failed, "profile", ""));
		fprintf(f, " did not compile, tries: %llu, the next in %llu s: ",
			vfw_field_count(failed, "tries"), vfw_field_count(failed, "retry_s"));
		vfw_term_safe(f, vfw_field_text(failed, "why", "no memory"));
		fputc('\n', f);
	}
	if (*compiling) {
		status_label(f, "");
		fputs("the signatures of profile ", f);
		vfw_term_safe(f, compiling);
		fputs(" are being compiled\n", f);
	}
}

/* "2", or "1 (old)" for one that only running streams still use. */
static void status_revision(struct vfw_grid *grid, const json_t *profile)
{
	char text[48];

	snprintf(text, sizeof(text), "%llu%s", vfw_field_count(profile, "revision"),
		 vfw_field_true(profile, "in_force") ? "" : " (old)");
	vfw_grid_text(grid, text);
}

/* What a profile does not do for all that its files say. */
static void status_rules(FILE *f, const json_t *profile)
{
	const json_t *rules = vfw_field_object(profile, "rules");
	unsigned long long deep = vfw_field_count(rules, "deep"),
			   refused = vfw_field_count(rules, "refused"),
			   unlike = vfw_field_count(rules, "unlike"),
			   report = vfw_field_count(rules, "report_only");

	if (deep + refused + unlike) {
		vfw_term_safe(f, vfw_field_text(profile, "profile", ""));
		fprintf(f, ": %llu rules not enforced: %llu deep, %llu refused, %llu not exactly\n",
			deep + refused + unlike, deep, refused, unlike);
	}
	if (report && !strcmp(vfw_field_text(profile, "mode", ""), "prevent")) {
		vfw_term_safe(f, vfw_field_text(profile, "profile", ""));
		fprintf(f, ": %llu rules say alert: they report and do not prevent\n", report);
	}
}

static void status_profiles(FILE *f, const json_t *status)
{
	static const char *const counts[] = {"streams", "bytes", "matches", "overloads"};
	const json_t *profiles = vfw_field_array(status, "profiles");
	struct vfw_grid grid;
	char bytes[32];
	size_t i, k;

	if (!json_array_size(profiles))
		return;
	vfw_grid_begin(&grid, "PROFILE", "MODE", "REVISION", "SIGNATURES>", "MEMORY>", "STREAMS>",
		       "SCANNED>", "MATCHES>", "OVERLOADS>", NULL);
	for (i = 0; i < json_array_size(profiles); i++) {
		const json_t *p = json_array_get(profiles, i);

		vfw_grid_text(&grid, vfw_field_text(p, "profile", ""));
		vfw_grid_text(&grid, vfw_field_text(p, "mode", ""));
		status_revision(&grid, p);
		vfw_grid_count(&grid, vfw_field_count(p, "patterns"));
		vfw_grid_text(&grid,
			      vfw_term_bytes(vfw_field_count(p, "memory"), bytes, sizeof(bytes)));
		for (k = 0; k < sizeof(counts) / sizeof(*counts); k++)
			vfw_grid_count(&grid, vfw_field_count(p, counts[k]));
	}
	fputc('\n', f);
	vfw_grid_end(&grid, f);
	for (i = 0; i < json_array_size(profiles); i++)
		status_rules(f, json_array_get(profiles, i));
}

static void status_trouble(FILE *f, const json_t *status)
{
	const char *trouble = vfw_field_text(status, "trouble", "");
	unsigned long long lost =
		vfw_field_count(vfw_field_object(status, "module"), "events_lost");
	unsigned long long unheard =
		vfw_field_count(vfw_field_object(status, "module"), "alerts_unheard");
	const json_t *unsaved = vfw_field_array(vfw_field_object(status, "disk"), "unsaved");
	size_t i;

	for (i = 0; i < json_array_size(unsaved); i++) {
		const char *s = json_string_value(json_array_get(unsaved, i));

		status_label(f, "NOT ON DISK");
		fputc(' ', f);
		vfw_term_safe(f, s ? s : "");
		fputc('\n', f);
	}
	if (*trouble) {
		status_label(f, "TROUBLE");
		vfw_term_safe(f, trouble);
		fputc('\n', f);
	}
	if (lost) {
		status_label(f, "Events");
		fprintf(f, "%llu were lost since the module was loaded\n", lost);
	}
	if (unheard) {
		status_label(f, "Alerts");
		fprintf(f, "%llu matches found vfwd not running since the module was loaded\n",
			unheard);
	}
}

static int status_by_packets(const void *a, const void *b)
{
	unsigned long long pa = vfw_field_count(*(const json_t *const *)a, "packets");
	unsigned long long pb = vfw_field_count(*(const json_t *const *)b, "packets");

	return pa < pb ? 1 : pa > pb ? -1 : 0;
}

static void status_reasons(FILE *f, const json_t *status)
{
	const json_t *reasons = vfw_field_array(status, "reasons");
	const json_t *seen[STATUS_REASONS_MAX];
	struct vfw_grid grid;
	size_t i, n = 0;

	for (i = 0; i < json_array_size(reasons) && n < STATUS_REASONS_MAX; i++) {
		const json_t *r = json_array_get(reasons, i);

		if (vfw_field_count(r, "packets"))
			seen[n++] = r;
	}
	if (!n)
		return;
	qsort(seen, n, sizeof(*seen), status_by_packets);
	vfw_grid_begin(&grid, "PACKETS>", "REASON", "MEANING", NULL);
	for (i = 0; i < n; i++) {
		const char *word = vfw_field_text(seen[i], "reason", "");

		vfw_grid_count(&grid, vfw_field_count(seen[i], "packets"));
		vfw_grid_text(&grid, word);
		vfw_grid_text(&grid, vfw_word_reason(word));
	}
	fputc('\n', f);
	vfw_grid_end(&grid, f);
}

int vfw_cmd_status(struct vfw_cli *cli, const struct vfw_args *args)
{
	char why[512], kernel_why[512];
	bool direct = false;
	json_t *status;
	int rc;

	(void)args;
	rc = vfw_cli_probe(cli, "status", NULL, VFW_CLI_PROBE_MS, &status, why, sizeof(why));
	if (rc == VFW_EXIT_NO_DAEMON) {
		rc = vfw_breakglass_status(&status, kernel_why, sizeof(kernel_why));
		if (rc) {
			vfw_cli_error(cli, "%s", why);
			vfw_cli_error(cli, "%s", kernel_why);
			return rc == VFW_EXIT_DENIED ? rc : VFW_EXIT_NO_DAEMON;
		}
		direct = true;
		fprintf(cli->err, "vfwctl: %s; asked the kernel directly\n", why);
	}
	if (rc)
		return rc;
	if (cli->json) {
		vfw_cli_json(cli, status);
	} else {
		status_module(cli->out, vfw_field_object(status, "module"));
		if (!direct)
			status_daemon(cli->out, status);
		status_hyperscan(cli->out, status);
		status_unmanaged(cli->out, status);
		status_trouble(cli->out, status);
		status_profiles(cli->out, status);
		status_reasons(cli->out, status);
	}
	json_decref(status);
	return VFW_EXIT_OK;
}
