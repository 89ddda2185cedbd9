/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_STDLIB_H
#define VFW_HS_STDLIB_H

#include <stddef.h>

#include "shim.h"

/* alloc.c takes these as its defaults. */
#define malloc vfw_hs_malloc
#define free vfw_hs_free

#endif
