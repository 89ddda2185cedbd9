/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_RUNTIME_H
#define VFW_HS_RUNTIME_H

#include "entry.h"

/* The runtime's error numbers that are told apart (hs_common.h of Hyperscan). */
#define VFW_HS_NOMEM (-2)
#define VFW_HS_DB_VERSION (-5)
#define VFW_HS_DB_PLATFORM (-6)
#define VFW_HS_DB_MODE (-7)

/* The chosen set's entries; set once by vfw_hs_init(), constant afterwards. */
extern const struct vfw_hs_entry *vfw_hs_runtime;

#endif
