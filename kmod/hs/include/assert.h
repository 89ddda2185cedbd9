/* SPDX-License-Identifier: GPL-2.0 */
#include "config.h"
#include "shim.h"

/* Compiled out in production; where the kernel is instrumented by KASAN a failed one is a BUG. */
#undef assert
#ifdef NDEBUG
#define assert(expr) ((void)0)
#else
#define assert(expr) ((expr) ? (void)0 : vfw_hs_assert_failed(#expr, __FILE__, __LINE__))
#endif
