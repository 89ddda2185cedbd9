// SPDX-License-Identifier: GPL-2.0
/*
 * Who connects is root, but root's programs have faults too: nothing a client does
 * may block the daemon or take its memory. Lines are bounded by the protocol, all
 * input together by INPUT_MAX, connections by number, an observer's backlog by
 * BACKLOG_MAX; a client that does not read its answers is not read from either.
 */
#include "server.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../base/log.h"
#include "filter.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <vfw/ctl_proto.h>

#define CONNECTIONS_MAX 64
#define INPUT_MAX (256U << 20) /* bytes of unfinished lines, of all connections */
#define BACKLOG_MAX (1U << 20) /* bytes an observer may be behind */
#define READ_SIZE 65536

struct buffer {
	char *data;
	size_t start, end, room;
};

struct connection {
	struct vfw_server *srv;
	struct connection *next;
	int fd;
	sd_event_source *source;
	char who[64];
	struct buffer in, out;
	size_t searched; /* bytes of in that hold no newline */
	struct vfw_filter *observe; /* NULL: no observer */
	bool waiting; /* the next line in in waits for vfw_server_resume() */
	bool closing; /* once out is written */
	bool broken; /* to be dropped when the loop comes to it: a verb of its own may be running */
};

struct vfw_server {
	sd_event *event;
	sd_event_source *source;
	char *path;
	int fd;
	const struct vfw_verb_entry *verbs;
	struct vfw_state *state;
	struct connection *connections;
	size_t n_connections;
	size_t input; /* bytes in all in buffers */
};

static int buffer_room(struct buffer *b, size_t n)
{
	char *bigger;
	size_t room;

	if (b->start == b->end)
		b->start = b->end = 0;
	if (b->room - b->end >= n)
		return 0;
	if (b->start) {
		memmove(b->data, b->data + b->start, b->end - b->start);
		b->end -= b->start;
		b->start = 0;
		if (b->room - b->end >= n)
			return 0;
	}
	room = (b->end + n) * 3 / 2;
	bigger = realloc(b->data, room);
	if (!bigger)
		return -ENOMEM;
	b->data = bigger;
	b->room = room;
	return 0;
}

static size_t buffer_n(const struct buffer *b)
{
	return b->end - b->start;
}

static void buffer_clear(struct buffer *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

static void drop(struct connection *c)
{
	struct connection **at = &c->srv->connections;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->srv->n_connections--;
	c->srv->input -= buffer_n(&c->in);
	sd_event_source_disable_unref(c->source);
	close(c->fd);
	buffer_clear(&c->in);
	buffer_clear(&c->out);
	vfw_filter_free(c->observe);
	free(c);
}

/*
 * Writes what the client takes. Returns 0, or a negative errno when the connection is of no use
 * any more.
 */
static int write_out(struct connection *c)
{
	while (buffer_n(&c->out)) {
		ssize_t n = send(c->fd, c->out.data + c->out.start, buffer_n(&c->out),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return -errno;
		c->out.start += (size_t)n;
	}
	if (!buffer_n(&c->out)) {
		if (c->closing)
			return -ESHUTDOWN;
		buffer_clear(&c->out);
	}
	/* who waits for an answer is not read from; that it went away is heard all the same */
	if (!buffer_n(&c->out))
		return sd_event_source_set_io_events(c->source, c->waiting ? 0 : EPOLLIN);
	/* who does not read answers is not read from; an observer is, unless it is being closed */
	return sd_event_source_set_io_events(
		c->source, EPOLLOUT | (c->observe && !c->closing && !c->waiting ? EPOLLIN : 0));
}

static int put(struct connection *c, const char *data, size_t n)
{
	if (buffer_room(&c->out, n))
		return -ENOMEM;
	memcpy(c->out.data + c->out.end, data, n);
	c->out.end += n;
	return 0;
}

static int handle_line(struct connection *c, const char *line, size_t n)
{
	struct vfw_call call = {.state = c->srv->state, .who = c->who};
	_cleanup_free_ char *answer = NULL;
	size_t out_n = 0;
	int err = 0;

	answer = vfw_rpc_line(c->srv->verbs, &call, line, n, &out_n);
	c->waiting = call.later;
	if (answer)
		err = put(c, answer, out_n);
	if (call.observe) {
		vfw_filter_free(c->observe);
		c->observe = call.observe;
	}
	return err;
}

static int fail_and_close(struct connection *c, const char *what)
{
	_cleanup_free_ char *line = vfw_form_format(
		"{\"jsonrpc\":\"2.0\",\"error\":{\"code\":%d,\"message\":\"%s\"},\"id\":null}\n",
		VFW_RPC_REQUEST, what);

	c->closing = true;
	return line ? put(c, line, strlen(line)) : -ENOMEM;
}

/* Handles the whole lines that are there, as long as their answers are taken. */
static int handle_input(struct connection *c)
{
	int err = 0;

	while (!err && !c->closing && !c->waiting && buffer_n(&c->out) <= BACKLOG_MAX) {
		char *from = c->in.data + c->in.start;
		size_t n = buffer_n(&c->in);
		char *newline =
			n > c->searched ? memchr(from + c->searched, '\n', n - c->searched) : NULL;
		size_t line;

		if (!newline) {
			c->searched = n;
			break;
		}
		line = (size_t)(newline - from);
		err = handle_line(c, from, line);
		if (c->waiting)
			break;
		c->in.start += line + 1;
		c->srv->input -= line + 1;
		c->searched = 0;
		if (!err)
			err = write_out(c);
	}
	if (!err && !c->closing && c->searched > VFW_CTL_LINE_MAX)
		err = fail_and_close(c, "expected a line of at most 64 MiB");
	if (!buffer_n(&c->in))
		buffer_clear(&c->in);
	return err;
}

static int read_in(struct connection *c)
{
	ssize_t n;

	if (c->srv->input + READ_SIZE > INPUT_MAX)
		return fail_and_close(c, "too much unfinished input on all connections: try again");
	if (buffer_room(&c->in, READ_SIZE))
		return -ENOMEM;
	n = recv(c->fd, c->in.data + c->in.end, READ_SIZE, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!n)
		return -ESHUTDOWN;
	c->in.end += (size_t)n;
	c->srv->input += (size_t)n;
	return 0;
}

/* Handles and answers what can be; drops the connection when that fails, or err says so. */
static void serve(struct connection *c, int err)
{
	do {
		err = err ?: handle_input(c);
		err = err ?: write_out(c);
	} while (!err && !c->closing && !c->waiting && c->searched < buffer_n(&c->in) &&
		 buffer_n(&c->out) <= BACKLOG_MAX);
	if (err || c->broken)
		drop(c);
}

static int on_connection(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct connection *c = arg;
	int err = 0;

	(void)s, (void)fd;
	if (revents & EPOLLIN && !c->closing && !c->waiting)
		err = read_in(c);
	else if (revents & (EPOLLHUP | EPOLLERR) && !(revents & EPOLLOUT))
		err = -ESHUTDOWN;
	serve(c, err);
	return 0;
}

static int on_listen(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct vfw_server *srv = arg;
	struct ucred peer = {0};
	socklen_t len = sizeof(peer);
	struct connection *c;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)s, (void)revents;
	if (client < 0)
		return 0;
	if (srv->n_connections >= CONNECTIONS_MAX ||
	    getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0) {
		close(client);
		return 0;
	}
	c = calloc(1, sizeof(*c));
	if (!c || sd_event_add_io(srv->event, &c->source, client, EPOLLIN, on_connection, c) < 0) {
		free(c);
		close(client);
		return 0;
	}
	c->srv = srv;
	c->fd = client;
	snprintf(c->who, sizeof(c->who), "uid %u pid %d", peer.uid, (int)peer.pid);
	c->next = srv->connections;
	srv->connections = c;
	srv->n_connections++;
	return 0;
}

/* Does somebody answer at the path? */
static bool is_served(const struct sockaddr_un *addr)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && !connect(fd, (const struct sockaddr *)addr, sizeof(*addr));
}

