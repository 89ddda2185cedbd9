// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a file of patterns: reading ends, refuses with a word, and what it took is what
 * stands in the text and comes back out of a request. Any bytes as a file of rules: what is enforced has an
 * expression that a request takes, and a table that the module would take; what is not is counted. Any bytes as
 * a request, or as a table: taken apart or refused.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/policy/text.h"
#include "../../daemon/sig/pattern.h"
#include "../../daemon/sig/pattern_rules.h"
#include "../../daemon/sig/request.h"
#include "../../daemon/sig/rule_set.h"
#include "../../kmod/core/sig_table.h"

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void request(const struct vfw_patterns *p)
{
	struct vfw_request_parts parts;
	struct vfw_request r;

	must(!vfw_request_encode(p, NULL, VFW_SET_AVX2, "v", &r), "no memory");
	must(!vfw_request_decode(r.data, r.n, &parts), "an own request is refused");
	must(parts.n == p->n, "another number of patterns");
	for (uint32_t i = 0; i < parts.n; i++)
		must(!strcmp(parts.regex[i], p->v[i].regex) && parts.flags[i] == p->v[i].flags,
		     "another pattern");
	vfw_request_parts_free(&parts);
	free(r.data);
}

static void look(const struct vfw_patterns *p)
{
	uint8_t digest[VFW_SHA256_LEN];

	must(p->n > 0, "no pattern, and no word about it");
	for (size_t i = 0; i < p->n; i++) {
		const struct vfw_pattern *one = &p->v[i];
		const struct vfw_source *file = &p->texts.files[one->loc.file];
		const char *text = file->text + file->lines[one->loc.line - 1];

		must(one->sid && *one->regex && !(one->flags & ~7U), "out of bounds");
		must(text[one->loc.col - 1] == '/' &&
			     !strncmp(text + one->loc.col, one->regex, strlen(one->regex)),
		     "the expression does not stand where it is said to");
	}
	must(!vfw_patterns_digest(p, digest), "no memory");
	request(p);
}

static void rules(const uint8_t *data, size_t size)
{
	struct vfw_patterns *p = vfw_patterns_new();
	struct vfw_diags d = {0};
	struct vfw_text t = {0};
	struct vfw_sigs s;
	uint32_t left = 0;

	if (vfw_pattern_rules_add(p, "fuzz.rules", (const char *)data, size, &d)) {
		must(d.total[VFW_DIAG_ERROR] > 0, "rules refused without a word");
	} else {
		must(!vfw_pattern_rules_finish(p, &d), "rules that cannot be had");
		for (int i = 0; i < VFW_PATTERN_LEFT_COUNT; i++)
			left += p->rules->left[i];
		must(p->n == p->rules->n_regex, "a rule without an expression");
		must(p->rules->enforced + left == p->rules->set->counts[VFW_RULE_LOADED] +
							  p->rules->set->counts[VFW_RULE_DEEP] +
							  p->rules->set->counts[VFW_RULE_REFUSED],
		     "a rule that nobody counts");
		must(!vfw_pattern_rules_table(p, &t), "no memory");
		must(!vfw_sig_table_read(t.s, t.len, &s) && s.n_sigs == p->n,
		     "a table that is not taken");
		if (p->n)
			request(p);
		vfw_pattern_rules_warn(p, "fuzz", true, &d);
		vfw_pattern_rules_settle(p);
		if (p->n)
			request(p);
	}
	free(t.s);
	vfw_diags_free(&d);
	vfw_patterns_free(p);
}

/* At an address that a module would have. */
static void table(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	struct vfw_sigs s;

	memcpy(copy, data, size);
	vfw_sig_table_read(copy, size, &s);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_patterns *p = vfw_patterns_new();
	struct vfw_request_parts parts;
	struct vfw_diags d = {0};
	char *said;

	if (!vfw_patterns_add(p, "fuzz", (const char *)data, size, &d))
		look(p);
	else
		must(d.total[VFW_DIAG_ERROR] > 0, "refused without a word");
	if (!vfw_request_decode((const char *)data, size, &parts))
		vfw_request_parts_free(&parts);
	rules(data, size);
	table(data, size);
	said = vfw_diags_format(&d);
	free(said);
	vfw_diags_free(&d);
	vfw_patterns_free(p);
	return 0;
}
