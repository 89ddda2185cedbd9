// SPDX-License-Identifier: GPL-2.0
#include "server.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Reads one line into *line, appending it to s->seen. Returns 0 at the end of the stream. */
static int server_line(struct cli_server *s, FILE *f, char **line, size_t *size)
{
	size_t n;

	if (getline(line, size, f) < 0)
		return 0;
	n = s->seen ? strlen(s->seen) : 0;
	s->seen = realloc(s->seen, n + strlen(*line) + 1);
	assert(s->seen);
	strcpy(s->seen + n, *line);
	return 1;
}

static void server_write(int fd, const char *p, size_t n, int byte_by_byte)
{
	while (n) {
		ssize_t sent = send(fd, p, byte_by_byte ? 1 : n, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		p += sent;
		n -= (size_t)sent;
	}
}

/* Sends a step's text with the call's id in it. */
static void server_send(int fd, const struct cli_server_step *step, const char *line)
{
	const char *id = strstr(line, "\"id\":"), *at = strstr(step->send, "@ID@");
	size_t i, before = at ? (size_t)(at - step->send) : strlen(step->send);
	char number[16];

	snprintf(number, sizeof(number), "%d", id ? atoi(id + 5) : 0);
	for (i = 0; i < (step->repeat ? step->repeat : 1); i++) {
		server_write(fd, step->send, before, step->byte_by_byte);
		if (!at)
			continue;
		server_write(fd, number, strlen(number), step->byte_by_byte);
		server_write(fd, at + 4, strlen(at + 4), step->byte_by_byte);
	}
}

static void *server_run(void *arg)
{
	struct cli_server *s = arg;
	int fd = accept(s->fd, NULL, NULL);
	char *line = NULL;
	size_t size = 0, i;
	FILE *f;

	if (fd < 0)
		return NULL;
	f = fdopen(fd, "r");
	assert(f);
	for (i = 0; i < s->steps && server_line(s, f, &line, &size); i++) {
		if (s->step[i].send)
			server_send(fd, &s->step[i], line);
		if (s->step[i].hang_up)
			goto out;
	}
	while (server_line(s, f, &line, &size))
		; /* the client hangs up when it is done */
out:
	free(line);
	fclose(f);
	return NULL;
}

void cli_server_start(struct cli_server *s, const struct cli_server_step *step, size_t steps)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	memset(s, 0, sizeof(*s));
	assert(steps <= CLI_SERVER_STEPS);
	memcpy(s->step, step, steps * sizeof(*step));
	s->steps = steps;
	strcpy(s->dir, "/tmp/vfw-cli-XXXXXX");
	assert(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/sock", s->dir);
	strcpy(addr.sun_path, s->path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert(s->fd >= 0);
	assert(!bind(s->fd, (struct sockaddr *)&addr, sizeof(addr)) && !listen(s->fd, 4));
	assert(!pthread_create(&s->thread, NULL, server_run, s));
}

void cli_server_stop(struct cli_server *s)
{
	shutdown(s->fd, SHUT_RDWR); /* wakes an accept() that nobody came for */
	pthread_join(s->thread, NULL);
	close(s->fd);
	unlink(s->path);
	rmdir(s->dir);
}
