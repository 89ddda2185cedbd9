/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_PRELUDE_H
#define VFW_HS_PRELUDE_H

/* Included before anything of the runtime: what the kernel's own forced header takes from it. */
#undef noinline

#include <rename.h>

#endif
