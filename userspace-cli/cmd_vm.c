// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "field.h"
#include "grid.h"
#include "term.h"

#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* Returns a new string of what every NIC holds at key, joined; the caller frees it. */
static char *vm_nics(const json_t *vm, const char *key)
{
	const json_t *nics = vfw_field_array(vm, "nics");
	struct vfw_term t = {0};
	size_t i;

	for (i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		char *s;

		if (vfw_field_array(nic, key))
			s = vfw_field_join(nic, key, " ");
		else
			s = strdup(vfw_field_text(nic, key, ""));
		if (s && *s) {
			if (t.len)
				vfw_term_add(&t, " ");
			vfw_term_add(&t, s);
		}
		free(s);
	}
	return vfw_term_take(&t);
}

static const char *vm_state(const json_t *vm)
{
	if (*vfw_field_text(vm, "conflict", ""))
		return "CONFLICT";
	if (vfw_field_true(vm, "quarantined"))
		return "QUARANTINED";
	return vfw_field_true(vm, "monitored") ? "monitored" : "ok";
}

static void vm_row(struct vfw_grid *grid, const json_t *vm)
{
	char *groups = vfw_field_join(vm, "groups", " ");
	char *addresses = vm_nics(vm, "addresses");
	char *ports = vm_nics(vm, "ifname");

	vfw_grid_text(grid, vfw_field_text(vm, "name", vfw_field_text(vm, "uuid", "")));
	vfw_grid_text(grid, vfw_field_text(vm, "tenant", ""));
	vfw_grid_text(grid, groups);
	vfw_grid_text(grid, ports);
	vfw_grid_text(grid, addresses);
	vfw_grid_text(grid, vm_state(vm));
	free(groups);
	free(addresses);
	free(ports);
}

/* By tenant (none last), then by name. */
static int vm_order(const void *a, const void *b)
{
	const json_t *va = *(const json_t *const *)a, *vb = *(const json_t *const *)b;
	const char *ta = vfw_field_text(va, "tenant", "\xff"),
		   *tb = vfw_field_text(vb, "tenant", "\xff");
	int rc = strcmp(ta, tb);

	return rc ? rc : strcmp(vfw_field_text(va, "name", ""), vfw_field_text(vb, "name", ""));
}

static void vm_table(FILE *f, const json_t *vms)
{
	size_t i, n = json_array_size(vms);
	const json_t **vm = calloc(n + 1, sizeof(*vm));
	struct vfw_grid grid;

	vfw_grid_begin(&grid, "NAME", "TENANT", "GROUPS", "PORTS", "ADDRESSES", "STATE", NULL);
	for (i = 0; vm && i < n; i++)
		vm[i] = json_array_get(vms, i);
	if (vm)
		qsort(vm, n, sizeof(*vm), vm_order);
	for (i = 0; i < n; i++)
		vm_row(&grid, vm ? vm[i] : json_array_get(vms, i));
	vfw_grid_end(&grid, f);
	free(vm);
}

int vfw_cmd_vm_list(struct vfw_cli *cli, const struct vfw_args *args)
{
	const json_t *vms;
	json_t *result;
	int rc;

	(void)args;
	rc = vfw_cli_call(cli, "vm.list", NULL, VFW_CLI_CALL_MS, &result);
	if (rc)
		return rc;
	if (cli->json) {
		vfw_cli_json(cli, result);
	} else {
		vms = vfw_field_array(result, "vms");
		vm_table(cli->out, vms);
		if (!json_array_size(vms))
			fputs("vfwctl: no VM is known: describe them in /etc/vfw/vms.d/*.toml, or start one "
			      "with QEMU\n",
			      cli->err);
	}
	json_decref(result);
	return VFW_EXIT_OK;
}

static void vm_line(FILE *f, const char *label, const char *text)
{
	if (!*text)
		return;
	fprintf(f, "%-12s", label);
	vfw_term_safe(f, text);
	fputc('\n', f);
}

static void vm_labels(FILE *f, const json_t *vm)
{
	json_t *labels = json_object_get(vm, "labels");
	struct vfw_term t = {0};
	const char *key;
	json_t *value;
	char *s;

	json_object_foreach(labels, key, value)
		vfw_term_addf(&t, "%s%s=%s", t.len ? " " : "", key,
			      json_is_string(value) ? json_string_value(value) : "?");
	s = vfw_term_take(&t);
	vm_line(f, "Labels", s);
	free(s);
}

