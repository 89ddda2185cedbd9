// SPDX-License-Identifier: GPL-2.0
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../userspace-cli/cli.h"
#include "../../../userspace-cli/client.h"

#define WORDS_MAX 16

static struct run run_words(const char *socket, char **word, int n)
{
	struct vfw_cli cli = {.in = fopen("/dev/null", "r"), .socket = socket};
	struct run r = {0};
	size_t out_size, err_size;

	cli.out = open_memstream(&r.out, &out_size);
	cli.err = open_memstream(&r.err, &err_size);
	ck_assert(cli.in && cli.out && cli.err);
	r.rc = vfw_cli_run(&cli, n, word);
	vfw_client_close(cli.client);
	fclose(cli.in);
	fclose(cli.out);
	fclose(cli.err);
	return r;
}

/* line: words divided by blanks. */
struct run run_line(const char *socket, const char *line)
{
	char *copy = strdup(line), *save = NULL, *word[WORDS_MAX] = {(char *)"vfwctl"};
	struct run r;
	int n = 1;
	char *w;

	for (w = strtok_r(copy, " ", &save); w && n < WORDS_MAX; w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	r = run_words(socket, word, n);
	free(copy);
	return r;
}

struct run run_argv(const char *socket, char *const *words, int n)
{
	char **word = calloc((size_t)n + 2, sizeof(*word));
	struct run r;

	word[0] = (char *)"vfwctl";
	memcpy(word + 1, words, (size_t)n * sizeof(*word));
	r = run_words(socket, word, n + 1);
	free(word);
	return r;
}

void run_free(struct run *r)
{
	free(r->out);
	free(r->err);
}

char *read_all(const char *path)
{
	char *s = calloc(1, 1 << 18);
	FILE *f = fopen(path, "r");

	ck_assert_msg(f && s, "%s: %s", path, strerror(errno));
	ck_assert_uint_lt(fread(s, 1, (1 << 18) - 1, f), (1 << 18) - 1);
	fclose(f);
	return s;
}
