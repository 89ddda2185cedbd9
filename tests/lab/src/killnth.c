// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into vfwd: kills it at one of its steps. A step is a message to the kernel, or a file
 * that gets its name. While the file that KILLNTH names exists, its number N counts: the
 * N-th step from then on, 1 being the next, does not happen, for there SIGKILL ends the process.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void step(void)
{
	static int left;
	const char *path = getenv("KILLNTH");
	FILE *f;

	if (!path)
		return;
	f = fopen(path, "re");
	if (!f) {
		left = 0;
		return;
	}
	if (!left && fscanf(f, "%d", &left) != 1)
		left = 0;
	fclose(f);
	if (left > 0 && !--left)
		kill(getpid(), SIGKILL);
}

static bool is_netlink(int fd)
{
	int domain = 0;
	socklen_t n = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) && domain == AF_NETLINK;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	static ssize_t (*next)(int, const struct msghdr *, int);

	if (!next)
		next = (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
	if (is_netlink(fd))
		step();
	return next(fd, msg, flags);
}

int rename(const char *from, const char *to)
{
	static int (*next)(const char *, const char *);

	if (!next)
		next = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
	step();
	return next(from, to);
}
