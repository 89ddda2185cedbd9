// SPDX-License-Identifier: GPL-2.0
#include "compiler.h"

#include "database.h"
#include "request.h"
#include "sandbox.h"

#include <errno.h>
#include <hs.h> /* not <hs/hs.h>, which is the kernel's side in our own tree */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_MAX (64U << 20) /* bytes */
#define MANY 400 /* patterns, from which on a silent one helps */

static const char empty_match[] = "matches nothing at all, that is, everywhere: expected an "
				  "expression that takes at least one byte";

/* One line, cut where it is too long. Not by stdio, which asks more of the kernel than to write. */
__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	vfw_database_write(STDOUT_FILENO, line, (size_t)n);
}

static __attribute__((noreturn)) void answer(const char *word, const char *text)
{
	say("%s%s%s", word, *text ? " " : "", text);
	/* nothing is to be cleaned up: exit handlers are not what the sandbox was made for */
	_exit(!strcmp(word, "ok") ? EXIT_SUCCESS : EXIT_FAILURE);
}

static char *read_request(size_t *n)
{
	size_t room = 1 << 16;
	char *buf = malloc(room);

	for (*n = 0; buf;) {
		ssize_t got;

		if (*n == room) {
			char *bigger = room < REQUEST_MAX ? realloc(buf, room *= 2) : NULL;

			if (!bigger)
				break;
			buf = bigger;
		}
		got = read(STDIN_FILENO, buf + *n, room - *n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if (!got)
			return buf;
		*n += (size_t)got;
	}
	answer("failed", "the request cannot be read");
}

static hs_platform_info_t platform_of(enum vfw_set set)
{
	hs_platform_info_t platform = {.tune = HS_TUNE_FAMILY_GENERIC};

	if (set >= VFW_SET_AVX2)
		platform.cpu_features |= HS_CPU_FEATURES_AVX2;
	if (set >= VFW_SET_AVX512)
		platform.cpu_features |= HS_CPU_FEATURES_AVX512;
	return platform;
}

/* Our flags as Hyperscan's, and the numbers that matches will bear. */
static unsigned int *flags_of(const struct vfw_request_parts *parts)
{
	unsigned int *flags = calloc(parts->n, sizeof(*flags));

	for (uint32_t i = 0; flags && i < parts->n; i++) {
		if (parts->flags[i] & VFW_PATTERN_F_CASELESS)
			flags[i] |= HS_FLAG_CASELESS;
		if (parts->flags[i] & VFW_PATTERN_F_DOTALL)
			flags[i] |= HS_FLAG_DOTALL;
		if (parts->flags[i] & VFW_PATTERN_F_MULTILINE)
			flags[i] |= HS_FLAG_MULTILINE;
		if (parts->flags[i] & VFW_PATTERN_F_ONCE)
			flags[i] |= HS_FLAG_SINGLEMATCH;
		if (parts->flags[i] & VFW_PATTERN_F_PART)
			flags[i] |= HS_FLAG_QUIET;
		if (parts->flags[i] & VFW_PATTERN_F_ALL)
			flags[i] = HS_FLAG_COMBINATION;
	}
	return flags;
}

static void complain(uint32_t index, const char *text)
{
	if (strstr(text, "HS_FLAG_ALLOWEMPTY"))
		text = empty_match;
	say("error %u %s", index, text);
}

/* Says of each pattern by itself what is wrong with it. Returns how many there were. */
static unsigned int complain_of_each(const struct vfw_request_parts *parts,
				     const unsigned int *flags)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < parts->n && n < VFW_COMPILER_ERRORS_MAX; i++) {
		hs_compile_error_t *error = NULL;
		hs_expr_info_t *info = NULL;

		/* its parts are looked at */
		if (parts->flags[i] & VFW_PATTERN_F_ALL)
			continue;
		if (hs_expression_info(parts->regex[i], flags[i], &info, &error)) {
			complain(i, error && error->message ? error->message : "not taken");
			n++;
		} else if (!info->min_width) {
			complain(i, empty_match);
			n++;
		}
		free(info);
		hs_free_compile_error(error);
	}
	return n;
}

static __attribute__((noreturn)) void refuse(const struct vfw_request_parts *parts,
					     const unsigned int *flags,
					     const hs_compile_error_t *error)
{
	if (complain_of_each(parts, flags))
		_exit(EXIT_FAILURE);
	if (error && error->expression >= 0 && (uint32_t)error->expression < parts->n) {
		complain((uint32_t)error->expression, error->message);
		_exit(EXIT_FAILURE);
	}
	answer("failed", error && error->message ? error->message : "Hyperscan gave no reason");
}

