// SPDX-License-Identifier: GPL-2.0
#include "rule_scan.h"

#include <errno.h>
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule_regex.h"

struct vfw_rule_scan {
	const struct vfw_rule_set *set;
	hs_database_t *literals;
	hs_database_t **exprs; /* NULL: not yet asked for */
	struct vfw_rule_regex *
		*own; /* our own program: knows where a match ends; NULL: it has not this one */
	bool *broken; /* did not compile */
	bool *exact; /* the database does not only filter */
	bool unfiltered; /* own expressions get no database */
	struct vfw_regex_scratch *own_scratch;
	hs_scratch_t *scratch;
};

static unsigned int expr_flags(const struct vfw_rule_expr *x)
{
	return HS_FLAG_ALLOWEMPTY | (x->flags & VFW_RULE_EXPR_CASELESS ? HS_FLAG_CASELESS : 0) |
	       (x->flags & VFW_RULE_EXPR_DOTALL ? HS_FLAG_DOTALL : 0) |
	       (x->flags & VFW_RULE_EXPR_MULTILINE ? HS_FLAG_MULTILINE : 0);
}

/* extra: HS_FLAG_PREFILTER, or 0 */
static hs_database_t *compile_expr(const struct vfw_rule_expr *x, unsigned int extra, char *why,
				   size_t size)
{
	hs_compile_error_t *error = NULL;
	hs_database_t *db = NULL;

	if (hs_compile(x->regex, expr_flags(x) | extra, HS_MODE_BLOCK, NULL, &db, &error) !=
	    HS_SUCCESS) {
		snprintf(why, size, "%s", error ? error->message : "not compiled");
		hs_free_compile_error(error);
		return NULL;
	}
	return db;
}

bool vfw_rule_scan_takes(void *ctx, const struct vfw_rule_expr *expr, char *why, size_t size)
{
	hs_database_t *db = compile_expr(expr, 0, why, size);
	struct vfw_rule_regex *own = NULL;
	size_t n;

	(void)ctx;
	if (!db) {
		n = strnlen(why, size);
		if (n + 3 < size)
			n += (size_t)snprintf(why + n, size - n, " / ");
		own = vfw_rule_regex_new(expr, why + n, size - n);
	}
	hs_free_database(db);
	vfw_rule_regex_free(own);
	return db || own;
}

static int compile_literals(struct vfw_rule_scan *scan, char *why, size_t size)
{
	const struct vfw_rule_set *set = scan->set;
	size_t n = set->n_literals, i;
	const char **text = calloc(n, sizeof(*text));
	size_t *len = calloc(n, sizeof(*len));
	unsigned int *flags = calloc(n, sizeof(*flags)), *ids = calloc(n, sizeof(*ids));
	hs_compile_error_t *error = NULL;
	int rc = -ENOMEM;

	if (!text || !len || !flags || !ids)
		goto out;
	for (i = 0; i < n; i++) {
		text[i] = (const char *)set->bytes + set->literals[i].data;
		len[i] = set->literals[i].len;
		flags[i] = HS_FLAG_SINGLEMATCH | (set->literals[i].nocase ? HS_FLAG_CASELESS : 0);
		ids[i] = (unsigned int)i;
	}
	rc = hs_compile_lit_multi(text, flags, ids, len, (unsigned int)n, HS_MODE_BLOCK, NULL,
				  &scan->literals, &error) == HS_SUCCESS
		     ? 0
		     : -EINVAL;
out:
	if (rc)
		snprintf(why, size, "%s", error ? error->message : "out of memory");
	hs_free_compile_error(error);
	free(text);
	free(len);
	free(flags);
	free(ids);
	return rc;
}

struct vfw_rule_scan *vfw_rule_scan_new(const struct vfw_rule_set *set, char *why, size_t size)
{
	struct vfw_rule_scan *scan = calloc(1, sizeof(*scan));

	if (!scan) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	scan->set = set;
	scan->exprs = calloc(set->sigs.n_exprs + 1, sizeof(*scan->exprs));
	scan->broken = calloc(set->sigs.n_exprs + 1, sizeof(*scan->broken));
	scan->own = calloc(set->sigs.n_exprs + 1, sizeof(*scan->own));
	scan->exact = calloc(set->sigs.n_exprs + 1, sizeof(*scan->exact));
	scan->own_scratch = malloc(sizeof(*scan->own_scratch));
	if (!scan->exprs || !scan->broken || !scan->exact || !scan->own || !scan->own_scratch) {
		snprintf(why, size, "out of memory");
		goto fail;
	}
	if (set->n_literals && compile_literals(scan, why, size))
		goto fail;
	if (scan->literals && hs_alloc_scratch(scan->literals, &scan->scratch) != HS_SUCCESS) {
		snprintf(why, size, "no scratch space");
		goto fail;
	}
	return scan;
fail:
	vfw_rule_scan_free(scan);
	return NULL;
}

