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
	uint64_t written; /* number of the last event that is in the file; 0: none */
	uint64_t received; /* ... that came */
	bool known; /* an earlier vfwd noted written */
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
	vfw_mark_reopen(m);
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

/* What an earlier vfwd noted of this load. Returns whether one did. */
static bool read_mark(struct vfw_mark *m)
{
	_cleanup_free_ char *line = NULL;
	size_t n, len = strlen(m->load);

	m->written = 0;
	if (vfw_file_read(AT_FDCWD, m->file, LINE_MAX_LEN, &line, &n) ||
	    strncmp(line, m->load, len) != 0 || line[len] != ' ')
		return false;
	m->written = strtoull(line + len, NULL, 10);
	return true;
}

static int open_mark(struct vfw_mark *m)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW;

	if (m->fd < 0)
		m->fd = open(m->file, flags, 0600);
	if (m->fd < 0 && errno == ENOENT && !vfw_file_mkdirs_above(m->file, 0700))
		m->fd = open(m->file, flags, 0600);
	return m->fd < 0 ? -errno : 0;
}

static int note(struct vfw_mark *m)
{
	char line[LINE_MAX_LEN];
	/* as long each time, so that it replaces what was there */
	int len = snprintf(line, sizeof(line), "%s %020" PRIu64 "\n", m->load, m->received);
	int err = open_mark(m);
	ssize_t n;

	if (!err) {
		n = pwrite(m->fd, line, (size_t)len, 0);
		err = n == len ? 0 : n < 0 ? -errno : -EIO;
	}
	if (err && !m->complained)
		vfw_log_error("%s: %s", m->file, strerror(-err));
	m->complained = err;
	return err;
}

void vfw_mark_module(struct vfw_mark *m, const char *module, const char *boot)
{
	name_load(m, module, boot);
	m->known = m->load[0] && read_mark(m);
	m->received = m->written;
	m->first = true;
	/* a vfwd that is killed before it has written any leaves a mark, too */
	if (m->load[0] && !m->known)
		note(m);
}

uint64_t vfw_mark_received(struct vfw_mark *m, uint64_t first, uint64_t last, uint64_t n)
{
	uint64_t gap = 0;

	if (m->first && m->known && last - m->written > n && first > m->written)
		gap = last - m->written - n;
	m->first = false;
	m->received = last;
	return gap;
}

void vfw_mark_written(struct vfw_mark *m)
{
	if (m->load[0] && m->received != m->written && !note(m))
		m->written = m->received;
}

void vfw_mark_reopen(struct vfw_mark *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}
