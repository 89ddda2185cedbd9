/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_SHIM_H
#define VFW_HS_SHIM_H

/* What the runtime calls instead of a C library; heap.c. Included by both sides. */
void *vfw_hs_malloc(__SIZE_TYPE__ size);
void vfw_hs_free(void *mem);
void vfw_hs_assert_failed(const char *expr, const char *file, int line);

#endif
