/* SPDX-License-Identifier: GPL-2.0 */
/* Databases for the tests that speak netlink by hand. */
#ifndef CTLDB_H
#define CTLDB_H

#include <stddef.h>

/*
 * Compiles n patterns, pattern i with expression id i, in mode HS_MODE_*, for the smallest instruction
 * set. Returns the serialised bytes, malloc'ed, their number in *len. Exits on a bad pattern.
 */
char *ctl_db_make(char *const *patterns, unsigned int n, unsigned int mode, size_t *len);

/* Writes a file, closes it, and opens it to read. Exits on failure. */
int ctl_db_file(const char *path, const void *bytes, size_t len);

/* Both. */
int ctl_db_open(const char *path, char *const *patterns, unsigned int n, unsigned int mode);

#endif /* CTLDB_H */
