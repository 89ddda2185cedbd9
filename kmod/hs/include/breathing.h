/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_BREATHING_H
#define VFW_HS_BREATHING_H

/* Included before database.c, and before nothing else. */
#include "breathe.h"

#define memcpy vfw_hs_memcpy
#define memset vfw_hs_memset
#undef Crc32c_ComputeBuf
#define Crc32c_ComputeBuf vfw_hs_crc

#endif
