// SPDX-License-Identifier: GPL-2.0
#include "pattern.h"

#include "../policy/literal.h"
#include "../policy/text.h"
#include "pattern_rules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct vfw_patterns *vfw_patterns_new(void)
{
	return calloc(1, sizeof(struct vfw_patterns));
}

void vfw_patterns_free(struct vfw_patterns *p)
{
	if (!p)
		return;
	vfw_pattern_rules_free(p->rules);
	vfw_texts_free(&p->texts);
	free(p->by_sid);
	free(p->v);
	free(p);
}

static bool read_sid(struct vfw_reader *r, struct vfw_pattern *pattern)
{
	size_t from = r->at;
	uint64_t sid = 0;

	for (; r->at < r->end && r->text[r->at] >= '0' && r->text[r->at] <= '9'; r->at++)
		if (sid <= UINT32_MAX)
			sid = sid * 10 + (uint64_t)(r->text[r->at] - '0');
	if (r->at == from)
		return vfw_reader_wrong(r, from, from,
					"expected the signature's id, a number, or '#'");
	if (!sid || sid > UINT32_MAX)
		return vfw_reader_wrong(r, from, r->at, "expected an id of 1 to 4294967295");
	pattern->sid = (uint32_t)sid;
	if (!vfw_reader_blanks(r))
		return vfw_reader_wrong(r, r->at, r->at, "expected a blank behind the id");
	return true;
}

static size_t slot_of(const struct vfw_patterns *p, const struct vfw_pattern *pattern)
{
	/* the upper half, which all bits of the ids have a part in */
	uint64_t ids = (uint64_t)pattern->gid << 32 | pattern->sid;
	size_t slot = (size_t)(ids * 0x9e3779b97f4a7c15ULL >> 32) & (p->slots - 1);

	for (; p->by_sid[slot]; slot = (slot + 1) & (p->slots - 1)) {
		const struct vfw_pattern *other = &p->v[p->by_sid[slot] - 1];

		if (other->sid == pattern->sid && other->gid == pattern->gid)
			break;
	}
	return slot;
}

/* Twice as many slots as there is room for patterns. */
static int grow(struct vfw_patterns *p)
{
	size_t room = p->room ? 2 * p->room : 64;
	struct vfw_pattern *v = realloc(p->v, room * sizeof(*v));
	uint32_t *slots;

	if (!v)
		return -ENOMEM;
	p->v = v;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(p->by_sid);
	p->by_sid = slots;
	p->slots = 2 * room;
	p->room = room;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].sid)
			p->by_sid[slot_of(p, &p->v[i])] = (uint32_t)i + 1;
	return 0;
}

int vfw_patterns_append(struct vfw_patterns *p, const struct vfw_pattern *pattern, size_t *first)
{
	size_t slot;

	if (p->n == p->room && grow(p))
		return -ENOMEM;
	slot = slot_of(p, pattern);
	if (pattern->sid && p->by_sid[slot]) {
		*first = p->by_sid[slot] - 1;
		return -EEXIST;
	}
	if (p->n == VFW_PATTERNS_MAX)
		return -E2BIG;
	p->v[p->n++] = *pattern;
	if (pattern->sid)
		p->by_sid[slot] = (uint32_t)p->n;
	return 0;
}

/* sid: where its id stands. Returns 0 or -ENOMEM; what is wrong has been said. */
static int keep(struct vfw_patterns *p, struct vfw_reader *r, size_t sid,
		const struct vfw_pattern *pattern)
{
	size_t first = 0;
	int err = vfw_patterns_append(p, pattern, &first);

	if (err == -EEXIST) {
		const struct vfw_loc *loc = &p->v[first].loc;

		vfw_reader_wrong(r, sid, sid + strspn(r->text + sid, "0123456789"),
				 "the id %u is taken by %s:%u", pattern->sid,
				 p->texts.files[loc->file].name, loc->line);
	} else if (err == -E2BIG) {
		if (!r->errors)
			vfw_reader_wrong(r, sid, r->end,
					 "expected at most %d patterns in a profile",
					 VFW_PATTERNS_MAX);
		r->errors++;
	}
	return err == -ENOMEM ? err : 0;
}

/* Returns 0 or -ENOMEM; what is wrong has been said. */
static int read_line(struct vfw_patterns *p, struct vfw_reader *r)
{
	struct vfw_pattern pattern = {.gid = 1, .severity = 3, .category = ""};
	size_t sid = r->at;

	/* the letters are in the order of VFW_PATTERN_F_* */
	if (!read_sid(r, &pattern) || !vfw_reader_regex(r, &pattern.regex, &pattern.loc) ||
	    !vfw_reader_flags(r, "ism", "expected the flags i, s or m, then a blank",
			      &pattern.flags))
		return 0;
	vfw_reader_blanks(r);
	if (r->at < r->end && r->text[r->at] == '"') {
		if (!vfw_reader_message(r, &pattern.message))
			return 0;
		vfw_reader_blanks(r);
	}
	if (!vfw_reader_done(r)) {
		vfw_reader_wrong(r, r->at, r->end,
				 "expected a message in double quotes, or the end of the line");
		return 0;
	}
	return keep(p, r, sid, &pattern);
}

int vfw_patterns_add(struct vfw_patterns *p, const char *name, const char *text, size_t len,
		     struct vfw_diags *d)
{
	struct vfw_source nameless = {.name = (char *)name};
	struct vfw_reader r;
	size_t before = p->n;
	int err;

	if (len > VFW_PATTERN_FILE_MAX) {
		vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL, "expected at most %u MiB",
			     VFW_PATTERN_FILE_MAX >> 20);
		return -EINVAL;
	}
	err = vfw_texts_add(&p->texts, name, text, len);
	if (err)
		return err;
	vfw_reader_begin(&r, &p->texts, d);
	while (!err && vfw_reader_line(&r))
		err = read_line(p, &r);
	if (!err && !r.errors && p->n == before) {
		r.errors++;
		vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL,
			     "expected at least one pattern in this file");
	}
	return err ?: r.errors ? -EINVAL : 0;
}

void vfw_patterns_complain(const struct vfw_patterns *p, size_t index, struct vfw_diags *d,
			   const char *what)
{
	const struct vfw_pattern *pattern = &p->v[index];

	vfw_diag_add(d, VFW_DIAG_ERROR, &p->texts.files[pattern->loc.file], &pattern->loc, "%s",
		     what);
}

int vfw_patterns_digest(const struct vfw_patterns *p, uint8_t digest[VFW_SHA256_LEN])
{
	struct vfw_text t = {0};

	for (size_t i = 0; i < p->n; i++) {
		const struct vfw_pattern *one = &p->v[i];
		const char *message = one->message ?: "";

		vfw_text_printf(&t, "%u %u ", one->sid, one->flags);
		if (one->rule)
			vfw_text_printf(&t, "%u %u %u %s ", one->gid, one->rev, one->severity,
					one->category);
		vfw_text_bytes(&t, one->regex, strlen(one->regex) + 1);
		vfw_text_bytes(&t, message, strlen(message) + 1);
	}
	vfw_text_bytes(&t, "", 0);
	if (vfw_pattern_rules_table(p, &t))
		t.failed = true;
	if (!t.failed)
		vfw_sha256(t.s, t.len, digest);
	free(t.s);
	return t.failed ? -ENOMEM : 0;
}
