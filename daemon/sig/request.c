// SPDX-License-Identifier: GPL-2.0
#include "request.h"

#include "../policy/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The number rises when a database of the same patterns would be another one. */
static const char format[] = "vfw signatures 3";

static const char *const set_words[__VFW_SET_MAX] = {
	[VFW_SET_SSE42] = "sse42",
	[VFW_SET_AVX2] = "avx2",
	[VFW_SET_AVX512] = "avx512",
};

const char *vfw_set_word(enum vfw_set set)
{
	return set_words[set];
}

int vfw_set_of(const char *word, enum vfw_set *set)
{
	for (int i = 0; i < __VFW_SET_MAX; i++) {
		if (strcmp(word, set_words[i]))
			continue;
		*set = (enum vfw_set)i;
		return 0;
	}
	return -EINVAL;
}

static uint32_t app_flags(const struct vfw_app_regex *x)
{
	return VFW_PATTERN_F_ONCE |
	       (x->proto == VFW_APP_TCP ? VFW_PATTERN_F_STREAM : VFW_PATTERN_F_DATAGRAM) |
	       (x->flags & VFW_APP_F_CASELESS ? VFW_PATTERN_F_CASELESS : 0) |
	       (x->flags & VFW_APP_F_DOTALL ? VFW_PATTERN_F_DOTALL : 0);
}

/* A header of strings, then flags and expression of each pattern; all end with NUL. */
int vfw_request_encode(const struct vfw_patterns *p, const struct vfw_app_list *apps,
		       enum vfw_set set, const char *version, struct vfw_request *r)
{
	uint32_t n_apps = apps ? apps->tables.n_patterns : 0, n = (uint32_t)p->n + n_apps;
	struct vfw_text t = {0};

	vfw_text_bytes(&t, format, sizeof(format));
	vfw_text_bytes(&t, version, strlen(version) + 1);
	vfw_text_bytes(&t, set_words[set], strlen(set_words[set]) + 1);
	vfw_text_bytes(&t, (const char *)&n, sizeof(n));
	for (size_t i = 0; i < p->n; i++) {
		vfw_text_bytes(&t, (const char *)&p->v[i].flags, sizeof(p->v[i].flags));
		vfw_text_bytes(&t, p->v[i].regex, strlen(p->v[i].regex) + 1);
	}
	for (uint32_t i = 0; i < n_apps; i++) {
		uint32_t flags = app_flags(&apps->regex[i]);

		vfw_text_bytes(&t, (const char *)&flags, sizeof(flags));
		vfw_text_bytes(&t, apps->regex[i].regex, strlen(apps->regex[i].regex) + 1);
	}
	if (t.failed) {
		free(t.s);
		return -ENOMEM;
	}
	r->data = t.s;
	r->n = t.len;
	vfw_sha256(r->data, r->n, r->key);
	return 0;
}

/* What is left of a request. */
struct rest {
	const char *at;
	size_t n;
};

static const char *take_string(struct rest *rest)
{
	const char *s = rest->at, *nul = rest->n ? memchr(s, '\0', rest->n) : NULL;

	if (!nul)
		return NULL;
	rest->n -= (size_t)(nul + 1 - s);
	rest->at = nul + 1;
	return s;
}

static bool take_u32(struct rest *rest, uint32_t *value)
{
	if (rest->n < sizeof(*value))
		return false;
	memcpy(value, rest->at, sizeof(*value));
	rest->at += sizeof(*value);
	rest->n -= sizeof(*value);
	return true;
}

int vfw_request_decode(const char *data, size_t n, struct vfw_request_parts *parts)
{
	struct rest rest = {data, n};
	const char *head = take_string(&rest), *set;
	int err = -EINVAL;

	memset(parts, 0, sizeof(*parts));
	parts->version = take_string(&rest);
	set = take_string(&rest);
	if (!head || strcmp(head, format) || !set || vfw_set_of(set, &parts->set) ||
	    !take_u32(&rest, &parts->n) || !parts->n || parts->n > VFW_PATTERNS_MAX)
		return -EINVAL;
	parts->regex = calloc(parts->n, sizeof(*parts->regex));
	parts->flags = calloc(parts->n, sizeof(*parts->flags));
	if (!parts->regex || !parts->flags)
		err = -ENOMEM;
	for (uint32_t i = 0; i < parts->n && parts->regex && parts->flags; i++) {
		if (!take_u32(&rest, &parts->flags[i]))
			break;
		parts->regex[i] = take_string(&rest);
		if (!parts->regex[i])
			break;
		if (i + 1 == parts->n && !rest.n)
			return 0;
	}
	vfw_request_parts_free(parts);
	return err;
}

void vfw_request_parts_free(struct vfw_request_parts *parts)
{
	free(parts->regex);
	free(parts->flags);
	memset(parts, 0, sizeof(*parts));
}