static void vm_nic(FILE *f, const json_t *nic, size_t n)
{
	char *addresses = vfw_field_join(nic, "addresses", " ");
	const char *ifname = vfw_field_text(nic, "ifname", "");
	struct vfw_term t = {0};
	char label[32], *s;

	snprintf(label, sizeof(label), "NIC %zu", n);
	vfw_term_addf(&t, "%s  %s  %s", vfw_field_text(nic, "mac", "any MAC"),
		      *ifname ? ifname : "no port", *addresses ? addresses : "no address");
	s = vfw_term_take(&t);
	vm_line(f, label, s);
	free(s);
	free(addresses);
}

static void vm_counters(FILE *f, const json_t *vm)
{
	json_t *counters = json_object_get(vm, "counters");
	const char *key;
	json_t *value;

	json_object_foreach(counters, key, value) {
		if (json_is_integer(value))
			fprintf(f, "%12" JSON_INTEGER_FORMAT " ", json_integer_value(value));
		else
			continue;
		vfw_term_safe(f, key);
		fputc('\n', f);
	}
}

static void vm_print(FILE *f, const json_t *vm)
{
	const json_t *nics = vfw_field_array(vm, "nics");
	char *groups = vfw_field_join(vm, "groups", " ");
	char *sources = vfw_field_join(vm, "sources", ", ");
	size_t i;

	vm_line(f, "Name", vfw_field_text(vm, "name", ""));
	vm_line(f, "UUID", vfw_field_text(vm, "uuid", ""));
	vm_line(f, "Tenant", vfw_field_text(vm, "tenant", "none"));
	vm_labels(f, vm);
	vm_line(f, "Groups", *groups ? groups : "none");
	fprintf(f, "%-12s%llu\n", "Identity", vfw_field_count(vm, "identity"));
	vm_line(f, "Known from", sources);
	vm_line(f, "State", vm_state(vm));
	vm_line(f, "Conflict", vfw_field_text(vm, "conflict", ""));
	for (i = 0; i < json_array_size(nics); i++)
		vm_nic(f, json_array_get(nics, i), i);
	fputs("Counters\n", f);
	vm_counters(f, vm);
	free(groups);
	free(sources);
}

int vfw_cmd_vm_show(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *vm;
	int rc;

	rc = vfw_cli_call(cli, "vm.show", json_pack("{s:s}", "vm", args->operand[0]),
			  VFW_CLI_CALL_MS, &vm);
	if (rc)
		return rc;
	if (cli->json)
		vfw_cli_json(cli, vm);
	else
		vm_print(cli->out, vm);
	json_decref(vm);
	return VFW_EXIT_OK;
}

static int vm_changed(struct vfw_cli *cli, json_t *vm, const char *what)
{
	if (cli->json) {
		vfw_cli_json(cli, vm);
	} else {
		vfw_term_safe(cli->out, vfw_field_text(vm, "name", "the VM"));
		fprintf(cli->out, " %s\n", what);
		if (*vfw_field_text(vm, "trouble", "")) {
			fputs("vfwctl: that is in force; besides: ", cli->err);
			vfw_term_safe(cli->err, vfw_field_text(vm, "trouble", ""));
			fputc('\n', cli->err);
		}
	}
	json_decref(vm);
	return VFW_EXIT_OK;
}

int vfw_cmd_vm_quarantine(struct vfw_cli *cli, const struct vfw_args *args)
{
	const char *reason = vfw_args_get(args, "reason");
	json_t *vm;
	int rc;

	rc = vfw_cli_call(
		cli, "vm.quarantine",
		json_pack("{s:s, s:s}", "vm", args->operand[0], "reason", reason ? reason : ""),
		VFW_CLI_CALL_MS, &vm);
	return rc ? rc
		  : vm_changed(cli, vm, "is quarantined: nothing enters it, nothing leaves it");
}

int vfw_cmd_vm_release(struct vfw_cli *cli, const struct vfw_args *args)
{
	json_t *vm;
	int rc;

	rc = vfw_cli_call(cli, "vm.release", json_pack("{s:s}", "vm", args->operand[0]),
			  VFW_CLI_CALL_MS, &vm);
	return rc ? rc : vm_changed(cli, vm, "is released: the policy speaks for it again");
}

int vfw_cmd_vm_monitor(struct vfw_cli *cli, const struct vfw_args *args)
{
	bool on = !strcmp(args->operand[1], "on");
	json_t *vm;
	int rc;

	if (!on && strcmp(args->operand[1], "off") != 0)
		return vfw_cli_usage(cli, args->cmd, "expected on or off, found '%s'",
				     args->operand[1]);
	rc = vfw_cli_call(cli, "vm.monitor",
			  json_pack("{s:s, s:b}", "vm", args->operand[0], "on", (int)on),
			  VFW_CLI_CALL_MS, &vm);
	return rc ? rc
		  : vm_changed(cli, vm,
			       on ? "is monitored: what would be cut of it is said, and passes"
				  : "is not monitored: verdicts about it are carried out");
}
