// SPDX-License-Identifier: GPL-2.0
#include "term.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn)) term_no_memory(void)
{
	fputs("vfwctl: out of memory\n", stderr);
	exit(1);
}

static void term_room(struct vfw_term *t, size_t more)
{
	if (t->len + more + 1 <= t->size)
		return;
	t->size = (t->len + more + 1) * 2;
	t->s = realloc(t->s, t->size);
	if (!t->s)
		term_no_memory();
}

void vfw_term_add(struct vfw_term *t, const char *s)
{
	size_t n = strlen(s);

	term_room(t, n);
	memcpy(t->s + t->len, s, n + 1);
	t->len += n;
}

void vfw_term_addf(struct vfw_term *t, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		term_no_memory();
	vfw_term_add(t, s);
	free(s);
}

char *vfw_term_take(struct vfw_term *t)
{
	char *s;

	term_room(t, 0);
	t->s[t->len] = '\0';
	s = t->s;
	*t = (struct vfw_term){0};
	return s;
}

/* Decodes one character of s into *c. Returns its length, 1 for a byte that is no UTF-8. */
static size_t term_decode(const char *s, uint32_t *c)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : u[0] >= 0xc0 ? 2 : 1;
	size_t i;

	*c = u[0];
	if (n == 1)
		return 1;
	*c = u[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80) {
			*c = u[0];
			return 1;
		}
		*c = *c << 6 | (u[i] & 0x3f);
	}
	return n;
}

/* Controls of ASCII and Latin-1, line separators, and marks that turn or hide text (UAX #9). */
static bool term_unsafe(uint32_t c, size_t n)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (n == 1 && c >= 0x80) ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/* Calls for each piece of s: how it is shown, in at most 8 bytes of buf. Returns the length read. */
static size_t term_show(const char *s, char buf[8], size_t *columns)
{
	uint32_t c;
	size_t n = term_decode(s, &c);

	if (c == '\t') {
		strcpy(buf, " ");
		*columns = 1;
	} else if (term_unsafe(c, n)) {
		*columns = (size_t)snprintf(buf, 8, c < 0x100 ? "\\x%02x" : "\\u%04x",
					    (unsigned int)(c & 0xffff));
	} else {
		memcpy(buf, s, n);
		buf[n] = '\0';
		*columns = 1;
	}
	return n;
}

static void term_print(FILE *f, const char *s, bool lines)
{
	char buf[8];
	size_t columns;

	while (*s) {
		if (lines && (*s == '\n' || *s == '\t')) {
			fputc(*s++, f);
			continue;
		}
		s += term_show(s, buf, &columns);
		fputs(buf, f);
	}
}

void vfw_term_safe(FILE *f, const char *s)
{
	term_print(f, s, false);
}

void vfw_term_safe_lines(FILE *f, const char *s)
{
	term_print(f, s, true);
}

size_t vfw_term_width(const char *s)
{
	size_t width = 0, columns;
	char buf[8];

	while (*s) {
		s += term_show(s, buf, &columns);
		width += columns;
	}
	return width;
}

char *vfw_term_bytes(unsigned long long n, char *buf, size_t size)
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double v = (double)n;
	size_t i = 0;

	while (v >= 1024 && i + 1 < sizeof(unit) / sizeof(*unit)) {
		v /= 1024;
		i++;
	}
	snprintf(buf, size, i ? "%.1f %s" : "%.0f %s", v, unit[i]);
	return buf;
}

#define TERM_WORD_MAX 31

/* Edit distance with swaps of neighbours (optimal string alignment); both at most TERM_WORD_MAX. */
static unsigned int term_distance(const char *a, const char *b)
{
	unsigned int d[TERM_WORD_MAX + 1][TERM_WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b), i, j;

	for (i = 0; i <= la; i++)
		d[i][0] = (unsigned int)i;
	for (j = 0; j <= lb; j++)
		d[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		for (j = 1; j <= lb; j++) {
			unsigned int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[la][lb];
}

const char *vfw_term_nearest(const char *word, const char *const *candidates)
{
	const char *nearest = NULL;
	size_t len = strlen(word);
	unsigned int best;

	if (!len || len > TERM_WORD_MAX)
		return NULL;
	best = len > 3 ? 3 : 2;
	for (; *candidates; candidates++) {
		unsigned int d;

		if (strlen(*candidates) > TERM_WORD_MAX)
			continue;
		/* a beginning of the word is meant more likely than a word of other letters */
		d = !strncmp(*candidates, word, len) ? 1 : term_distance(word, *candidates);
		if (d < best) {
			best = d;
			nearest = *candidates;
		}
	}
	return nearest;
}