static int open_socket(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd, err;
	mode_t mask;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	err = vfw_file_mkdirs_above(path, 0755);
	if (err)
		return err;
	if (is_served(&addr))
		return -EADDRINUSE;
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* the mode is right from the first moment */
	mask = umask(0177);
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 16) < 0) {
		err = -errno;
		close(fd);
	}
	umask(mask);
	return err ?: fd;
}

int vfw_server_new(struct vfw_server **out, sd_event *event, const char *path,
		   const struct vfw_verb_entry *verbs)
{
	struct vfw_server *srv = calloc(1, sizeof(*srv));
	int err = -ENOMEM;

	if (!srv)
		return -ENOMEM;
	srv->fd = -1;
	srv->event = sd_event_ref(event);
	srv->verbs = verbs;
	srv->path = strdup(path);
	if (!srv->path)
		goto fail;
	err = srv->fd = open_socket(path);
	if (err >= 0)
		err = sd_event_add_io(event, &srv->source, srv->fd, EPOLLIN, on_listen, srv);
	if (err < 0)
		goto fail;
	*out = srv;
	return 0;

fail:
	vfw_server_free(srv);
	return err;
}

void vfw_server_serve(struct vfw_server *srv, struct vfw_state *state)
{
	srv->state = state;
}

void vfw_server_free(struct vfw_server *srv)
{
	if (!srv)
		return;
	while (srv->connections)
		drop(srv->connections);
	sd_event_source_disable_unref(srv->source);
	if (srv->fd >= 0) {
		close(srv->fd);
		unlink(srv->path);
	}
	free(srv->path);
	sd_event_unref(srv->event);
	free(srv);
}

static void notify(struct connection *c, json_t *event)
{
	static const char dropped[] =
		"{\"jsonrpc\":\"2.0\",\"method\":\"dropped\",\"params\":"
		"{\"message\":\"too slow: more than 1 MiB of events waited\"}}\n";
	json_t *note =
		json_pack("{s:s, s:s, s:O}", "jsonrpc", "2.0", "method", "event", "params", event);
	_cleanup_free_ char *text = note ? json_dumps(note, JSON_COMPACT) : NULL;

	json_decref(note);
	if (!text)
		return;
	if (buffer_n(&c->out) + strlen(text) > BACKLOG_MAX) {
		put(c, dropped, sizeof(dropped) - 1);
		c->closing = true;
		return;
	}
	if (!put(c, text, strlen(text)))
		put(c, "\n", 1);
}

void vfw_server_event(struct vfw_server *srv, json_t *event)
{
	for (struct connection *c = srv->connections; c; c = c->next) {
		if (!c->observe || c->closing || c->broken || !vfw_filter_match(c->observe, event))
			continue;
		notify(c, event);
		if (write_out(c)) {
			c->broken = true;
			shutdown(c->fd, SHUT_RDWR);
		}
	}
}

void vfw_server_resume(struct vfw_server *srv)
{
	struct connection *c, *next;

	/* nothing that runs here drops another connection than its own */
	for (c = srv->connections; c; c = next) {
		next = c->next;
		if (!c->waiting)
			continue;
		c->waiting = false;
		serve(c, 0);
	}
}