/* Those patterns that are of use in a mode, with their flags and numbers. */
struct chosen {
	const char **regex;
	unsigned int *flags, *ids, n;
};

/*
 * Two bytes that are never told of. A database must have a pattern, even where none is of use. And with many literals of three bytes and more
 * Hyperscan looks at every second byte only (findDesiredStride() in its fdr_engine_description.cpp), and then so often takes for one of them
 * what is none that it needs half as long again as with every byte, which a literal of two makes it look at (docs/bench.md).
 */
static void add_silent(struct chosen *c, uint32_t id)
{
	c->regex[c->n] = "\\xf7\\xfd";
	c->flags[c->n] = HS_FLAG_QUIET;
	c->ids[c->n++] = id;
}

static struct chosen choose(const struct vfw_request_parts *parts, const unsigned int *flags,
			    unsigned int mode)
{
	uint32_t useless = mode == HS_MODE_STREAM ? VFW_PATTERN_F_DATAGRAM | VFW_PATTERN_F_ALL
						  : VFW_PATTERN_F_STREAM;
	struct chosen c = {
		.regex = calloc(parts->n + 1, sizeof(*c.regex)),
		.flags = calloc(parts->n + 1, sizeof(*c.flags)),
		.ids = calloc(parts->n + 1, sizeof(*c.ids)),
	};

	if (!c.regex || !c.flags || !c.ids)
		answer("failed", "no memory for the request");
	for (uint32_t i = 0; i < parts->n; i++) {
		if (parts->flags[i] & useless)
			continue;
		c.regex[c.n] = parts->regex[i];
		c.flags[c.n] = flags[i];
		/* of a stream Hyperscan says only when it goes on that all have matched; the module says so itself */
		if (mode == HS_MODE_STREAM)
			c.flags[c.n] &= ~(unsigned int)HS_FLAG_QUIET;
		c.ids[c.n++] = i;
	}
	if (!c.n || c.n >= MANY)
		add_silent(&c, parts->n);
	return c;
}

static void compile(const struct vfw_request_parts *parts, const unsigned int *flags,
		    unsigned int mode, int fd)
{
	struct chosen c = choose(parts, flags, mode);
	hs_platform_info_t platform = platform_of(parts->set);
	hs_compile_error_t *error = NULL;
	hs_database_t *db = NULL;
	char *bytes = NULL;
	size_t n = 0;

	if (hs_compile_multi(c.regex, c.flags, c.ids, c.n, mode, &platform, &db, &error)) {
		if (error && error->expression >= 0 && (unsigned int)error->expression < c.n)
			error->expression = (int)c.ids[error->expression];
		refuse(parts, flags, error);
	}
	free(c.regex);
	free(c.flags);
	free(c.ids);
	if (hs_serialize_database(db, &bytes, &n))
		answer("failed", "no memory to write the database");
	if (n > VFW_DATABASE_MAX || vfw_database_write(fd, bytes, n))
		answer("failed", "the database would be larger than 64 MiB: use fewer patterns");
	free(bytes);
	hs_free_database(db);
}

/* Only our own parent writes these two; zero is what no number is. */
static unsigned long number(const char *text)
{
	return text ? strtoul(text, NULL, 10) : 0;
}

void vfw_compiler_main(const char *seconds, const char *mebibytes)
{
	struct vfw_sandbox limits = {
		.memory = (uint64_t)number(mebibytes) << 20,
		.output = VFW_DATABASE_MAX,
		.cpu_s = (unsigned int)number(seconds),
	};
	struct vfw_request_parts parts;
	unsigned int *flags;
	const char *why;
	char *data;
	size_t n;

	if (!limits.memory || !limits.cpu_s)
		answer("failed", "expected two numbers: vfwd starts this by itself");
	why = vfw_sandbox_enter(&limits, VFW_COMPILER_BLOCK_FD + 1);
	if (why)
		answer("failed", why);
	data = read_request(&n);
	if (vfw_request_decode(data, n, &parts))
		answer("failed", "the request is damaged");
	if (strcmp(parts.version, hs_version()))
		answer("failed", "another libhs was installed since vfwd began: restart vfwd");
	flags = flags_of(&parts);
	if (!flags)
		answer("failed", "no memory for the request");
	compile(&parts, flags, HS_MODE_STREAM, VFW_COMPILER_STREAM_FD);
	compile(&parts, flags, HS_MODE_BLOCK, VFW_COMPILER_BLOCK_FD);
	answer("ok", "");
}

const char *vfw_compiler_version(void)
{
	return hs_version();
}
