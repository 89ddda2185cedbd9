// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "policy_unit.h"

#define TCP(port) VFW_KEY(6, port)
#define UDP(port) VFW_KEY(17, port)

/* Two tenants, one VM of none. */
enum { WEB, APP, DB, LIB, FREE, N_VMS };

struct shop {
	struct vfw_vm vms[N_VMS];
	const struct vfw_vm *list[N_VMS];
	struct vfw_policy *p;
	struct vfw_compiled *c;
	struct unit_tables u;
};

static void shop_begin(struct shop *s, const char *text)
{
	static const struct {
		const char *name, *tenant, *label;
	} vms[N_VMS] = {
		[WEB] = {"web1", "shop", "tier=web"}, [APP] = {"app1", "shop", "tier=app"},
		[DB] = {"legacy-db-1", "shop", NULL}, [LIB] = {"lib1", "lib", "tier=web"},
		[FREE] = {"free", NULL, "tier=web"},
	};

	memset(s, 0, sizeof(*s));
	for (uint8_t i = 0; i < N_VMS; i++) {
		unit_vm(&s->vms[i], i, vms[i].name, vms[i].tenant, vms[i].label);
		s->list[i] = &s->vms[i];
	}
	s->p = unit_parse(text);
	s->c = NULL;
	if (s->p) {
		struct vfw_diags d = {0};
		int err = vfw_policy_compile(s->p, s->list, N_VMS, &d, &s->c);
		char *said = vfw_diags_format(&d);

		ck_assert_msg(!err, "%d\n%s", err, said);
		free(said);
		vfw_diags_free(&d);
	}
	unit_tables(&s->u, s->c);
}

static void shop_end(struct shop *s)
{
	unit_tables_free(&s->u);
	vfw_compiled_free(s->c);
	vfw_policy_free(s->p);
	for (int i = 0; i < N_VMS; i++)
		unit_vm_free(&s->vms[i]);
}

/* What becomes of it, as "verdict label"; static. */
static const char *said_of(const struct shop *s, uint32_t src, uint32_t dst, uint32_t key)
{
	static const char *const words[] = {"pass", "block", "reject", "monitor"};
	static char answer[100];
	struct vfw_match m;

	vfw_match_lookup(&s->u.t, src, dst, key, VFW_APP_ID_NONE, &m);
	snprintf(answer, sizeof(answer), "%s %s", words[s->c->rules[m.rule].verdict],
		 s->c->origins[m.rule].label);
	return answer;
}

#define VM(s, i) ((s)->c->members[i].ident)

#define GROUPS                         \
	"group web = label tier=web\n" \
	"group app = label tier=app\n" \
	"group db = label tier=db or vm \"legacy-db-*\"\n"

START_TEST(test_shop)
{
	struct shop s;

	shop_begin(&s, "tenant shop {\n" GROUPS "cidr office = { 192.0.2.0/24, 2001:db8::/48 }\n"
		       "pass from office to web tcp port { 80, 443 }\n"
		       "pass from web to app tcp port 8080 log \"hello\"\n"
		       "pass from app to db tcp port 5432\n"
		       "reject from web to db log \"web must not reach the database\"\n"
		       "monitor from app to app tcp port 7000-7999\n}\n"
		       "last { pass from any to external udp port 53 }\ndefault block log\n");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, APP), TCP(8080)), "pass shop:2");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, APP), TCP(8081)), "block default");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, APP), UDP(8080)), "block default");
	ck_assert_str_eq(said_of(&s, VM(&s, APP), VM(&s, WEB), TCP(8080)), "block default");
	ck_assert_str_eq(said_of(&s, VM(&s, APP), VM(&s, DB), TCP(5432)), "pass shop:3");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, DB), TCP(5432)), "reject shop:4");
	ck_assert_str_eq(said_of(&s, VM(&s, DB), VFW_ID_EXTERNAL, UDP(53)), "pass last:1");
	ck_assert_str_eq(said_of(&s, VM(&s, DB), VFW_ID_HOST, UDP(53)), "block default");
	ck_assert_str_eq(said_of(&s, VFW_ID_UNMANAGED, VFW_ID_EXTERNAL, UDP(53)), "block default");
	/* a tenant's group holds its own VMs only, whatever their labels */
	ck_assert_str_eq(said_of(&s, VM(&s, LIB), VM(&s, APP), TCP(8080)), "block default");
	ck_assert_str_eq(said_of(&s, VM(&s, FREE), VM(&s, APP), TCP(8080)), "block default");

	ck_assert_uint_eq(s.c->rules[1].flags, VFW_RULE_F_LOG);
	ck_assert_str_eq(s.c->origins[1].message, "hello");
	ck_assert_str_eq(s.c->origins[1].text, "pass from web to app tcp port 8080 log \"hello\"");
	ck_assert_str_eq(s.c->origins[1].tenant, "shop");
	ck_assert_str_eq(s.c->origins[1].file, "test.vfw");
	ck_assert_uint_eq(s.c->origins[1].line, 7);
	ck_assert_str_eq(s.c->ident_names[VM(&s, WEB)], "shop.web");
	ck_assert_str_eq(s.c->ident_names[VM(&s, LIB)], "tenant lib");
	ck_assert_str_eq(s.c->ident_names[VM(&s, FREE)], "no group");
	ck_assert_uint_ne(s.c->ident_means[VM(&s, WEB)], s.c->ident_means[VM(&s, LIB)]);
	ck_assert_uint_ne(s.c->ident_means[VM(&s, LIB)], s.c->ident_means[VM(&s, FREE)]);
	ck_assert_str_eq(s.c->ident_names[VFW_ID_HOST], "host");
	ck_assert_ptr_null(s.c->ident_names[VFW_ID_FIRST - 1]);

	ck_assert(vfw_match_joined(&s.u.t, VM(&s, APP), VM(&s, WEB)));
	ck_assert(vfw_match_joined(&s.u.t, VM(&s, WEB), VM(&s, DB)));
	ck_assert(!vfw_match_joined(&s.u.t, VM(&s, WEB), VM(&s, LIB)));
	ck_assert(!vfw_match_joined(&s.u.t, VM(&s, WEB), VFW_ID_HOST));
	shop_end(&s);
}
END_TEST

