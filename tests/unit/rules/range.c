// SPDX-License-Identifier: GPL-2.0
/* Addresses and ports of a rule's header against what they are meant to hold. */
#include "suite.h"

#include <arpa/inet.h>
#include <string.h>

static bool holds(const struct vfw_ranges *r, vfw_u128 x)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		ck_assert(r->v[i].low <= r->v[i].high);
		if (i)
			ck_assert(r->v[i - 1].high < r->v[i].low);
	}
	for (i = 0; i < r->n; i++)
		if (x >= r->v[i].low && x <= r->v[i].high)
			return true;
	return false;
}

static vfw_u128 number(const char *s, bool *six)
{
	struct in6_addr a6;
	struct in_addr a4;
	vfw_u128 x = 0;
	int i;

	*six = strchr(s, ':');
	if (!*six) {
		ck_assert_int_eq(inet_pton(AF_INET, s, &a4), 1);
		return ntohl(a4.s_addr);
	}
	ck_assert_int_eq(inet_pton(AF_INET6, s, &a6), 1);
	for (i = 0; i < 16; i++)
		x = x << 8 | a6.s6_addr[i];
	return x;
}

/* In, then out, each up to a NULL. */
static const struct {
	const char *text;
	const char *in[4], *out[4];
} addresses[] = {
	{"any", {"1.2.3.4", "fe80::1"}, {NULL}},
	{"10.0.0.0/8", {"10.0.0.0", "10.255.255.255"}, {"9.255.255.255", "11.0.0.0", "::a00:0"}},
	{"10.1.2.3/8", {"10.0.0.0"}, {"11.0.0.0"}},
	{"192.0.2.0/255.255.255.0", {"192.0.2.255"}, {"192.0.3.0"}},
	{"0.0.0.0/0", {"255.255.255.255", "0.0.0.0"}, {"::1"}},
	{"::/0", {"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, {"0.0.0.0"}},
	{"2001:db8::/32", {"2001:db8:ffff::1"}, {"2001:db9::"}},
	{"2001:db8::1/128", {"2001:db8::1"}, {"2001:db8::2"}},
	{"10.0.0.5-10.0.0.7", {"10.0.0.5", "10.0.0.7"}, {"10.0.0.4", "10.0.0.8"}},
	{"!10.0.0.1", {"10.0.0.0", "10.0.0.2", "::1"}, {"10.0.0.1"}},
	{"[10.0.0.0/24,!10.0.0.7]", {"10.0.0.6", "10.0.0.8"}, {"10.0.0.7", "10.0.1.0"}},
	{"![10.0.0.1,10.0.0.2]", {"10.0.0.3"}, {"10.0.0.1", "10.0.0.2"}},
	/* what is negated somewhere is out, whatever stands around it */
	{"[10.0.0.0/8,![10.1.0.0/16,!10.1.1.1]]",
	 {"10.0.0.1"},
	 {"10.1.0.1", "10.1.1.1", "11.0.0.1"}},
	{"[[10.0.0.0/8,!10.1.0.0/16],10.1.1.0/24]", {"10.0.0.1"}, {"10.1.1.1"}},
	{"[[!10.0.0.1],10.0.0.0/24]", {"10.0.0.2"}, {"10.0.0.1", "8.8.8.8"}},
	{"[ 1.1.1.1 , 2.2.2.2 ]", {"1.1.1.1", "2.2.2.2"}, {"3.3.3.3"}},
	{"$HOME_NET", {"192.168.1.1", "172.31.255.255"}, {"172.32.0.0", "8.8.8.8"}},
	{"!$HOME_NET", {"8.8.8.8", "::1"}, {"10.0.0.1"}},
	{"$EXTERNAL_NET", {"8.8.8.8"}, {"10.0.0.1"}},
	{"[$HOME_NET,!10.0.0.0/8,8.8.8.8]", {"8.8.8.8", "192.168.0.1"}, {"10.0.0.1"}},
};

START_TEST(address)
{
	struct vfw_rule_set *set = vfw_rule_set_new();
	struct vfw_rule_text t = {.s = addresses[_i].text, .len = strlen(addresses[_i].text)};
	struct vfw_ranges v4, v6;
	struct vfw_rule_error e;
	bool any, six;
	int i, rc;

	rc = vfw_rule_addresses(&t, &set->vars, &v4, &v6, &any, &e);
	ck_assert_msg(!rc, "%s: %s", t.s, e.text);
	ck_assert_int_eq(any, !strcmp(t.s, "any"));
	for (i = 0; i < 4 && addresses[_i].in[i]; i++) {
		vfw_u128 x = number(addresses[_i].in[i], &six);

		ck_assert_msg(holds(six ? &v6 : &v4, x), "%s lacks %s", t.s, addresses[_i].in[i]);
	}
	for (i = 0; i < 4 && addresses[_i].out[i]; i++) {
		vfw_u128 x = number(addresses[_i].out[i], &six);

		ck_assert_msg(!holds(six ? &v6 : &v4, x), "%s has %s", t.s, addresses[_i].out[i]);
	}
	vfw_ranges_free(&v4);
	vfw_ranges_free(&v6);
	vfw_rule_set_free(set);
}
END_TEST

static const struct {
	const char *text;
	int in[3], out[3]; /* -1 ends */
} ports[] = {
	{"any", {0, 65535, -1}, {-1}},
	{"80", {80, -1}, {79, 81, -1}},
	{"1024:", {1024, 65535, -1}, {1023, -1}},
	{":1024", {0, 1024, -1}, {1025, -1}},
	{"[80,8000:8100,!8080]", {80, 8000, 8100}, {8080, 81, -1}},
	{"!80", {79, 81, 0}, {80, -1}},
	{"![80,443]", {81, 0, -1}, {80, 443, -1}},
	{"$HTTP_PORTS", {80, -1}, {443, -1}},
	{"$SHELLCODE_PORTS", {81, -1}, {80, -1}},
	{"[$FILE_DATA_PORTS,!110]", {80, 143, -1}, {110, -1}},
};

START_TEST(port)
{
	struct vfw_rule_set *set = vfw_rule_set_new();
	struct vfw_rule_text t = {.s = ports[_i].text, .len = strlen(ports[_i].text)};
	struct vfw_ranges r;
	struct vfw_rule_error e;
	bool any;
	int i;

	ck_assert_int_eq(vfw_rule_ports(&t, &set->vars, &r, &any, &e), 0);
	for (i = 0; i < 3 && ports[_i].in[i] >= 0; i++)
		ck_assert_msg(holds(&r, (vfw_u128)ports[_i].in[i]), "%s", t.s);
	for (i = 0; i < 3 && ports[_i].out[i] >= 0; i++)
		ck_assert_msg(!holds(&r, (vfw_u128)ports[_i].out[i]), "%s", t.s);
	vfw_ranges_free(&r);
	vfw_rule_set_free(set);
}
END_TEST

static const char *const wrong[] = {
	"",
	"[]",
	"[1.1.1.1",
	"1.1.1",
	"1.1.1.1/33",
	"::1/129",
	"1.1.1.2-1.1.1.1",
	"1.1.1.1-::1",
	"!any",
	"[1.1.1.1,!1.1.1.1]",
	"!!1.1.1.1",
	"$LOOP",
	"1.1.1.1/255.0.255.0",
	"[1.1.1.1,,2.2.2.2]",
};

START_TEST(refused)
{
	struct vfw_rule_set *set = vfw_rule_set_new();
	struct vfw_rule_text t = {.s = wrong[_i], .len = strlen(wrong[_i])};
	struct vfw_ranges v4, v6;
	struct vfw_rule_error e;
	bool any;

	ck_assert_int_eq(vfw_rule_vars_set(&set->vars, "LOOP", "[1.1.1.1,$LOOP]"), 0);
	ck_assert_msg(vfw_rule_addresses(&t, &set->vars, &v4, &v6, &any, &e) == -EINVAL, "%s", t.s);
	vfw_ranges_free(&v4);
	vfw_ranges_free(&v6);
	vfw_rule_set_free(set);
}
END_TEST

TCase *rules_range_cases(void)
{
	TCase *t = tcase_create("range");

	tcase_add_loop_test(t, address, 0, ARRAY_SIZE(addresses));
	tcase_add_loop_test(t, port, 0, ARRAY_SIZE(ports));
	tcase_add_loop_test(t, refused, 0, ARRAY_SIZE(wrong));
	return t;
}
