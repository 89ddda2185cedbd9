// SPDX-License-Identifier: GPL-2.0
/*
 * The other side of the oracle: worlds and packets on standard input, answered by the parser,
 * the compiler and core/, on standard output. Lines:
 *
 *   policy FILE BYTES      and then so many bytes: one file of a policy
 *   vm UUID NAME TENANT|- local|remote
 *   label KEY BYTES        of that VM; and then so many bytes: the value
 *   addr ADDRESS LENGTH    of that VM
 *   compile                -> "ok", or "wrong " and the first complaint
 *   packet FROM TO HEX     -> VERDICT LABEL MONITOR...; an end is a number of a VM, h (host),
 *                          u (unmanaged) or a (whoever has the frame's address)
 *   joined FROM TO         -> yes or no
 *   end                    forgets the world
 */
#include <arpa/inet.h>
#include <core/frame.h>
#include <core/match.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* core/ and the tree both have a list of protocols, but no file needs the two. */
#include "../../daemon/policy/app.h"
#include "../../daemon/policy/policy.h"
#include "../../daemon/vm/registry.h"

#define VMS_MAX 64
#define LABELS_MAX 8

static const char *const verdicts[] = {
	[VFW_PASS] = "pass", [VFW_BLOCK] = "block", [VFW_REJECT] = "reject"};

static struct world {
	struct vfw_policy *policy;
	struct vfw_vm vms[VMS_MAX];
	size_t n_vms;
	struct vfw_diags diags;
	struct vfw_compiled *compiled;
	struct vfw_tables tables;
	bool broken;
} w;

static void die(const char *what)
{
	fprintf(stderr, "core: %s\n", what);
	exit(2);
}

/* The bytes that follow a line; the caller frees. */
static char *follow(size_t n)
{
	char *text = calloc(1, n + 1);

	if (!text || fread(text, 1, n, stdin) != n)
		die("the input ends early");
	return text;
}

static void forget(void)
{
	for (size_t i = 0; i < w.n_vms; i++) {
		for (size_t l = 0; l < w.vms[i].n_labels; l++) {
			free(w.vms[i].labels[l].key);
			free(w.vms[i].labels[l].value);
		}
		free(w.vms[i].labels);
		free(w.vms[i].tenant);
	}
	free(w.tables.pair_index);
	vfw_compiled_free(w.compiled);
	vfw_policy_free(w.policy);
	vfw_diags_free(&w.diags);
	memset(&w, 0, sizeof(w));
}

static void add_file(const char *name, size_t n)
{
	char *text = follow(n);

	if (!w.policy)
		w.policy = vfw_policy_new();
	if (vfw_policy_add_text(w.policy, name, text, n, &w.diags))
		w.broken = true;
	free(text);
}

static void add_vm(const char *uuid, const char *name, const char *tenant, bool remote)
{
	struct vfw_vm *vm = &w.vms[w.n_vms++];
	unsigned int byte;
	size_t n = 0;

	if (w.n_vms > VMS_MAX)
		die("too many VMs");
	for (const char *p = uuid; *p && n < VFW_UUID_LEN; p += 2) {
		p += *p == '-';
		if (sscanf(p, "%2x", &byte) != 1)
			die("no UUID");
		vm->uuid[n++] = (uint8_t)byte;
	}
	snprintf(vm->name, sizeof(vm->name), "%.63s", name);
	vm->tenant = strcmp(tenant, "-") ? strdup(tenant) : NULL;
	vm->remote = remote;
	vm->n_nics = 1;
	vm->labels = calloc(LABELS_MAX, sizeof(*vm->labels));
}

static void add_label(const char *key, size_t n)
{
	struct vfw_vm *vm = &w.vms[w.n_vms - 1];

	if (vm->n_labels == LABELS_MAX)
		die("too many labels");
	vm->labels[vm->n_labels].key = strdup(key);
	vm->labels[vm->n_labels++].value = follow(n);
}

static void add_addr(const char *text, unsigned int len)
{
	struct vfw_nic *nic = &w.vms[w.n_vms - 1].nics[0];
	struct vfw_address *a = &nic->addrs[nic->n_addrs++];

	a->family = strchr(text, ':') ? 6 : 4;
	a->len = (uint8_t)len;
	if (inet_pton(a->family == 6 ? AF_INET6 : AF_INET, text, a->addr) != 1)
		die("no address");
}

