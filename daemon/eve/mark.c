// SPDX-License-Identifier: GPL-2.0
#include "mark.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOAD_MAX 80 /* bytes of what tells one load of the module from another */
#define LINE_MAX_LEN 128 /* bytes of the file: that, and a number */

struct vfw_mark {
	char *file;
	int fd; /* -1: not open */
	char load[LOAD_MAX]; /* empty: not known, nothing is noted */
	uint64_t written; /* number of the last event that is in the file; 0: none, or not known */
	uint64_t received; /* ... that came */
	bool first; /* the next events are the first ones of this load, or of this vfwd */
	bool complained;
};

struct vfw_mark *vfw_mark_new(const char *file)
{
	struct vfw_mark *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->fd = -1;
	m->file = strdup(file);
	if (!m->file) {
		free(m);
		return NULL;
	}
	return m;
}

void vfw_mark_free(struct vfw_mark *m)
{
	if (!m)
		return;
	if (m->fd >= 0)
		close(m->fd);
	free(m->file);
	free(m);
}

/* sysfs gives no number of a folder twice in one boot. */
static void name_load(struct vfw_mark *m, const char *module, const char *boot)
{
	_cleanup_free_ char *id = NULL;
	struct stat st;
	size_t n;

	m->load[0] = '\0';
	if (stat(module, &st) < 0 || vfw_file_read(AT_FDCWD, boot, 64, &id, &n))
		return;
	id[strcspn(id, "\n ")] = '\0';
	if (*id)
		snprintf(m->load, sizeof(m->load), "%.36s/%ju", id, (uintmax_t)st.st_ino);
}

static uint64_t last_written(const struct vfw_mark *m)
{
	_cleanup_free_ char *line = NULL;
	size_t n, len = strlen(m->load);

	if (!len || vfw_file_read(AT_FDCWD, m->file, LINE_MAX_LEN, &line, &n))
		return 0;
	if (strncmp(line, m->load, len) || line[len] != ' ')
		return 0;
	return strtoull(line + len, NULL, 10);
}

void vfw_mark_module(struct vfw_mark *m, const char *module, const char *boot)
{
	name_load(m, module, boot);
	m->written = last_written(m);
	m->received = m->written;
	m->first = true;
}

uint64_t vfw_mark_received(struct vfw_mark *m, uint64_t first, uint64_t last)
{
	bool gap = m->first && m->written && first > m->written + 1;

	m->first = false;
	m->received = last;
	return gap ? first - m->written - 1 : 0;
}

static int note(struct vfw_mark *m)
{
	char line[LINE_MAX_LEN];
	/* as long each time, so that it replaces what was there */
	int len = snprintf(line, sizeof(line), "%s %020" PRIu64 "\n", m->load, m->received);
	ssize_t n;

	if (m->fd < 0)
		m->fd = open(m->file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (m->fd < 0)
		return -errno;
	n = pwrite(m->fd, line, (size_t)len, 0);
	return n == len ? 0 : n < 0 ? -errno : -EIO;
}

void vfw_mark_written(struct vfw_mark *m)
{
	int err;

	if (!m->load[0] || m->received == m->written)
		return;
	err = note(m);
	if (err && !m->complained)
		vfw_log_error("%s: %s", m->file, strerror(-err));
	m->complained = err;
	if (!err)
		m->written = m->received;
}
