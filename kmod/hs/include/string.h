/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_STRING_H
#define VFW_HS_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *mem, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *s);

#endif