START_TEST(test_tenants_need_both)
{
	struct shop s;

	shop_begin(&s, "tenant shop { pass from any to any tcp port 1-4 log\n"
		       "block from tenant shop to tenant lib tcp port 5 }\n"
		       "tenant lib { pass from any to any tcp port { 1, 5 }\n"
		       "reject from any to any tcp port 2 log }\n"
		       "last { pass from any to any tcp port 3 }\n");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, LIB), TCP(1)), "pass shop:1");
	/* the opener's rule is reported, unless only the other's logs */
	ck_assert_str_eq(said_of(&s, VM(&s, LIB), VM(&s, WEB), TCP(1)), "pass shop:1");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, LIB), TCP(2)), "reject lib:2");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, LIB), TCP(3)), "pass last:1");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, LIB), TCP(4)), "block default");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, LIB), TCP(5)), "block shop:2");
	ck_assert_str_eq(said_of(&s, VM(&s, LIB), VM(&s, WEB), TCP(5)), "block default");
	/* who has no tenant has nobody to ask */
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, FREE), TCP(4)), "pass shop:1");
	ck_assert_str_eq(said_of(&s, VM(&s, FREE), VFW_ID_EXTERNAL, TCP(4)), "block default");
	shop_end(&s);
}
END_TEST

START_TEST(test_first_is_final)
{
	struct shop s;

	shop_begin(&s, "tenant shop { pass from any to host }\n"
		       "first { monitor from any to host tcp block from any to host tcp port 22 }\n"
		       "default pass\n");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VFW_ID_HOST, TCP(22)), "block first:2");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VFW_ID_HOST, TCP(23)), "pass shop:1");
	ck_assert_str_eq(said_of(&s, VM(&s, LIB), VFW_ID_HOST, TCP(23)), "pass default");
	shop_end(&s);
}
END_TEST

START_TEST(test_unmanaged)
{
	struct shop s;

	shop_begin(&s, "unmanaged { pass to host udp port 67\npass from external tcp port 9 }\n"
		       "first { pass from any to any tcp port 1 }\ndefault pass\n");
	ck_assert_str_eq(said_of(&s, VFW_ID_UNMANAGED, VFW_ID_HOST, UDP(67)), "pass unmanaged:1");
	ck_assert_str_eq(said_of(&s, VFW_ID_EXTERNAL, VFW_ID_UNMANAGED, TCP(9)),
			 "pass unmanaged:2");
	ck_assert_str_eq(said_of(&s, VFW_ID_UNMANAGED, VFW_ID_EXTERNAL, TCP(1)),
			 "block unmanaged:default");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VFW_ID_UNMANAGED, TCP(1)),
			 "block unmanaged:default");
	ck_assert_str_eq(said_of(&s, VM(&s, WEB), VM(&s, LIB), TCP(2)), "pass default");
	shop_end(&s);

	shop_begin(&s, "default monitor\n");
	ck_assert_str_eq(said_of(&s, VFW_ID_UNMANAGED, VM(&s, WEB), TCP(1)), "pass default");
	ck_assert_uint_eq(s.c->counts.n[VFW_TABLE_RULES], 2);
	ck_assert_uint_eq(s.c->rules[0].verdict, VFW_MONITOR);
	ck_assert_uint_eq(s.c->rules[0].flags, VFW_RULE_F_DEFAULT);
	ck_assert_uint_eq(s.c->counts.n[VFW_TABLE_PAIRS], 0);
	ck_assert(vfw_match_joined(&s.u.t, VM(&s, WEB), VFW_ID_HOST));
	shop_end(&s);
}
END_TEST

