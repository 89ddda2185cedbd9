// SPDX-License-Identifier: GPL-2.0
#include "rule_range.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16 /* lists and variables within each other */
#define VALUE_MAX 128

enum family { FAMILY_4, FAMILY_6, FAMILY_PORT, FAMILY_COUNT };

/* A value of several families at once; ports use theirs alone. */
struct set {
	struct vfw_ranges of[FAMILY_COUNT];
};

struct reader {
	const struct vfw_rule_vars *vars;
	bool ports;
	struct vfw_rule_error *e;
	const struct vfw_rule_text
		*where; /* a variable's value is complained of where it is used */
	struct set with, without; /* named, and negated */
	bool negates;
};

static const vfw_u128 most[FAMILY_COUNT] = {0xffffffffU, ~(vfw_u128)0, 65535};

int vfw_rule_vars_set(struct vfw_rule_vars *vars, const char *name, const char *value)
{
	char *copy = strdup(value);
	size_t i;

	if (!copy)
		return -ENOMEM;
	for (i = 0; i < vars->n && strcmp(vars->v[i].name, name); i++)
		;
	if (i == vars->n) {
		struct vfw_rule_var *v = realloc(vars->v, (vars->n + 1) * sizeof(*v));

		if (v)
			vars->v = v;
		if (!v || !(v[i].name = strdup(name))) {
			free(copy);
			return -ENOMEM;
		}
		v[i].value = NULL;
		vars->n++;
	}
	free(vars->v[i].value);
	vars->v[i].value = copy;
	return 0;
}

void vfw_rule_vars_free(struct vfw_rule_vars *vars)
{
	size_t i;

	for (i = 0; i < vars->n; i++) {
		free(vars->v[i].name);
		free(vars->v[i].value);
	}
	free(vars->v);
	*vars = (struct vfw_rule_vars){0};
}

void vfw_ranges_free(struct vfw_ranges *r)
{
	free(r->v);
	*r = (struct vfw_ranges){0};
}

static void set_free(struct set *s)
{
	int f;

	for (f = 0; f < FAMILY_COUNT; f++)
		vfw_ranges_free(&s->of[f]);
}

static int append(struct vfw_ranges *r, vfw_u128 low, vfw_u128 high)
{
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 4;
		struct vfw_range *v = realloc(r->v, room * sizeof(*v));

		if (!v)
			return -ENOMEM;
		r->v = v;
		r->room = room;
	}
	r->v[r->n++] = (struct vfw_range){low, high};
	return 0;
}