void vfw_rule_scan_unfiltered(struct vfw_rule_scan *scan)
{
	scan->unfiltered = true;
}

void vfw_rule_scan_free(struct vfw_rule_scan *scan)
{
	u32 i;

	if (!scan)
		return;
	for (i = 0; scan->exprs && i < scan->set->sigs.n_exprs; i++)
		hs_free_database(scan->exprs[i]);
	for (i = 0; scan->own && i < scan->set->sigs.n_exprs; i++)
		vfw_rule_regex_free(scan->own[i]);
	free(scan->own);
	free(scan->own_scratch);
	free(scan->exprs);
	free(scan->broken);
	free(scan->exact);
	hs_free_database(scan->literals);
	hs_free_scratch(scan->scratch);
	free(scan);
}

struct listener {
	void (*hit)(void *ctx, uint32_t literal);
	void *ctx;
};

static int on_literal(unsigned int id, unsigned long long from, unsigned long long to,
		      unsigned int flags, void *ctx)
{
	struct listener *l = ctx;

	(void)from;
	(void)to;
	(void)flags;
	l->hit(l->ctx, id);
	return 0;
}

int vfw_rule_scan_literals(struct vfw_rule_scan *scan, const uint8_t *buf, size_t len,
			   void (*hit)(void *ctx, uint32_t literal), void *ctx)
{
	struct listener l = {hit, ctx};

	if (!scan->literals || !len)
		return 0;
	return hs_scan(scan->literals, (const char *)buf, (unsigned int)len, 0, scan->scratch,
		       on_literal, &l) == HS_SUCCESS
		       ? 0
		       : -EIO;
}

struct ends {
	u32 *at;
	u32 n, max;
};

static int on_end(unsigned int id, unsigned long long from, unsigned long long to,
		  unsigned int flags, void *ctx)
{
	struct ends *e = ctx;

	(void)id;
	(void)from;
	(void)flags;
	if (e->n && e->at[e->n - 1] == to)
		return 0;
	/* the last place of all that are tried is the last end there is: the one of what is greedy */
	if (e->n == VFW_SIG_ENDS_MAX)
		e->n--;
	e->at[e->n++] = (u32)to;
	return e->n == e->max && e->max < VFW_SIG_ENDS_MAX;
}

/*
 * Makes what answers for an expression: a database, which may only filter, and our own program, which knows where PCRE's
 * matches end. One of the two may be missing.
 */
static int prepare(struct vfw_rule_scan *scan, u32 expr)
{
	const struct vfw_rule_expr *x = &scan->set->exprs[expr];
	char why[160];

	scan->own[expr] = vfw_rule_regex_new(x, why, sizeof(why));
	scan->exprs[expr] = compile_expr(x, 0, why, sizeof(why));
	scan->exact[expr] = scan->exprs[expr];
	if (!scan->exprs[expr] && !scan->own[expr])
		return -EINVAL;
	if (!scan->exprs[expr] && !scan->unfiltered)
		scan->exprs[expr] = compile_expr(x, HS_FLAG_PREFILTER, why, sizeof(why));
	if (scan->exprs[expr] && hs_alloc_scratch(scan->exprs[expr], &scan->scratch) != HS_SUCCESS)
		return -ENOMEM;
	return 0;
}

static int own_ends(struct vfw_rule_scan *scan, u32 expr, const u8 *buf, u32 len, u32 *ends,
		    u32 max, u32 *budget)
{
	return vfw_regex_ends(&scan->own[expr]->regex, scan->own_scratch, buf, len, ends, max,
			      budget);
}

int vfw_rule_scan_ends(void *ctx, u32 expr, const u8 *buf, u32 len, u32 *ends, u32 max, u32 *budget)
{
	struct vfw_rule_scan *scan = ctx;
	struct ends e = {ends, 0, max};
	u32 own[VFW_SIG_ENDS_MAX];
	hs_error_t rc;
	int n;

	if (scan->broken[expr])
		return -EINVAL;
	if (!scan->exprs[expr] && !scan->own[expr] && prepare(scan, expr)) {
		scan->broken[expr] = true;
		return -EINVAL;
	}
	if (!scan->exprs[expr])
		return own_ends(scan, expr, buf, len, ends, max, budget);
	/* an empty buffer is one as well, and there must be an address */
	rc = hs_scan(scan->exprs[expr], len ? (const char *)buf : "", len, 0, scan->scratch, on_end,
		     &e);
	if (rc != HS_SUCCESS && rc != HS_SCAN_TERMINATED)
		return -EIO;
	if (!e.n || !scan->own[expr])
		return (int)e.n;
	n = own_ends(scan, expr, buf, len, own, max, budget);
	/* our program may have spent its budget: all places are better than none */
	if (n <= 0 && scan->exact[expr])
		return (int)e.n;
	if (n > 0)
		memcpy(ends, own, (size_t)n * sizeof(*ends));
	return n;
}
