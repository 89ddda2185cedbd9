// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a file of patterns: reading ends, refuses with a word, and what it took is what
 * stands in the text and comes back out of a request. Any bytes as a request: taken apart or
 * refused.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/sig/pattern.h"
#include "../../daemon/sig/request.h"

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

	must(!vfw_request_encode(p, VFW_SET_AVX2, "v", &r), "no memory");
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
	said = vfw_diags_format(&d);
	free(said);
	vfw_diags_free(&d);
	vfw_patterns_free(p);
	return 0;
}
