// SPDX-License-Identifier: GPL-2.0
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <vfw/ctl_proto.h>

#define CLIENT_CHUNK 65536

struct vfw_client {
	int fd;
	json_int_t id; /* of the last call */
	char *buf; /* what was received and is not yet read */
	size_t len, size;
	size_t seen; /* bytes of buf known to hold no line end */
};

int64_t vfw_client_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Waits until fd is ready. Returns 0, -ETIMEDOUT, -EINTR or another -errno. */
static int client_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t left = -1;
	int rc;

	if (deadline_ms >= 0) {
		left = deadline_ms - vfw_client_now();
		if (left < 0)
			left = 0;
		if (left > INT32_MAX)
			left = INT32_MAX;
	}
	rc = poll(&p, 1, (int)left);
	if (rc < 0)
		return -errno;
	return rc ? 0 : -ETIMEDOUT;
}

static int client_check_peer(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return -errno;
	return peer.uid == 0 || peer.uid == geteuid() ? 0 : -EPERM;
}

int vfw_client_open(const char *path, int timeout_ms, struct vfw_client **client)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct timeval tv = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
	struct vfw_client *c;
	int fd, rc;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* a full backlog blocks connect(), and SO_SNDTIMEO bounds that and every send */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) ||
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		rc = errno == EAGAIN || errno == EINPROGRESS ? -ETIMEDOUT : -errno;
		goto fail;
	}
	rc = client_check_peer(fd);
	if (rc)
		goto fail;
	c = calloc(1, sizeof(*c));
	if (!c) {
		rc = -ENOMEM;
		goto fail;
	}
	c->fd = fd;
	*client = c;
	return 0;
fail:
	close(fd);
	return rc;
}

void vfw_client_close(struct vfw_client *client)
{
	if (!client)
		return;
	close(client->fd);
	free(client->buf);
	free(client);
}

/* Sends all of s, waiting for room until the deadline. */
static int client_send(struct vfw_client *c, const char *s, size_t n, int64_t deadline_ms)
{
	while (n) {
		ssize_t sent = send(c->fd, s, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		int rc;

		if (sent >= 0) {
			s += sent;
			n -= (size_t)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return errno == EPIPE ? -ECONNRESET : -errno;
		rc = client_wait(c->fd, POLLOUT, deadline_ms);
		if (rc && rc != -EINTR)
			return rc;
	}
	return 0;
}

/* Reads more into the buffer: 0, or -errno as vfw_client_next(). */
static int client_fill(struct vfw_client *c, int64_t deadline_ms)
{
	ssize_t n;
	int rc;

	if (c->len > VFW_CTL_LINE_MAX)
		return -EMSGSIZE;
	if (c->size - c->len < CLIENT_CHUNK) {
		size_t size = c->size * 2 + CLIENT_CHUNK;
		char *buf = realloc(c->buf, size);

		if (!buf)
			return -ENOMEM;
		c->buf = buf;
		c->size = size;
	}
	rc = client_wait(c->fd, POLLIN, deadline_ms);
	if (rc)
		return rc;
	n = recv(c->fd, c->buf + c->len, c->size - c->len, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (!n)
		return -ECONNRESET;
	c->len += (size_t)n;
	return 0;
}

int vfw_client_next(struct vfw_client *c, int64_t deadline_ms, json_t **object)
{
	char *end;
	size_t n;
	json_t *j;
	int rc;

	while (!(end = c->len > c->seen ? memchr(c->buf + c->seen, '\n', c->len - c->seen)
					: NULL)) {
		c->seen = c->len;
		rc = client_fill(c, deadline_ms);
		if (rc)
			return rc;
	}
	n = (size_t)(end - c->buf);
	j = json_loadb(c->buf, n, JSON_REJECT_DUPLICATES, NULL);
	c->len -= n + 1;
	memmove(c->buf, end + 1, c->len);
	c->seen = 0;
	if (!json_is_object(j)) {
		json_decref(j);
		return -EPROTO;
	}
	*object = j;
	return 0;
}

/* Whether j answers call id. */
static bool client_answers(const json_t *j, json_int_t id)
{
	const json_t *jid = json_object_get(j, "id");

	/* an error about a line whose id could not be read has a null id */
	if (json_is_null(jid))
		return json_is_object(json_object_get(j, "error"));
	return json_is_integer(jid) && json_integer_value(jid) == id;
}

int vfw_client_call(struct vfw_client *c, const char *method, json_t *params, int timeout_ms,
		    json_t **answer)
{
	int64_t deadline_ms = vfw_client_now() + timeout_ms;
	json_t *call, *j;
	char *line;
	size_t n;
	int rc;

	call = json_pack("{s:s, s:I, s:s, s:o*}", "jsonrpc", "2.0", "id", ++c->id, "method", method,
			 "params", params ? params : json_object());
	line = call ? json_dumps(call, JSON_COMPACT) : NULL;
	json_decref(call);
	if (!line)
		return -ENOMEM;
	n = strlen(line);
	line[n++] = '\n'; /* in place of the final NUL */
	rc = n <= VFW_CTL_LINE_MAX ? client_send(c, line, n, deadline_ms) : -EMSGSIZE;
	free(line);
	if (rc)
		return rc;
	for (;;) {
		rc = vfw_client_next(c, deadline_ms, &j);
		if (rc == -EINTR)
			continue;
		if (rc)
			return rc;
		if (client_answers(j, c->id))
			break;
		/* a notification that came between; anything else is out of step */
		rc = json_object_get(j, "method") ? 0 : -EPROTO;
		json_decref(j);
		if (rc)
			return rc;
	}
	if (!json_object_get(j, "result") && !json_is_object(json_object_get(j, "error"))) {
		json_decref(j);
		return -EPROTO;
	}
	*answer = j;
	return 0;
}