static int by_low(const void *a, const void *b)
{
	const struct vfw_range *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

static void sort(struct vfw_ranges *r)
{
	size_t i, n = 0;

	if (!r->n)
		return;
	qsort(r->v, r->n, sizeof(*r->v), by_low);
	for (i = 1; i < r->n; i++) {
		struct vfw_range *last = &r->v[n];

		if (r->v[i].low <= last->high || r->v[i].low == last->high + 1) {
			if (r->v[i].high > last->high)
				last->high = r->v[i].high;
		} else {
			r->v[++n] = r->v[i];
		}
	}
	r->n = n + 1;
}

/* a without b; both sorted. */
static int subtract(struct vfw_ranges *a, const struct vfw_ranges *b)
{
	struct vfw_ranges out = {0};
	size_t i, k;
	int rc = 0;

	for (i = 0; !rc && i < a->n; i++) {
		vfw_u128 low = a->v[i].low, high = a->v[i].high;
		bool rest = true;

		for (k = 0; !rc && rest && k < b->n && b->v[k].low <= high; k++) {
			if (b->v[k].high < low)
				continue;
			if (b->v[k].low > low)
				rc = append(&out, low, b->v[k].low - 1);
			rest = b->v[k].high < high;
			low = b->v[k].high + 1;
		}
		if (!rc && rest)
			rc = append(&out, low, high);
	}
	vfw_ranges_free(a);
	*a = out;
	return rc;
}

static int everything(const struct reader *r, struct set *s)
{
	int f, rc = 0;

	for (f = 0; !rc && f < FAMILY_COUNT; f++)
		if ((f == FAMILY_PORT) == r->ports)
			rc = append(&s->of[f], 0, most[f]);
	return rc;
}

static int fail(const struct reader *r, const struct vfw_rule_text *t, const char *what)
{
	return vfw_rule_fail(r->e, r->where ? r->where : t, 0, "'%.*s': %s",
			     (int)(t->len > 60 ? 60 : t->len), t->s, what);
}

static bool address(const char *s, enum family *f, vfw_u128 *x)
{
	struct in6_addr a6;
	struct in_addr a4;
	int i;

	if (inet_pton(AF_INET, s, &a4) == 1) {
		*f = FAMILY_4;
		*x = ntohl(a4.s_addr);
		return true;
	}
	if (inet_pton(AF_INET6, s, &a6) != 1)
		return false;
	*f = FAMILY_6;
	*x = 0;
	for (i = 0; i < 16; i++)
		*x = *x << 8 | a6.s6_addr[i];
	return true;
}

/* Bits of a prefix from "24" or "255.255.255.0". */
static bool prefix(const char *s, enum family f, unsigned int *bits)
{
	struct in_addr mask;
	char *end;
	unsigned long n;

	if (strchr(s, '.') && f == FAMILY_4 && inet_pton(AF_INET, s, &mask) == 1) {
		uint32_t m = ntohl(mask.s_addr);

		*bits = m ? 32 - (unsigned int)__builtin_ctz(m) : 0;
		return m == (*bits ? ~0U << (32 - *bits) : 0);
	}
	n = strtoul(s, &end, 10);
	*bits = (unsigned int)n;
	return *s >= '0' && *s <= '9' && !*end && n <= (f == FAMILY_4 ? 32 : 128);
}

static int read_address(const struct reader *r, const struct vfw_rule_text *t, struct set *s)
{
	char buf[VALUE_MAX], *second;
	enum family f, g;
	vfw_u128 low, high;
	unsigned int bits;

	if (t->len >= sizeof(buf))
		return fail(r, t, "expected an address");
	memcpy(buf, t->s, t->len);
	buf[t->len] = '\0';
	second = strpbrk(buf, "/-");
	if (!second) {
		if (!address(buf, &f, &low))
			return fail(r, t, "expected an address");
		return append(&s->of[f], low, low);
	}
	if (*second == '-') {
		*second++ = '\0';
		while (*second == ' ')
			second++;
		buf[strcspn(buf, " ")] = '\0';
		if (!address(buf, &f, &low) || !address(second, &g, &high) || f != g || low > high)
			return fail(r, t, "expected two addresses, the lower first");
		return append(&s->of[f], low, high);
	}
	*second++ = '\0';
	if (!address(buf, &f, &low) || !prefix(second, f, &bits))
		return fail(r, t, "expected an address and a prefix length");
	high = most[f] >> (f == FAMILY_4 ? bits : 0);
	if (f == FAMILY_6)
		high = bits == 128 ? 0 : most[f] >> bits;
	low &= ~high & most[f];
	return append(&s->of[f], low, low | high);
}

static int read_port(const struct reader *r, const struct vfw_rule_text *t, struct set *s)
{
	const char *colon = memchr(t->s, ':', t->len);
	struct vfw_rule_text low = *t, high = *t;
	struct vfw_rule_error e;
	long long a = 0, b = 65535;

	if (colon) {
		low.len = (size_t)(colon - t->s);
		high.s = colon + 1;
		high.len = t->len - low.len - 1;
		low = vfw_rule_trim(low);
		high = vfw_rule_trim(high);
	}
	if ((!colon || low.len) && vfw_rule_number(&low, 0, 65535, &a, &e))
		return fail(r, t, "expected a port from 0 to 65535");
	if (!colon)
		b = a;
	else if (high.len && vfw_rule_number(&high, 0, 65535, &b, &e))
		return fail(r, t, "expected a port from 0 to 65535");
	if (a > b)
		return fail(r, t, "expected the lower port first");
	return append(&s->of[FAMILY_PORT], (vfw_u128)a, (vfw_u128)b);
}

static int read_item(struct reader *r, struct vfw_rule_text t, unsigned int depth, bool negated);

static int read_list(struct reader *r, struct vfw_rule_text t, unsigned int depth, bool negated)
{
	struct vfw_rule_text item;
	int rc = 0;

	while (!rc && vfw_rule_split(&t, ',', &item)) {
		bool turned = item.len && item.s[0] == '!';

		if (turned) {
			item.s++;
			item.len--;
			item.col++;
			item = vfw_rule_trim(item);
		}
		rc = read_item(r, item, depth + 1, negated != turned);
	}
	return rc;
}

static int read_var(struct reader *r, const struct vfw_rule_text *t, unsigned int depth,
		    bool negated)
{
	const struct vfw_rule_text *where = r->where;
	struct vfw_rule_text value = {.line = t->line, .col = t->col};
	size_t i;
	int rc;

	for (i = 0; i < r->vars->n; i++)
		if (strlen(r->vars->v[i].name) == t->len - 1 &&
		    !memcmp(r->vars->v[i].name, t->s + 1, t->len - 1))
			break;
	if (i == r->vars->n)
		return fail(r, t, "no such variable");
	value.s = r->vars->v[i].value;
	value.len = strlen(value.s);
	if (!where)
		r->where = t;
	rc = read_list(r, value, depth, negated);
	r->where = where;
	return rc;
}

static int read_item(struct reader *r, struct vfw_rule_text t, unsigned int depth, bool negated)
{
	struct set *s = negated ? &r->without : &r->with;

	if (depth > DEPTH_MAX)
		return fail(r, &t, "lists or variables too deep within each other");
	if (!t.len)
		return fail(r, &t, r->ports ? "expected a port" : "expected an address");
	if (t.s[0] == '$')
		return read_var(r, &t, depth, negated);
	if (t.s[0] == '[') {
		if (t.s[t.len - 1] != ']')
			return fail(r, &t, "expected ']' at its end");
		t.s++;
		t.col++;
		t.len -= 2;
		return read_list(r, t, depth, negated);
	}
	if (vfw_rule_is(&t, "any"))
		return everything(r, s);
	return r->ports ? read_port(r, &t, s) : read_address(r, &t, s);
}

/*
 * All that is named anywhere, or all there is if nothing is, without what is negated anywhere, however deep: so Suricata
 * reads lists within lists. What is left is in r->with.
 */
static int read_set(struct reader *r, const struct vfw_rule_text *t)
{
	int f, rc = read_list(r, *t, 0, false);
	size_t named = 0;

	for (f = 0; f < FAMILY_COUNT; f++)
		named += r->with.of[f].n;
	if (!rc && !named)
		rc = everything(r, &r->with);
	for (f = 0; f < FAMILY_COUNT; f++) {
		r->negates |= r->without.of[f].n;
		sort(&r->with.of[f]);
		sort(&r->without.of[f]);
		rc = rc ?: subtract(&r->with.of[f], &r->without.of[f]);
	}
	set_free(&r->without);
	return rc;
}

static bool is_all(const struct vfw_ranges *r, enum family f)
{
	return r->n == 1 && r->v[0].low == 0 && r->v[0].high == most[f];
}

int vfw_rule_addresses(const struct vfw_rule_text *t, const struct vfw_rule_vars *vars,
		       struct vfw_ranges *v4, struct vfw_ranges *v6, bool *any,
		       struct vfw_rule_error *e)
{
	struct reader r = {.vars = vars, .e = e};
	int rc = read_set(&r, t);

	if (!rc && !r.with.of[FAMILY_4].n && !r.with.of[FAMILY_6].n)
		rc = vfw_rule_fail(e, t, 0, "'%.*s' leaves no address",
				   (int)(t->len > 60 ? 60 : t->len), t->s);
	*any = !rc && is_all(&r.with.of[FAMILY_4], FAMILY_4) &&
	       is_all(&r.with.of[FAMILY_6], FAMILY_6);
	*v4 = r.with.of[FAMILY_4];
	v4->negates = r.negates;
	*v6 = r.with.of[FAMILY_6];
	return rc;
}

int vfw_rule_ports(const struct vfw_rule_text *t, const struct vfw_rule_vars *vars,
		   struct vfw_ranges *ports, bool *any, struct vfw_rule_error *e)
{
	struct reader r = {.vars = vars, .e = e, .ports = true};
	int rc = read_set(&r, t);

	if (!rc && !r.with.of[FAMILY_PORT].n)
		rc = vfw_rule_fail(e, t, 0, "'%.*s' leaves no port",
				   (int)(t->len > 60 ? 60 : t->len), t->s);
	*any = !rc && is_all(&r.with.of[FAMILY_PORT], FAMILY_PORT);
	*ports = r.with.of[FAMILY_PORT];
	return rc;
}