static void index_tables(void)
{
	const struct vfw_compiled *c = w.compiled;
	uint32_t *scratch, table, element;

	w.tables = (struct vfw_tables){.rules = c->rules,
				       .cands = c->cands,
				       .cells = c->cells,
				       .blocks = c->blocks,
				       .pairs = c->pairs,
				       .book4 = c->book4,
				       .book6 = c->book6,
				       .counts = c->counts};
	scratch = calloc(vfw_match_scratch_size(&c->counts), sizeof(*scratch));
	if (vfw_match_check(&w.tables, scratch, &table, &element))
		die("the tables are not sound");
	free(scratch);
	w.tables.pair_index = calloc(1, vfw_match_index_bytes(&c->counts));
	w.tables.pair_seed = 12345;
	if (vfw_match_index(&w.tables, &element))
		die("a pair stands twice");
	/* the module gives them back here */
	w.tables.pairs = NULL;
	w.tables.blocks = NULL;
}

static void compile(void)
{
	const struct vfw_vm *list[VMS_MAX];

	for (size_t i = 0; i < w.n_vms; i++)
		list[i] = &w.vms[i];
	if (!w.broken && !vfw_policy_compile(w.policy, list, w.n_vms, &w.diags, &w.compiled)) {
		index_tables();
		puts("ok");
		return;
	}
	for (size_t i = 0; i < w.diags.n; i++)
		if (w.diags.v[i].severity == VFW_DIAG_ERROR) {
			printf("wrong line %u: %s\n", w.diags.v[i].line, w.diags.v[i].message);
			return;
		}
	puts("wrong for no reason");
}

static uint32_t ident(const char *end, const struct vfw_frame *f, const uint8_t *addr)
{
	size_t n;

	if (*end == 'h')
		return VFW_ID_HOST;
	if (*end == 'u')
		return VFW_ID_UNMANAGED;
	if (*end == 'a' && f)
		return f->kind == VFW_FRAME_IP4 ? vfw_match_book4(&w.tables, addr)
						: vfw_match_book6(&w.tables, addr);
	n = strtoul(end, NULL, 10);
	for (size_t i = 0; n < w.n_vms && i < w.compiled->n_members; i++)
		if (!memcmp(w.compiled->members[i].uuid, w.vms[n].uuid, VFW_UUID_LEN))
			return w.compiled->members[i].ident;
	die("no such VM");
	return 0;
}

static uint32_t app_id(const char *app)
{
	if (!strcmp(app, "unknown"))
		return VFW_APP_ID_PENDING;
	return strcmp(app, "none") ? vfw_policy_app_id(app) : VFW_APP_ID_NONE;
}

static void packet(const char *from, const char *to, const char *app, const char *hex)
{
	uint8_t bytes[VFW_FRAME_HEAD_MAX];
	const struct vfw_compiled *c = w.compiled;
	struct vfw_frame f;
	struct vfw_match m;
	unsigned int byte;
	uint32_t n = 0;

	for (; *hex && n < sizeof(bytes) && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		bytes[n++] = (uint8_t)byte;
	if (vfw_frame_parse(&f, bytes, n, n, false) != VFW_FRAME_OK) {
		puts("malformed");
		return;
	}
	vfw_match_lookup(&w.tables, ident(from, &f, f.src), ident(to, &f, f.dst), vfw_frame_key(&f),
			 app_id(app), &m);
	printf("%s %s",
	       !m.pending ? verdicts[c->rules[m.rule].verdict]
	       : m.holds  ? "holds"
			  : "depends",
	       c->origins[m.rule].label);
	for (uint32_t i = 0; i < m.n_monitors; i++)
		printf(" %s", c->origins[m.monitors[i]].label);
	puts("");
}

int main(void)
{
	static char line[4096], a[256], b[256], c[256], d[3000];
	unsigned long n;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "packet %255s %255s %255s %2999s", a, b, c, d) == 4)
			packet(a, b, c, d);
		else if (sscanf(line, "policy %255s %lu", a, &n) == 2)
			add_file(a, n);
		else if (sscanf(line, "vm %255s %255s %255s %2999s", a, b, c, d) == 4)
			add_vm(a, b, c, !strcmp(d, "remote"));
		else if (sscanf(line, "label %255s %lu", a, &n) == 2)
			add_label(a, n);
		else if (sscanf(line, "addr %255s %lu", a, &n) == 2)
			add_addr(a, (unsigned int)n);
		else if (sscanf(line, "joined %255s %255s", a, b) == 2)
			puts(vfw_match_joined(&w.tables, ident(a, NULL, NULL), ident(b, NULL, NULL))
				     ? "yes"
				     : "no");
		else if (!strcmp(line, "compile\n"))
			compile();
		else if (!strcmp(line, "end\n"))
			forget();
		else
			die("a line that is none of its own");
	}
	forget();
	return 0;
}
