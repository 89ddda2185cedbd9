/* SPDX-License-Identifier: GPL-2.0 */
/* SHA-256 (FIPS 180-4), for digests and stable ids; no secret ever goes through it. */
#ifndef VFW_POLICY_SHA256_H
#define VFW_POLICY_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define VFW_SHA256_LEN 32

/* Computes the digest of len bytes. */
void vfw_sha256(const void *data, size_t len, uint8_t digest[VFW_SHA256_LEN]);

#endif /* VFW_POLICY_SHA256_H */
