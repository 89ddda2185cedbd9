// SPDX-License-Identifier: GPL-2.0
/*
 * Random policies and VMs; what the kernel's matcher finds in the compiled
 * tables must be what the rival says, verdict, rule and monitors, for every pair of ends and keys
 * at the edges of all rules. VFW_TEST_SEED and VFW_TEST_ROUNDS choose the run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/policy/lint.h"
#include "policy_rival.h"
#include "policy_unit.h"

#define N_VMS 10
#define N_TENANTS 3
#define N_PROBES 14
#define N_KEYS_MAX 60

static uint64_t state;

static uint32_t rnd(uint32_t n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 33) % n;
}

static const char *const prefixes4[] = {"0.0.0.0/0",	   "10.0.0.0/8",    "10.1.0.0/16",
					"10.1.2.0/24",	   "10.1.2.128/25", "10.1.2.130",
					"255.255.255.255", "128.0.0.0/1",   "10.1.3.0/24"};
static const char *const prefixes6[] = {
	"::/0", "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::5", "ffff:ffff:ffff:ffff::/64",
	"::/1"};
static const char *const probes[N_PROBES] = {
	"0.0.0.0",	   "9.255.255.255",
	"10.1.1.255",	   "10.1.2.0",
	"10.1.2.130",	   "10.1.2.131",
	"10.1.3.0",	   "127.255.255.255",
	"255.255.255.255", "::",
	"2001:db8::1",	   "2001:db8:1::5",
	"2001:db9::",	   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
};

struct gen {
	FILE *out;
	bool has_cidr[N_TENANTS + 1][2]; /* by scope, the last is the operator's */
};

static void gen_prefixes(struct gen *g)
{
	uint32_t n = 1 + rnd(3);

	fprintf(g->out, "{ ");
	for (uint32_t i = 0; i < n; i++)
		fprintf(g->out, "%s%s", i ? ", " : "",
			rnd(3) ? prefixes4[rnd(9)] : prefixes6[rnd(6)]);
	fprintf(g->out, " }\n");
}

static void gen_term(struct gen *g)
{
	switch (rnd(4)) {
	case 0:
		fprintf(g->out, "vm \"vm%s\"", rnd(2) ? "?" : "*");
		break;
	case 1:
		fprintf(g->out, "uuid 00000000-0000-0000-0000-0000000000%02x", rnd(N_VMS));
		break;
	default:
		fprintf(g->out, "label %c=%u", "ab"[rnd(2)], rnd(2));
		break;
	}
}

static void gen_sets(struct gen *g, int scope)
{
	for (int i = 0; i < 2; i++) {
		fprintf(g->out, "group g%d = ", i);
		gen_term(g);
		if (rnd(2)) {
			fprintf(g->out, rnd(2) ? " or " : " and ");
			gen_term(g);
		}
		fprintf(g->out, "\n");
		g->has_cidr[scope][i] = rnd(2);
		if (g->has_cidr[scope][i]) {
			fprintf(g->out, "cidr c%d = ", i);
			gen_prefixes(g);
		}
	}
}

static void gen_end(struct gen *g, int scope)
{
	int i = (int)rnd(2), t = (int)rnd(N_TENANTS);

	switch (rnd(12)) {
	case 0:
		fprintf(g->out, "any");
		break;
	case 1:
		fprintf(g->out, "host");
		break;
	case 2:
		fprintf(g->out, "external");
		break;
	case 3:
		fprintf(g->out, "unmanaged");
		break;
	case 4:
		fprintf(g->out, "tenant t%d", t);
		break;
	case 5:
		if (g->has_cidr[scope][i])
			fprintf(g->out, "c%d", i);
		else
			fprintf(g->out, "any");
		break;
	case 6:
		fprintf(g->out, "t%d.g%d", t, i);
		break;
	case 7:
		fprintf(g->out, "vm vm%u", rnd(N_VMS));
		break;
	case 8:
		fprintf(g->out, "uuid 00000000-0000-0000-0000-0000000000%02x", rnd(N_VMS));
		break;
	default:
		fprintf(g->out, "g%d", i);
		break;
	}
}

static void gen_ends(struct gen *g, int scope)
{
	uint32_t n = rnd(4) ? 1 : 1 + rnd(3);

	fprintf(g->out, n > 1 ? "{ " : "");
	for (uint32_t i = 0; i < n; i++) {
		fprintf(g->out, i ? ", " : "");
		gen_end(g, scope);
	}
	fprintf(g->out, n > 1 ? " }" : "");
}