static uint32_t book(const struct shop *s, const char *text)
{
	uint8_t addr[16];

	if (strchr(text, ':')) {
		ck_assert_int_eq(inet_pton(AF_INET6, text, addr), 1);
		return vfw_match_book6(&s->u.t, addr);
	}
	ck_assert_int_eq(inet_pton(AF_INET, text, addr), 1);
	return vfw_match_book4(&s->u.t, addr);
}

START_TEST(test_book)
{
	struct shop s;

	shop_begin(&s, "cidr all = 0.0.0.0/0 cidr net = 10.0.0.0/8 cidr same = 10.0.0.0/8\n"
		       "cidr six = ::/0\n"
		       "tenant shop { cidr lab = 10.1.0.0/16 cidr edge = 255.255.255.255 }\n"
		       "tenant lib { cidr lab = 10.1.2.0/24 }\n");
	ck_assert_str_eq(s.c->ident_names[book(&s, "9.255.255.255")], "all");
	ck_assert_str_eq(s.c->ident_names[book(&s, "10.0.0.0")], "net+same");
	ck_assert_str_eq(s.c->ident_names[book(&s, "10.1.0.0")], "net+same+shop.lab");
	/* what lib calls lab takes nothing away from what shop calls lab */
	ck_assert_str_eq(s.c->ident_names[book(&s, "10.1.2.7")], "net+same+shop.lab+lib.lab");
	ck_assert_str_eq(s.c->ident_names[book(&s, "10.255.255.255")], "net+same");
	ck_assert_str_eq(s.c->ident_names[book(&s, "255.255.255.254")], "all");
	ck_assert_str_eq(s.c->ident_names[book(&s, "255.255.255.255")], "all+shop.edge");
	ck_assert_str_eq(s.c->ident_names[book(&s, "::")], "six");
	ck_assert_uint_eq(s.c->counts.n[VFW_TABLE_BOOK6], 1);
	shop_end(&s);
}
END_TEST

/* Ids belong to the text of a rule, not to its place. */
START_TEST(test_ids)
{
	struct shop a, b;

	shop_begin(&a, "tenant shop { pass from any to any tcp port 1\n"
		       "pass from any to any tcp port 2\npass from any to any tcp port 1 }\n");
	shop_begin(&b, "tenant lib { pass from any to any tcp port 1 }\n"
		       "tenant shop { block from any to any udp pass from any to any tcp port 2\n"
		       "# moved\npass from   any to any tcp port { 1 } }\n");
	ck_assert_uint_eq(b.c->rules[3].id, a.c->rules[0].id);
	ck_assert_uint_eq(b.c->rules[2].id, a.c->rules[1].id);
	ck_assert_uint_ne(a.c->rules[0].id, a.c->rules[2].id);
	ck_assert_uint_ne(b.c->rules[0].id, a.c->rules[0].id);
	ck_assert_mem_ne(a.c->digest, b.c->digest, VFW_DIGEST_LEN);
	shop_end(&a);
	shop_begin(&a, "tenant  lib {\n pass from any to any tcp port 1 }\n"
		       "tenant shop { block from any to any udp\npass from any to any tcp port 2\n"
		       "pass from any to any tcp port 1 } # the same but for blanks\n");
	ck_assert_mem_eq(a.c->digest, b.c->digest, VFW_DIGEST_LEN);
	shop_end(&a);
	shop_end(&b);
}
END_TEST

