// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a file of apps: reading ends, refuses with a word, and what it took are sound tables whose
 * expressions stand in the text where they are said to.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/sig/app.h"

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void look(const struct vfw_app_list *l)
{
	const struct vfw_apps *t = &l->tables;
	uint32_t patterns = 0;

	must(!vfw_apps_check(t), "unsound tables");
	must(t->n_apps > 0 && t->n_patterns >= t->n_apps, "an app without a pattern");
	for (unsigned int i = 0; i < t->n_apps; i++) {
		const struct vfw_app_text *one = &l->text[i];
		const struct vfw_source *file = &l->texts.files[one->loc.file];
		const char *text = file->text + file->lines[one->loc.line - 1];

		must(!strncmp(text + one->loc.col - 1, one->name, strlen(one->name)),
		     "the name does not stand where it is said to");
		patterns += one->patterns;
	}
	must(patterns == t->n_patterns, "patterns of no app");
	for (unsigned int i = 0; i < t->n_patterns; i++) {
		const struct vfw_app_regex *one = &l->regex[i];
		const struct vfw_source *file = &l->texts.files[one->loc.file];
		const char *text = file->text + file->lines[one->loc.line - 1];

		must(*one->regex == '^' && !(one->flags & ~3U), "not what a pattern is");
		must(text[one->loc.col - 1] == '/' &&
			     !strncmp(text + one->loc.col, one->regex, strlen(one->regex)),
		     "the expression does not stand where it is said to");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_app_list *l = vfw_app_list_new();
	struct vfw_diags d = {0};
	char *said;

	must(l != NULL, "no memory");
	if (!vfw_app_list_add(l, "fuzz", (const char *)data, size, &d) &&
	    !vfw_app_list_finish(l, &d))
		look(l);
	else
		must(d.total[VFW_DIAG_ERROR] > 0, "refused without a word");
	said = vfw_diags_format(&d);
	free(said);
	vfw_diags_free(&d);
	vfw_app_list_free(l);
	return 0;
}
