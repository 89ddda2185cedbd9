/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_STDIO_H
#define VFW_HS_STDIO_H

#include <stddef.h>

int snprintf(char *buf, size_t size, const char *fmt, ...);

#endif
