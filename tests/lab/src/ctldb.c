// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctldb.h"

static void die(const char *what, const char *why)
{
	fprintf(stderr, "database: %s: %s\n", what, why);
	exit(1);
}

char *ctl_db_make(char *const *patterns, unsigned int n, unsigned int mode, size_t *len)
{
	hs_platform_info_t platform = {.tune = HS_TUNE_FAMILY_GENERIC};
	unsigned int *flags = calloc(n, sizeof(*flags));
	unsigned int *ids = calloc(n, sizeof(*ids));
	hs_compile_error_t *error = NULL;
	hs_database_t *db = NULL;
	char *bytes = NULL;
	unsigned int i;

	if (!flags || !ids)
		die("memory", strerror(ENOMEM));
	for (i = 0; i < n; i++) {
		flags[i] = HS_FLAG_DOTALL;
		ids[i] = i;
	}
	if (hs_compile_multi((const char *const *)patterns, flags, ids, n, mode, &platform, &db,
			     &error))
		die("compile", error ? error->message : "no reason given");
	if (hs_serialize_database(db, &bytes, len))
		die("serialize", "failed");
	hs_free_database(db);
	free(flags);
	free(ids);
	return bytes;
}

int ctl_db_file(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd))
		die(path, strerror(errno));
	fd = open(path, O_RDONLY);
	if (fd < 0)
		die(path, strerror(errno));
	/* what is open keeps it; the next one is another file */
	unlink(path);
	return fd;
}

int ctl_db_open(const char *path, char *const *patterns, unsigned int n, unsigned int mode)
{
	size_t len;
	char *bytes = ctl_db_make(patterns, n, mode, &len);
	int fd = ctl_db_file(path, bytes, len);

	free(bytes);
	return fd;
}