static void gen_ports(struct gen *g)
{
	uint32_t n = 1 + rnd(3);

	fprintf(g->out, " port { ");
	for (uint32_t i = 0; i < n; i++) {
		uint32_t first = rnd(3) ? rnd(6) : 65535 - rnd(3);

		fprintf(g->out, "%s%u", i ? ", " : "", first);
		if (!rnd(3))
			fprintf(g->out, "-%u", first + rnd(65536 - first > 4 ? 4 : 65536 - first));
	}
	fprintf(g->out, " }");
}

static void gen_proto(struct gen *g)
{
	static const char *const names[] = {" tcp", " udp", " sctp"};

	switch (rnd(8)) {
	case 0:
		break;
	case 1:
		fprintf(g->out, " icmp type { 3, 8 }");
		break;
	case 2:
		fprintf(g->out, " icmp6 type unreachable code { 1, 4 }");
		break;
	case 3:
		fprintf(g->out, " proto %u", rnd(2) ? 6 : rnd(256));
		break;
	case 4:
		fprintf(g->out, " ethertype %s", rnd(2) ? "lldp" : "llc");
		break;
	default:
		fputs(names[rnd(3)], g->out);
		if (rnd(4))
			gen_ports(g);
		break;
	}
}

static void gen_rules(struct gen *g, int scope, bool unmanaged)
{
	static const char *const verdicts[] = {"pass",	"pass",	  "pass",
					       "block", "reject", "monitor"};

	for (uint32_t n = rnd(7); n; n--) {
		bool from = rnd(2);

		fputs(verdicts[rnd(6)], g->out);
		if (!unmanaged || from) {
			fprintf(g->out, " from ");
			/* a tenant's rule must be able to touch the tenant */
			if (scope < N_TENANTS)
				fprintf(g->out, rnd(2) ? "any" : "{ g%u, any }", rnd(2));
			else
				gen_ends(g, scope);
		}
		if (!unmanaged || !from) {
			fprintf(g->out, " to ");
			gen_ends(g, scope);
		}
		gen_proto(g);
		fprintf(g->out, "%s\n", rnd(3) ? "" : " log");
	}
}

/* The other way round for half of the tenants' rules: swap so that `from` varies, too. */
static void gen_tenant_rules(struct gen *g, int scope)
{
	static const char *const verdicts[] = {"pass", "block", "reject", "monitor"};

	for (uint32_t n = rnd(5); n; n--) {
		fprintf(g->out, "%s from ", rnd(2) ? "pass" : verdicts[rnd(4)]);
		gen_ends(g, scope);
		fprintf(g->out, " to %s", rnd(2) ? "g0" : "any");
		gen_proto(g);
		fprintf(g->out, "%s\n", rnd(3) ? "" : " log");
	}
}

/* One policy, each rule on a line of its own. The caller frees it. */
static char *gen_policy(void)
{
	struct gen g = {0};
	char *text = NULL;
	size_t len = 0;

	g.out = open_memstream(&text, &len);
	gen_sets(&g, N_TENANTS);
	for (int part = 0; part < 2; part++) {
		fprintf(g.out, "first {\n");
		if (!rnd(3))
			gen_rules(&g, N_TENANTS, false);
		fprintf(g.out, "}\nlast {\n");
		gen_rules(&g, N_TENANTS, false);
		fprintf(g.out, "}\nunmanaged {\n");
		gen_rules(&g, N_TENANTS, true);
		fprintf(g.out, "}\n");
		for (int t = 0; t < N_TENANTS; t++) {
			fprintf(g.out, "tenant t%d {\n", t);
			if (!part)
				gen_sets(&g, t);
			gen_rules(&g, t, false);
			gen_tenant_rules(&g, t);
			fprintf(g.out, "}\n");
		}
	}
	if (rnd(4)) {
		static const char *const words[] = {"block", "pass", "monitor"};

		fprintf(g.out, "default %s%s\n", words[rnd(3)], rnd(2) ? " log" : "");
	}
	fclose(g.out);
	return text;
}

static void read_addr(const char *s, unsigned int *family, uint8_t *addr)
{
	*family = strchr(s, ':') ? 6 : 4;
	memset(addr, 0, 16);
	ck_assert_int_eq(inet_pton(*family == 6 ? AF_INET6 : AF_INET, s, addr), 1);
}

static void gen_vms(struct vfw_vm *vms)
{
	static const char *const names[] = {"t0", "t1", "t2", "t9"};

	for (uint8_t i = 0; i < N_VMS; i++) {
		char name[16], label[8];
		uint32_t t = rnd(5);

		snprintf(name, sizeof(name), "vm%u", i);
		snprintf(label, sizeof(label), "%c=%u", "ab"[rnd(2)], rnd(2));
		unit_vm(&vms[i], i, name, t < 4 ? names[t] : NULL, rnd(4) ? label : NULL);
		vms[i].remote = !rnd(3);
		for (uint32_t a = rnd(3); a; a--) {
			struct vfw_nic *nic = &vms[i].nics[0];
			struct vfw_address *addr = &nic->addrs[nic->n_addrs++];
			unsigned int family;

			read_addr(probes[rnd(N_PROBES)], &family, addr->addr);
			addr->family = (uint8_t)family;
			addr->len = family == 6 ? 128 : 32;
			if (!rnd(4) && family == 4) {
				addr->addr[3] = 0;
				addr->len = 24;
			}
		}
	}
}

