/* SPDX-License-Identifier: GPL-2.0 */
/* A vfwd that plays back what it is told, for tests of vfwctl. */
#ifndef VFW_TEST_CLI_SERVER_H
#define VFW_TEST_CLI_SERVER_H

#include <pthread.h>
#include <stddef.h>

#define CLI_SERVER_STEPS 16

/* What to do after a line was read: send bytes ("@ID@" is the id of the call), then maybe hang up. */
struct cli_server_step {
	const char *send; /* NULL: nothing */
	size_t repeat; /* how often to send it, 0 is once */
	int hang_up;
	int byte_by_byte;
};

struct cli_server {
	char dir[64];
	char path[96];
	int fd;
	pthread_t thread;
	struct cli_server_step step[CLI_SERVER_STEPS];
	size_t steps;
	char *seen; /* all lines that were received, the caller's to free after the stop */
};

/* Starts a server with the steps given. */
void cli_server_start(struct cli_server *s, const struct cli_server_step *step, size_t steps);

/* Waits until the client is gone and removes the socket. Nobody may have connected. */
void cli_server_stop(struct cli_server *s);

#endif /* VFW_TEST_CLI_SERVER_H */
