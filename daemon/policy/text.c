// SPDX-License-Identifier: GPL-2.0
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vfw_text_bytes(struct vfw_text *t, const char *s, size_t len)
{
	if (t->failed)
		return;
	if (len >= (size_t)-1 / 4 || t->len >= (size_t)-1 / 4) {
		t->failed = true;
		return;
	}
	if (t->len + len + 1 > t->room) {
		size_t room = 2 * (t->len + len + 1) + 64;
		char *grown = realloc(t->s, room);

		if (!grown) {
			t->failed = true;
			return;
		}
		t->s = grown;
		t->room = room;
	}
	if (len)
		memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void vfw_text_str(struct vfw_text *t, const char *s)
{
	vfw_text_bytes(t, s, strlen(s));
}

void vfw_text_printf(struct vfw_text *t, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	vfw_text_bytes(t, buf, (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf) - 1);
}

char *vfw_text_take(struct vfw_text *t)
{
	char *s;

	vfw_text_bytes(t, "", 0);
	s = t->s;
	if (t->failed) {
		free(s);
		s = NULL;
	}
	memset(t, 0, sizeof(*t));
	return s;
}