START_TEST(test_guard)
{
	struct shop s;

	shop_begin(&s, "tenant shop {\n" GROUPS "}\ngroup w = label tier=web\n"
		       "guard w { dhcp-server yes }\n"
		       "guard default { ip any router no }\n"
		       "guard shop.web { mac any ip declared dhcp-server no router yes }\n");
	ck_assert_uint_eq(s.c->members[WEB].nic_flags[0],
			  VFW_NIC_F_MAC_ANY | VFW_NIC_F_DHCP_SERVER | VFW_NIC_F_ROUTER);
	ck_assert_uint_eq(s.c->members[WEB].nic_flags[VFW_MAX_NICS - 1],
			  s.c->members[WEB].nic_flags[0]);
	ck_assert_uint_eq(s.c->members[APP].nic_flags[0], VFW_NIC_F_IP_ANY);
	ck_assert_uint_eq(s.c->members[LIB].nic_flags[0], VFW_NIC_F_IP_ANY | VFW_NIC_F_DHCP_SERVER);
	shop_end(&s);
	shop_begin(&s, "default block\n");
	ck_assert_uint_eq(s.c->members[WEB].nic_flags[0], 0);
	shop_end(&s);
}
END_TEST

START_TEST(test_unenforceable)
{
	char *sample = unit_sample();
	struct vfw_policy *p = unit_parse(sample);
	struct vfw_compiled *c = (struct vfw_compiled *)1;
	struct vfw_diags d = {0};

	ck_assert_int_eq(vfw_policy_check(p, &d), 0);
	ck_assert_uint_eq(d.n, 0);
	ck_assert_int_eq(vfw_policy_compile(p, NULL, 0, &d, &c), -EINVAL);
	ck_assert_ptr_eq(c, (struct vfw_compiled *)1);
	/* one limit, one learn */
	ck_assert_uint_eq(d.total[VFW_DIAG_ERROR], 2);
	vfw_diags_free(&d);
	vfw_policy_free(p);
	free(sample);
}
END_TEST

static const char *decided(struct shop *s, uint32_t key, uint32_t app, struct vfw_match *m)
{
	vfw_match_lookup(&s->u.t, s->c->members[WEB].ident, s->c->members[APP].ident, key, app, m);
	return s->c->origins[m->rule].label;
}

START_TEST(test_apps)
{
	uint32_t http = vfw_policy_app_id("http"), ssh = vfw_policy_app_id("ssh");
	uint32_t dns = vfw_policy_app_id("dns");
	struct vfw_match m;
	struct shop s;

	shop_begin(&s, "first {\n"
		       "pass from any to any tcp port 80 app http\n"
		       "monitor from any to any tcp port 80 app ssh\n"
		       "block from any to any app { ssh, dns } until-known block\n"
		       "pass from any to any tcp port 81\n"
		       "reject from any to any tcp port 82 app ssh\n"
		       "}\n");
	ck_assert_str_eq(decided(&s, TCP(80), http, &m), "first:1");
	ck_assert(m.asks && !m.pending);
	ck_assert_uint_eq(m.profile, s.c->counts.n_profiles);
	ck_assert_str_eq(decided(&s, TCP(80), ssh, &m), "first:3");
	ck_assert_uint_eq(m.n_monitors, 1);
	ck_assert_str_eq(decided(&s, TCP(80), VFW_APP_ID_NONE, &m), "default");
	ck_assert_uint_eq(m.n_monitors, 0);
	/* it counts for the rule that may let it pass, and that another one says until-known is noted */
	ck_assert_str_eq(decided(&s, TCP(80), VFW_APP_ID_PENDING, &m), "first:1");
	ck_assert(m.asks && m.pending);
	ck_assert_str_eq(s.c->origins[m.holds - 1].label, "first:3");
	ck_assert_str_eq(decided(&s, TCP(81), VFW_APP_ID_PENDING, &m), "first:4");
	ck_assert(m.pending);
	ck_assert_str_eq(decided(&s, TCP(81), dns, &m), "first:3");
	/* where nothing passes, whatever it is, nothing is asked */
	ck_assert_str_eq(decided(&s, TCP(82), VFW_APP_ID_PENDING, &m), "default");
	ck_assert(!m.asks && !m.pending);
	/* an app has no place in what has no first bytes */
	ck_assert_str_eq(decided(&s, VFW_KEY(1, 0x800), VFW_APP_ID_PENDING, &m), "default");
	ck_assert(!m.asks);
	shop_end(&s);
}
END_TEST

static void refused_apps(const char *rules, const char *why)
{
	char text[1024];
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};
	struct vfw_policy *p;
	int err;

	snprintf(text, sizeof(text),
		 "profile x { signatures { \"x\" } mode prevent }\n"
		 "profile y { signatures { \"y\" } }\nfirst {\n%s}\n",
		 rules);
	p = unit_parse(text);
	err = vfw_policy_compile(p, NULL, 0, &d, &c);
	ck_assert_int_eq(err, why ? -EINVAL : 0);
	if (why)
		ck_assert_msg(strstr(d.v[0].message, why) != NULL, "%s", d.v[0].message);
	vfw_compiled_free(c);
	vfw_diags_free(&d);
	vfw_policy_free(p);
}

