// SPDX-License-Identifier: GPL-2.0
#include "app_scan.h"

#include <errno.h>
#include <hs.h>
#include <stdlib.h>

struct vfw_app_scan {
	const struct vfw_app_list *list;
	hs_database_t *stream, *datagram; /* NULL: no pattern is about it */
	hs_scratch_t *scratch;
};

static unsigned int flags_of(const struct vfw_app_regex *x)
{
	return HS_FLAG_SINGLEMATCH | (x->flags & VFW_APP_F_CASELESS ? HS_FLAG_CASELESS : 0) |
	       (x->flags & VFW_APP_F_DOTALL ? HS_FLAG_DOTALL : 0);
}

/* Is an expression fit to be one of an app? A complaint if not. */
static bool is_fit(const struct vfw_app_list *l, size_t i, struct vfw_diags *d)
{
	const struct vfw_app_regex *x = &l->regex[i];
	hs_compile_error_t *error = NULL;
	hs_expr_info_t *info = NULL;
	const char *wrong = NULL;

	if (hs_expression_info(x->regex, flags_of(x), &info, &error) != HS_SUCCESS) {
		vfw_app_list_complain(l, i, d, error ? error->message : "not understood");
		hs_free_compile_error(error);
		return false;
	}
	if (!info->min_width)
		wrong = "expected an expression that takes at least one byte";
	else if (x->proto == VFW_APP_TCP && info->matches_at_eod)
		wrong = "expected no '$', '\\z' or last '\\b': a stream does not end where a segment does";
	if (wrong)
		vfw_app_list_complain(l, i, d, wrong);
	free(info);
	return !wrong;
}

/* Compiles those of one protocol. */
static int compile(const struct vfw_app_list *l, u8 proto, hs_database_t **db, struct vfw_diags *d)
{
	size_t n = l->tables.n_patterns, k = 0, i;
	const char **text = calloc(n, sizeof(*text));
	unsigned int *flags = calloc(n, sizeof(*flags)), *ids = calloc(n, sizeof(*ids));
	hs_compile_error_t *error = NULL;
	int rc = text && flags && ids ? 0 : -ENOMEM;

	for (i = 0; !rc && i < n; i++) {
		if (l->regex[i].proto != proto)
			continue;
		text[k] = l->regex[i].regex;
		flags[k] = flags_of(&l->regex[i]);
		ids[k++] = (unsigned int)i;
	}
	if (!rc && k &&
	    hs_compile_multi(text, flags, ids, (unsigned int)k, HS_MODE_BLOCK, NULL, db, &error) !=
		    HS_SUCCESS) {
		if (error && error->expression >= 0)
			vfw_app_list_complain(l, ids[error->expression], d, error->message);
		else
			vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL, "%s",
				     error ? error->message : "the patterns were not compiled");
		rc = -EINVAL;
	}
	hs_free_compile_error(error);
	free(text);
	free(flags);
	free(ids);
	return rc;
}

int vfw_app_scan_new(const struct vfw_app_list *l, struct vfw_app_scan **out, struct vfw_diags *d)
{
	struct vfw_app_scan *scan = calloc(1, sizeof(*scan));
	int rc = scan ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < l->tables.n_patterns; i++)
		if (!is_fit(l, i, d) && !rc)
			rc = -EINVAL;
	if (!rc) {
		scan->list = l;
		rc = compile(l, VFW_APP_TCP, &scan->stream, d);
	}
	if (!rc)
		rc = compile(l, VFW_APP_UDP, &scan->datagram, d);
	if (!rc && ((scan->stream && hs_alloc_scratch(scan->stream, &scan->scratch)) ||
		    (scan->datagram && hs_alloc_scratch(scan->datagram, &scan->scratch))))
		rc = -ENOMEM;
	if (rc)
		vfw_app_scan_free(scan);
	else
		*out = scan;
	return rc;
}

void vfw_app_scan_free(struct vfw_app_scan *scan)
{
	if (!scan)
		return;
	hs_free_database(scan->stream);
	hs_free_database(scan->datagram);
	hs_free_scratch(scan->scratch);
	free(scan);
}

struct listener {
	const struct vfw_apps *apps;
	struct vfw_app_state *state;
	u32 side;
};

static int on_hit(unsigned int id, unsigned long long from, unsigned long long to,
		  unsigned int flags, void *ctx)
{
	struct listener *l = ctx;

	(void)from;
	(void)to;
	(void)flags;
	vfw_app_hit(l->state, l->apps, id, l->side);
	return 0;
}

int vfw_app_scan_bytes(struct vfw_app_scan *scan, u8 proto, const u8 *bytes, u32 len, u32 side,
		       struct vfw_app_state *s)
{
	const hs_database_t *db = proto == VFW_APP_TCP ? scan->stream : scan->datagram;
	struct listener l = {&scan->list->tables, s, side};

	if (!db || !len)
		return 0;
	return hs_scan(db, (const char *)bytes, len, 0, scan->scratch, on_hit, &l) == HS_SUCCESS
		       ? 0
		       : -EIO;
}
