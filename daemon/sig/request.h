/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of the compiler, as bytes: all that a database depends on and
 * nothing else. So the hash of a request is the name of its result in the cache.
 */
#ifndef VFW_SIG_REQUEST_H
#define VFW_SIG_REQUEST_H

#include "app.h"
#include "pattern.h"

#include <stdint.h>

/* Instruction sets, as the module calls them. */
enum vfw_set {
	VFW_SET_SSE42,
	VFW_SET_AVX2,
	VFW_SET_AVX512,
	__VFW_SET_MAX,
};

/* "sse42", "avx2", "avx512". */
const char *vfw_set_word(enum vfw_set set);

/* Returns 0 and *set, or -EINVAL. */
int vfw_set_of(const char *word, enum vfw_set *set);

struct vfw_request {
	char *data;
	size_t n;
	uint8_t key[VFW_SHA256_LEN]; /* SHA-256 of data */
};

/*
 * Encodes what is to be compiled for set by the Hyperscan that calls itself version (the whole
 * text of hs_version()): the patterns, and behind them those of apps, NULL: there are none. Returns 0, or -ENOMEM (*r unchanged); r->data is the caller's.
 */
int vfw_request_encode(const struct vfw_patterns *p, const struct vfw_app_list *apps,
		       enum vfw_set set, const char *version, struct vfw_request *r);

/* A request taken apart; arrays are owned, strings point into the request. */
struct vfw_request_parts {
	const char *version;
	enum vfw_set set;
	const char **regex;
	uint32_t *flags; /* VFW_PATTERN_F_* */
	uint32_t n;
};

/* data must stay. Returns 0, -EINVAL (not a request, or not a whole one), -ENOMEM. */
int vfw_request_decode(const char *data, size_t n, struct vfw_request_parts *parts);

void vfw_request_parts_free(struct vfw_request_parts *parts);

#endif /* VFW_SIG_REQUEST_H */