START_TEST(test_apps_refused)
{
	refused_apps("pass from any to external sctp app http\n", "expected tcp or udp");
	refused_apps("pass from any to external icmp app http\n", "expected tcp or udp");
	refused_apps("pass from any to external app http inspect x\n"
		     "pass from any to external app ssh\n",
		     "first:1 and first:2 let pass");
	refused_apps("pass from any to external app http inspect x\n"
		     "pass from any to external\n",
		     "first:1 and first:2 let pass");
	refused_apps("pass from any to external app http inspect y\n", "'mode prevent'");
	refused_apps("pass from any to external app http inspect x\n"
		     "block from any to external app ssh\n"
		     "pass from any to external inspect x\n",
		     NULL);
}
END_TEST

/* More monitor rules than a cell may hold: refused, not cut short. */
START_TEST(test_too_many_monitors)
{
	struct vfw_compiled *c = NULL;
	struct vfw_diags d = {0};
	char *text = malloc(100000);
	struct vfw_policy *p;
	size_t n = (size_t)sprintf(text, "first {\n");

	for (int i = 0; i < 1025; i++)
		n += (size_t)sprintf(text + n, "monitor from any to any\n");
	sprintf(text + n, "}\n");
	p = unit_parse(text);
	ck_assert_int_eq(vfw_policy_compile(p, NULL, 0, &d, &c), -EINVAL);
	ck_assert_ptr_nonnull(strstr(d.v[0].message, "larger than the datapath takes"));
	vfw_diags_free(&d);
	vfw_policy_free(p);
	free(text);
}
END_TEST

/* 100,000 rules, 500 identities: the time is bounded (here under sanitizers, on a busy machine). */
START_TEST(test_large)
{
	enum { VMS = 500, RULES = 100000 };
	struct vfw_vm *vms = calloc(VMS, sizeof(*vms));
	const struct vfw_vm **list = calloc(VMS, sizeof(*list));
	struct vfw_compiled *c = NULL;
	struct vfw_policy *p;
	struct unit_tables u;
	struct timespec from, to;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct vfw_match m;

	fprintf(out, "tenant t {\n");
	for (int i = 0; i < VMS; i++) {
		char name[16], label[16];

		snprintf(name, sizeof(name), "vm%d", i);
		snprintf(label, sizeof(label), "n=%d", i);
		unit_vm(&vms[i], (uint8_t)i, name, "t", label);
		vms[i].uuid[0] = (uint8_t)(i >> 8);
		list[i] = &vms[i];
		fprintf(out, "group g%d = label n=%d\n", i, i);
	}
	for (int i = 0; i < RULES; i++)
		fprintf(out, "pass from g%d to %s tcp port %d\n", i % VMS, i % 100 ? "g7" : "any",
			i / VMS + 1);
	fprintf(out, "}\n");
	fclose(out);
	p = unit_parse(text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	c = unit_compile(p, list, VMS);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	unit_tables(&u, c);
	vfw_match_lookup(&u.t, c->members[3].ident, c->members[7].ident, TCP(200), VFW_APP_ID_NONE,
			 &m);
	ck_assert_str_eq(c->origins[m.rule].text, "pass from g3 to g7 tcp port 200");
	vfw_match_lookup(&u.t, c->members[3].ident, c->members[8].ident, TCP(200), VFW_APP_ID_NONE,
			 &m);
	ck_assert_str_eq(c->origins[m.rule].label, "default");
	ck_assert_msg(to.tv_sec - from.tv_sec < 20, "took %ld s", (long)(to.tv_sec - from.tv_sec));
	unit_tables_free(&u);
	vfw_compiled_free(c);
	vfw_policy_free(p);
	for (int i = 0; i < VMS; i++)
		unit_vm_free(&vms[i]);
	free(vms);
	free(list);
	free(text);
}
END_TEST

TCase *policy_compile_tests(void)
{
	TCase *tc = tcase_create("compile");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, test_shop);
	tcase_add_test(tc, test_tenants_need_both);
	tcase_add_test(tc, test_first_is_final);
	tcase_add_test(tc, test_unmanaged);
	tcase_add_test(tc, test_book);
	tcase_add_test(tc, test_ids);
	tcase_add_test(tc, test_guard);
	tcase_add_test(tc, test_unenforceable);
	tcase_add_test(tc, test_apps);
	tcase_add_test(tc, test_apps_refused);
	tcase_add_test(tc, test_too_many_monitors);
	tcase_add_test(tc, test_large);
	return tc;
}
