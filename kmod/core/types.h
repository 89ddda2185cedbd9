/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core/ needs of its surroundings: fixed-width integers, byte order,
 * memcmp and friends, in the kernel and in user space alike.
 */
#ifndef VFW_CORE_TYPES_H
#define VFW_CORE_TYPES_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

/* Big-endian loads from any alignment. */
static inline u16 vfw_get16(const u8 *p)
{
	return (u16)((u16)p[0] << 8 | p[1]);
}

static inline u32 vfw_get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

#endif /* VFW_CORE_TYPES_H */
