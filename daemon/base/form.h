/* SPDX-License-Identifier: GPL-2.0 */
/* Text forms of small things: UUIDs, MACs, digests, times. */
#ifndef VFW_BASE_FORM_H
#define VFW_BASE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFW_FORM_UUID_LEN 37 /* with the final NUL */
#define VFW_FORM_MAC_LEN 18
#define VFW_FORM_TIME_LEN 40

/* Parses 8-4-4-4-12 hexadecimal digits of either case. Returns 0 or -EINVAL (*uuid unchanged). */
int vfw_form_uuid_parse(const char *s, uint8_t uuid[16]);

/* Writes the lower-case form; returns buf. */
char *vfw_form_uuid(const uint8_t uuid[16], char buf[VFW_FORM_UUID_LEN]);

/* Is it all zero, that is, no VM? */
bool vfw_form_uuid_is_null(const uint8_t uuid[16]);

/* Parses six pairs of hexadecimal digits joined by ':' or '-'. Returns 0 or -EINVAL. */
int vfw_form_mac_parse(const char *s, uint8_t mac[6]);

/* Writes the lower-case form with colons; returns buf. */
char *vfw_form_mac(const uint8_t mac[6], char buf[VFW_FORM_MAC_LEN]);

/* Writes n bytes as 2 n hexadecimal digits and a NUL; returns buf. */
char *vfw_form_hex(const uint8_t *bytes, size_t n, char *buf);

/* Parses 2 n hexadecimal digits of either case, and nothing else. Returns 0 or -EINVAL (bytes may have changed). */
int vfw_form_unhex(const char *s, uint8_t *bytes, size_t n);

/*
 * RFC 3339 local time with microseconds and offset, as Suricata writes it, of CLOCK_REALTIME
 * ns. Returns buf.
 */
char *vfw_form_time(uint64_t ns, char buf[VFW_FORM_TIME_LEN]);

/* Printed into fresh memory, NULL when there is none. The caller frees it. */
__attribute__((format(printf, 1, 2))) char *vfw_form_format(const char *fmt, ...);

/*
 * FNV-1a over bytes, to be chained: start with VFW_FORM_HASH_INIT. Not for what an enemy
 * chooses.
 */
#define VFW_FORM_HASH_INIT 0xcbf29ce484222325ULL
uint64_t vfw_form_hash(uint64_t hash, const void *bytes, size_t n);

#endif /* VFW_BASE_FORM_H */
