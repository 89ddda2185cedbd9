/* SPDX-License-Identifier: GPL-2.0 */
/* Literals of the policy language: numbers, names, addresses, quantities, known words. */
#ifndef VFW_POLICY_LITERAL_H
#define VFW_POLICY_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"

/* Which list of known words. */
enum vfw_words {
	VFW_WORDS_PROTO, /* IP protocols */
	VFW_WORDS_ICMP, /* types */
	VFW_WORDS_ICMP6,
	VFW_WORDS_ETHER,
};

/* Units a quantity may have. */
enum vfw_unit {
	VFW_UNIT_BITS, /* 200mbit: bit/s */
	VFW_UNIT_RATE, /* 50k/s */
	VFW_UNIT_COUNT, /* 10k */
	VFW_UNIT_SIZE, /* 1mb: bytes */
};

/* Is s a name: 1 to 63 of A-Z a-z 0-9 _ -, a letter or _ first? */
bool vfw_literal_name(const char *s);

/* Reads a decimal or 0x number of at most max. False: it is none, or greater. */
bool vfw_literal_number(const char *s, uint32_t max, uint32_t *out);

/* Reads a number or a range first-last with first <= last <= max. */
bool vfw_literal_range(const char *s, uint32_t max, uint32_t *first, uint32_t *last);

/* Reads a UUID, 8-4-4-4-12 hex digits of either case. */
bool vfw_literal_uuid(const char *s, uint8_t uuid[VFW_UUID_LEN]);

/*
 * Reads an address with or without prefix length. Returns NULL and fills
 * family, len and addr of *p, else a static sentence that says what is wrong.
 */
const char *vfw_literal_prefix(const char *s, struct vfw_prefix *p);

/* Reads a quantity; *value is in the unit's base. False: it is none, or does not fit 63 bits. */
bool vfw_literal_quantity(const char *s, enum vfw_unit unit, uint64_t *value);

/* Returns the number a known word stands for, -1 if it is none. */
int vfw_literal_word(enum vfw_words words, const char *s);

/* Returns the word for a number, NULL if it has none. Static. */
const char *vfw_literal_word_of(enum vfw_words words, uint32_t number);

/* May s stand without quotes: is it an atom? */
bool vfw_literal_atom(const char *s);

/* Does a whole string match a pattern of '*' and '?'? Time grows with both lengths' product at most. */
bool vfw_literal_pattern(const char *pattern, const char *s);

/* Is it UTF-8 (RFC 3629) without control characters? */
bool vfw_literal_utf8(const char *s, size_t len);

#endif /* VFW_POLICY_LITERAL_H */
