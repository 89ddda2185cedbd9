/* SPDX-License-Identifier: GPL-2.0 */
/* Running vfwctl inside the test, its output caught. */
#ifndef VFW_TEST_CLI_RUN_H
#define VFW_TEST_CLI_RUN_H

#include <check.h>

/* What one run of vfwctl left. */
struct run {
	char *out, *err;
	int rc;
};

/* Runs a command line, words divided by blanks, against the socket given. */
struct run run_line(const char *socket, const char *line);

/* The same with n words, of any length. */
struct run run_argv(const char *socket, char *const *words, int n);

void run_free(struct run *r);

/* Returns a file's text, at most 256 KiB; the caller frees it. */
char *read_all(const char *path);

/* The test cases of the other files. */
TCase *wire_case(void);
TCase *golden_case(void);

#endif /* VFW_TEST_CLI_RUN_H */