/* Both sides of edges of cells, all of them where they fit. */
static size_t edge_keys(const struct vfw_compiled *c, uint32_t *keys)
{
	static const uint32_t fixed[] = {
		VFW_KEY(6, 3),	VFW_KEY(17, 65535), VFW_KEY(1, 0x0800),	    VFW_KEY(58, 0x104),
		VFW_KEY(47, 0), VFW_KEY_LAST,	    VFW_KEY(0x100, 0x88cc), 0};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		keys[n++] = fixed[i];
	for (size_t tries = 0; tries < 2000 && n + 2 < N_KEYS_MAX; tries++) {
		uint32_t start = c->cells[rnd(c->counts.n[VFW_TABLE_CELLS])].start;
		bool known = !start;

		for (size_t i = 0; i < n && !known; i++)
			known = keys[i] == start;
		if (known)
			continue;
		keys[n++] = start;
		keys[n++] = start - 1;
	}
	return n;
}

static void describe(char *buf, size_t size, const struct rival_end *e)
{
	static const char *const words[] = {"vm", "host", "unmanaged", "address"};
	char addr[INET6_ADDRSTRLEN] = "";

	if (e->kind == RIVAL_ADDRESS)
		inet_ntop(e->family == 6 ? AF_INET6 : AF_INET, e->addr, addr, sizeof(addr));
	snprintf(buf, size, "%s %s%s of %s", words[e->kind], e->vm ? e->vm->name : "", addr,
		 e->vm && e->vm->tenant ? e->vm->tenant : "-");
}

struct round {
	const char *text;
	const struct vfw_compiled *c;
	struct unit_tables u;
	struct rival_world world;
	struct rival_end ends[N_VMS + N_PROBES + 2];
	uint32_t idents[N_VMS + N_PROBES + 2];
	size_t n_ends;
	uint32_t keys[N_KEYS_MAX];
	size_t n_keys;
	bool *used; /* by line: the rule there decided or counted */
};

static void compare(struct round *r, size_t s, size_t d, uint32_t key, bool *answers)
{
	struct rival_answer want;
	struct vfw_match got;
	char from[128], to[128];
	const struct vfw_rule_origin *origin;

	rival_judge(&r->world, &r->ends[s], &r->ends[d], key, &want);
	vfw_match_lookup(&r->u.t, r->idents[s], r->idents[d], key, VFW_APP_ID_NONE, &got);
	describe(from, sizeof(from), &r->ends[s]);
	describe(to, sizeof(to), &r->ends[d]);
	origin = &r->c->origins[got.rule];
	ck_assert_msg(r->c->rules[got.rule].verdict == want.verdict,
		      "%s -> %s key %#x: verdict %u of %s, expected %u (line %u)\n%s", from, to,
		      key, r->c->rules[got.rule].verdict, origin->label, want.verdict,
		      want.rule ? want.rule->line : 0, r->text);
	ck_assert_msg(origin->line == (want.rule ? want.rule->line : 0) ||
			      (want.by_default && !r->world.policy->stmts.n),
		      "%s -> %s key %#x: line %u, expected %u\n%s", from, to, key, origin->line,
		      want.rule ? want.rule->line : 0, r->text);
	ck_assert_msg(want.by_default == !!(r->c->rules[got.rule].flags & VFW_RULE_F_DEFAULT),
		      "%s -> %s key %#x: default?\n%s", from, to, key, r->text);
	ck_assert_msg(got.n_monitors == want.n_monitors,
		      "%s -> %s key %#x: %u monitors, expected %zu\n%s", from, to, key,
		      got.n_monitors, want.n_monitors, r->text);
	for (size_t i = 0; i < want.n_monitors; i++)
		ck_assert_msg(r->c->origins[got.monitors[i]].line == want.monitors[i]->line,
			      "%s -> %s key %#x: monitor %zu\n%s", from, to, key, i, r->text);
	if (want.rule)
		r->used[want.rule->line] = true;
	for (size_t i = 0; i < want.n_monitors; i++)
		r->used[want.monitors[i]->line] = true;
	*answers |= want.verdict != VFW_BLOCK || want.n_monitors;
}

