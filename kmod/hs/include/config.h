/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_CONFIG_H
#define VFW_HS_CONFIG_H

/* What Hyperscan's own configure step would find out: a release build for x86-64, no dumps. */
#define ARCH_64_BIT
#define ARCH_X86_64
#define HAVE_CC_BUILTIN_ASSUME_ALIGNED
#define HAVE_C_X86INTRIN_H
#define HAVE__BUILTIN_CONSTANT_P
#define HS_OPTIMIZE
#define RELEASE_BUILD

#if !defined(CONFIG_KASAN) && !defined(NDEBUG)
#define NDEBUG
#endif

#endif
