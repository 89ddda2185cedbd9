// SPDX-License-Identifier: GPL-2.0
#include "writer.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define BUFFER_MAX (1U << 20) /* bytes; a fuller buffer is written at once, or takes no more */

struct vfw_writer {
	char *path;
	int fd; /* -1: not open */
	char *buffer;
	size_t n, room;
	uint64_t lost;
	bool complained; /* about the failure that lasts */
};

struct vfw_writer *vfw_writer_new(const char *path)
{
	struct vfw_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->fd = -1;
	w->path = strdup(path);
	if (!w->path) {
		free(w);
		return NULL;
	}
	return w;
}

void vfw_writer_free(struct vfw_writer *w)
{
	if (!w)
		return;
	vfw_writer_flush(w);
	vfw_writer_reopen(w);
	free(w->buffer);
	free(w->path);
	free(w);
}

static int collect(const char *data, size_t n, void *arg)
{
	struct vfw_writer *w = arg;

	if (n > w->room - w->n) {
		size_t room = (w->room ?: 2048) + n;
		char *bigger = realloc(w->buffer, room * 2);

		if (!bigger)
			return -1;
		w->buffer = bigger;
		w->room = room * 2;
	}
	memcpy(w->buffer + w->n, data, n);
	w->n += n;
	return 0;
}

void vfw_writer_put(struct vfw_writer *w, const json_t *object)
{
	size_t before = w->n;

	if (!object || before > BUFFER_MAX ||
	    json_dump_callback(object, collect, w, JSON_COMPACT) || collect("\n", 1, w)) {
		w->n = before;
		w->lost++;
		return;
	}
	if (w->n > BUFFER_MAX)
		vfw_writer_flush(w);
}

static int open_file(struct vfw_writer *w)
{
	if (w->fd >= 0)
		return 0;
	w->fd = open(w->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (w->fd < 0 && errno == ENOENT && !vfw_file_mkdirs_above(w->path, 0750))
		w->fd = open(w->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	return w->fd < 0 ? -errno : 0;
}

/* What was not written, and be it the end of a line, stays in the buffer. */
static int write_buffer(struct vfw_writer *w)
{
	size_t done = 0;
	int err = open_file(w);

	while (!err && done < w->n) {
		ssize_t n = write(w->fd, w->buffer + done, w->n - done);

		if (n < 0 && errno != EINTR)
			err = -errno;
		else if (n > 0)
			done += (size_t)n;
	}
	w->n -= done;
	memmove(w->buffer, w->buffer + done, w->n);
	return err;
}

int vfw_writer_flush(struct vfw_writer *w)
{
	int err;

	if (!w->n)
		return 0;
	err = write_buffer(w);
	if (err) {
		if (!w->complained)
			vfw_log_error("%s: %s", w->path, strerror(-err));
		w->complained = true;
		vfw_writer_reopen(w);
	} else {
		w->complained = false;
	}
	return err;
}

int vfw_writer_sync(struct vfw_writer *w)
{
	int err = vfw_writer_flush(w);

	if (!err && w->fd >= 0 && fsync(w->fd) < 0)
		err = -errno;
	return err;
}

void vfw_writer_reopen(struct vfw_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

uint64_t vfw_writer_lost(const struct vfw_writer *w)
{
	return w->lost;
}