static void compare_all(struct round *r)
{
	for (size_t s = 0; s < r->n_ends; s++)
		for (size_t d = 0; d < r->n_ends; d++) {
			const struct vfw_pair_cells *pair =
				vfw_match_pair(&r->u.t, r->idents[s], r->idents[d]);
			uint32_t n_cells;
			const struct vfw_cell *cell = vfw_match_cells(&r->u.t, pair, &n_cells);
			bool answers = false;

			for (size_t k = 0; k < r->n_keys; k++)
				compare(r, s, d, r->keys[k], &answers);
			/* the keys may have been a sample: ask on until something answers */
			for (uint32_t k = 0; k < n_cells && !answers; k++)
				compare(r, s, d, cell[k].start, &answers);
			ck_assert_msg(answers == pair->joins, "%zu -> %zu: joined\n%s", s, d,
				      r->text);
		}
}

/* What lint says never comes to its turn never decided and never counted. */
static void compare_lint(const struct round *r)
{
	struct vfw_diags d = {0};
	struct vfw_lint *lint = NULL;

	ck_assert_int_eq(vfw_policy_lint(r->world.policy, r->world.vms, r->world.n_vms, &d, &lint),
			 0);
	for (size_t i = 0; i < lint->n_rules; i++)
		ck_assert_msg(!r->used[lint->rules[i].line], "lint on %s\n%s", lint->rules[i].label,
			      r->text);
	vfw_lint_free(lint);
	vfw_diags_free(&d);
}

static void add_ends(struct round *r, const struct vfw_vm *const *vms)
{
	for (size_t i = 0; i < N_VMS; i++) {
		r->ends[r->n_ends] = (struct rival_end){.kind = RIVAL_VM, .vm = vms[i]};
		ck_assert_mem_eq(r->c->members[i].uuid, vms[i]->uuid, VFW_UUID_LEN);
		r->idents[r->n_ends++] = r->c->members[i].ident;
	}
	r->ends[r->n_ends].kind = RIVAL_HOST;
	r->idents[r->n_ends++] = VFW_ID_HOST;
	r->ends[r->n_ends].kind = RIVAL_UNMANAGED;
	r->idents[r->n_ends++] = VFW_ID_UNMANAGED;
	for (size_t i = 0; i < N_PROBES; i++) {
		unsigned int family;
		uint8_t addr[16];

		read_addr(probes[i], &family, addr);
		rival_who(&r->world, family, addr, &r->ends[r->n_ends]);
		r->idents[r->n_ends++] = family == 6 ? vfw_match_book6(&r->u.t, addr)
						     : vfw_match_book4(&r->u.t, addr);
	}
}

/* One policy against the rival. Returns whether it compiled. */
static bool one_round(void)
{
	struct vfw_vm vms[N_VMS];
	const struct vfw_vm *list[N_VMS];
	struct round *r = calloc(1, sizeof(*r));
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};
	char *text = gen_policy();
	struct vfw_policy *p = unit_parse(text);
	int err;

	gen_vms(vms);
	for (size_t i = 0; i < N_VMS; i++)
		list[i] = &vms[i];
	err = vfw_policy_compile(p, list, N_VMS, &d, &c);
	if (!err) {
		r->text = text;
		r->c = c;
		r->world = (struct rival_world){p, list, N_VMS};
		unit_tables(&r->u, c);
		add_ends(r, list);
		r->n_keys = edge_keys(c, r->keys);
		r->used = calloc(strlen(text) + 2, sizeof(*r->used));
		compare_all(r);
		compare_lint(r);
		free(r->used);
		unit_tables_free(&r->u);
	} else {
		char *said = vfw_diags_format(&d);

		ck_assert_msg(strstr(said, "neither end can be"), "%d %s\n%s", err, said, text);
		free(said);
	}
	vfw_compiled_free(c);
	vfw_diags_free(&d);
	vfw_policy_free(p);
	for (size_t i = 0; i < N_VMS; i++)
		unit_vm_free(&vms[i]);
	free(text);
	free(r);
	return !err;
}

START_TEST(test_rival)
{
	const char *seed = getenv("VFW_TEST_SEED"), *rounds = getenv("VFW_TEST_ROUNDS");
	int n = rounds ? atoi(rounds) : 5, compiled = 0;

	state = (seed ? strtoull(seed, NULL, 0) : 1) * 1000 + (uint64_t)_i;
	for (int i = 0; i < n; i++)
		compiled += one_round();
	ck_assert_msg(compiled > n / 2, "only %d of %d random policies compiled", compiled, n);
}
END_TEST

TCase *policy_random_tests(void)
{
	TCase *tc = tcase_create("rival");

	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, test_rival, 0, 4);
	return tc;
}
