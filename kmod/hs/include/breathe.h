/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_BREATHE_H
#define VFW_HS_BREATHE_H

/*
 * What database.c does to a whole database (megabytes) is done in pieces, and the FPU section is
 * left between them: see section.c.
 */
void *vfw_hs_memcpy(void *to, const void *from, __SIZE_TYPE__ len);
void *vfw_hs_memset(void *mem, int byte, __SIZE_TYPE__ len);
unsigned int vfw_hs_crc(unsigned int crc, const void *buf, __SIZE_TYPE__ len);

#endif
