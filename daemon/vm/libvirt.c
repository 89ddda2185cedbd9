// SPDX-License-Identifier: GPL-2.0
#include "libvirt.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../libvirt/domain.h"
#include "told.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORD_MAX (VFW_INVENTORY_FILE_MAX + 128) /* bytes, the head included */
#define PAUSE_MIN 1 /* seconds before it is started again */
#define PAUSE_MAX 30
#define CANNOT_RUN 127 /* status of a program that lacks a library */

_Static_assert(VFW_READER_TEXT_MAX == VFW_INVENTORY_FILE_MAX, "what the reader says is taken");

extern char **environ;

struct known {
	uint8_t uuid[VFW_UUID_LEN];
	bool told; /* since the program started */
	bool gone; /* withdrawn; what was told is still kept */
	char process[VFW_TOLD_PROCESS_LEN]; /* as noted beside it */
};

struct vfw_libvirt {
	struct vfw_registry *registry;
	const struct vfw_libvirt_ops *ops;
	void *arg;
	char *program, *uri;
	char *told; /* folder of what was told; NULL: none */
	bool unable; /* the program cannot run: not before somebody asks for it */
	sd_event *event;
	sd_event_source *input, *timer;
	pid_t pid; /* 0: none runs */
	int fd; /* what it says; -1: none */
	unsigned int pause; /* seconds, 0: it ran well */
	char *buf;
	size_t used;
	struct known *known;
	size_t n_known;
};

/* What stands for the domain as a place in the registry; NULL: no memory. */
static char *origin_of(const uint8_t *uuid)
{
	char text[VFW_FORM_UUID_LEN];

	return vfw_form_format("libvirt:%s", vfw_form_uuid(uuid, text));
}

static struct known *find(struct vfw_libvirt *l, const uint8_t *uuid)
{
	for (size_t i = 0; i < l->n_known; i++)
		if (!memcmp(l->known[i].uuid, uuid, VFW_UUID_LEN))
			return &l->known[i];
	return NULL;
}

static void mark(struct vfw_libvirt *l, const uint8_t *uuid, bool told)
{
	struct known *k = find(l, uuid), *bigger;

	if (!k) {
		bigger = realloc(l->known, (l->n_known + 1) * sizeof(*bigger));
		if (!bigger)
			return;
		l->known = bigger;
		k = &bigger[l->n_known++];
		*k = (struct known){0};
		memcpy(k->uuid, uuid, VFW_UUID_LEN);
	}
	k->told = told;
	k->gone = false;
}

static void withdraw(struct vfw_libvirt *l, const uint8_t *uuid)
{
	_cleanup_free_ char *origin = origin_of(uuid);
	struct known *k = find(l, uuid);

	if (origin)
		vfw_registry_withdraw(l->registry, VFW_SOURCE_LIBVIRT, origin);
	if (k)
		k->gone = true;
	l->ops->changed(l->arg);
}

static void process_of(const struct vfw_libvirt *l, const uint8_t *uuid,
		       char now[VFW_TOLD_PROCESS_LEN])
{
	*now = '\0';
	if (l->ops->process)
		l->ops->process(l->arg, uuid, now);
}

void vfw_libvirt_forget(struct vfw_libvirt *l, const struct vfw_registry *r)
{
	for (size_t i = l->n_known; i-- > 0;) {
		struct known *k = &l->known[i];
		_cleanup_free_ char *origin = origin_of(k->uuid);
		char now[VFW_TOLD_PROCESS_LEN], name[VFW_FORM_UUID_LEN];

		if (!origin)
			return;
		vfw_form_uuid(k->uuid, name);
		if (k->gone && !vfw_registry_has(r, VFW_SOURCE_LIBVIRT, origin)) {
			if (l->told)
				vfw_told_drop(l->told, name);
			*k = l->known[--l->n_known];
			continue;
		}
		process_of(l, k->uuid, now);
		if (!l->told || !strcmp(now, k->process))
			continue;
		vfw_told_bind(l->told, name, now);
		memcpy(k->process, now, sizeof(now));
	}
}

/* Returns 0 if the registry has it now, else after a complaint a negative errno: what it had before stays. */
static int report(struct vfw_libvirt *l, const uint8_t *uuid, const char *text, size_t n)
{
	_cleanup_free_ char *origin = origin_of(uuid);
	struct vfw_vm *vm = calloc(1, sizeof(*vm));
	int err = vm && origin ? vfw_inventory_parse(origin, text, n, vm, l->ops->complain, l->arg)
			       : -ENOMEM;

	if (!err && memcmp(vm->uuid, uuid, VFW_UUID_LEN) != 0) {
		l->ops->complain(l->arg, "libvirt: a record speaks of another UUID than its head");
		err = -EINVAL;
	} else if (!err) {
		err = vfw_registry_report(l->registry, VFW_SOURCE_LIBVIRT, origin, vm);
		if (err == -ENOSPC)
			l->ops->complain(l->arg, "libvirt: one VM more than vfw can hold");
	}
	if (vm)
		vfw_inventory_vm_clear(vm);
	free(vm);
	return err;
}

static void take_vm(struct vfw_libvirt *l, const uint8_t *uuid, const char *text, size_t n)
{
	char name[VFW_FORM_UUID_LEN];
	int err;

	/* what it said before stays until it says something that is right */
	mark(l, uuid, true);
	if (report(l, uuid, text, n))
		return;
	err = l->told ? vfw_told_keep(l->told, vfw_form_uuid(uuid, name), text, n) : 0;
	if (err)
		vfw_log_warning("%s: %s: a vfwd that starts anew knows less until libvirt answers",
				l->told, strerror(-err));
	l->ops->changed(l->arg);
}

/* Of the time before: known, but it is for libvirt to say that it still is so. */
static void recall(void *arg, const char *name, const char *text, size_t n, const char *process)
{
	struct vfw_libvirt *l = arg;
	char now[VFW_TOLD_PROCESS_LEN];
	uint8_t uuid[VFW_UUID_LEN];
	struct known *k;

	if (vfw_form_uuid_parse(name, uuid))
		return;
	process_of(l, uuid, now);
	if (*now && strcmp(now, process) != 0) {
		vfw_told_drop(l->told, name);
		return;
	}
	if (report(l, uuid, text, n))
		return;
	mark(l, uuid, false);
	k = find(l, uuid);
	if (k)
		snprintf(k->process, sizeof(k->process), "%s", process);
}

/* Something about one domain: the others go on, and so does what it said before. */
static void take_fault(struct vfw_libvirt *l, const uint8_t *uuid, const char *text, size_t n)
{
	char uuid_text[VFW_FORM_UUID_LEN];
	_cleanup_free_ char *words = vfw_form_format("libvirt: domain %s, %.*s",
						     vfw_form_uuid(uuid, uuid_text), (int)n, text);

	mark(l, uuid, true);
	if (words)
		l->ops->complain(l->arg, words);
}

/* The list is complete: what libvirt does not have any more is gone. */
static void take_all(struct vfw_libvirt *l)
{
	size_t n = 0;

	for (size_t i = l->n_known; i-- > 0;) {
		uint8_t uuid[VFW_UUID_LEN];

		if (l->known[i].told || l->known[i].gone)
			continue;
		memcpy(uuid, l->known[i].uuid, sizeof(uuid));
		withdraw(l, uuid);
	}
	for (size_t i = 0; i < l->n_known; i++)
		n += !l->known[i].gone;
	if (l->event)
		vfw_log_info("libvirt tells of %zu domains", n);
	l->pause = 0;
}

/* Takes the record at the buffer's begin: its length, 0: not whole yet, or -EBADMSG. */
static ssize_t take_record(struct vfw_libvirt *l)
{
	const char *end = memchr(l->buf, '\n', l->used);
	char head[64], kind[8], uuid_text[VFW_FORM_UUID_LEN];
	uint8_t uuid[VFW_UUID_LEN];
	size_t n = end ? (size_t)(end - l->buf) : l->used, length;
	bool fault;
	int at = 0;

	if (n >= sizeof(head))
		return -EBADMSG;
	if (!end)
		return 0;
	memcpy(head, l->buf, n);
	head[n] = '\0';
	n++;
	if (!strcmp(head, "all")) {
		take_all(l);
		return (ssize_t)n;
	}
	if (sscanf(head, "gone %36s%n", uuid_text, &at) == 1 && !head[at] &&
	    !vfw_form_uuid_parse(uuid_text, uuid)) {
		withdraw(l, uuid);
		return (ssize_t)n;
	}
	if (sscanf(head, "%7s %36s %7zu%n", kind, uuid_text, &length, &at) != 3 || head[at] ||
	    vfw_form_uuid_parse(uuid_text, uuid))
		return -EBADMSG;
	fault = !strcmp(kind, "fault");
	if ((!fault && strcmp(kind, "vm") != 0) ||
	    length > (fault ? VFW_READER_FAULT_MAX : VFW_READER_TEXT_MAX))
		return -EBADMSG;
	if (l->used - n < length)
		return 0;
	if (fault)
		take_fault(l, uuid, l->buf + n, length);
	else
		take_vm(l, uuid, l->buf + n, length);
	return (ssize_t)(n + length);
}

int vfw_libvirt_input(struct vfw_libvirt *l, const char *bytes, size_t n)
{
	ssize_t taken;

	while (n) {
		size_t room = RECORD_MAX - l->used, some = n < room ? n : room;

		memcpy(l->buf + l->used, bytes, some);
		l->used += some;
		bytes += some;
		n -= some;
		while (l->used && (taken = take_record(l)) != 0) {
			if (taken < 0)
				return (int)taken;
			l->used -= (size_t)taken;
			memmove(l->buf, l->buf + taken, l->used);
		}
		if (!some)
			return -EBADMSG;
	}
	return 0;
}

/* Ends what runs; what it said stays. Returns whether it could not run at all. */
static bool stop(struct vfw_libvirt *l)
{
	int status = 0;

	l->input = sd_event_source_disable_unref(l->input);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	if (l->pid > 0) {
		/* one that has ended keeps the status it ended with */
		kill(l->pid, SIGKILL);
		waitpid(l->pid, &status, 0);
	}
	l->pid = 0;
	l->used = 0;
	for (size_t i = 0; i < l->n_known; i++)
		l->known[i].told = false;
	return WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_RUN;
}

static void again_later(struct vfw_libvirt *l)
{
	uint64_t now;

	l->pause = l->pause ? l->pause * 2 : PAUSE_MIN;
	if (l->pause > PAUSE_MAX)
		l->pause = PAUSE_MAX;
	if (sd_event_now(l->event, CLOCK_MONOTONIC, &now) < 0)
		return;
	sd_event_source_set_time(l->timer, now + l->pause * 1000000ULL);
	sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT);
}

/* Trying again would say the same again. */
static void give_up(struct vfw_libvirt *l, const char *why)
{
	_cleanup_free_ char *words = vfw_form_format(
		"libvirt is not asked: %s cannot run, %s; tried again when vfwd is reloaded",
		l->program, why);

	l->unable = true;
	l->pause = 0;
	if (words)
		l->ops->complain(l->arg, words);
}

static int on_input(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct vfw_libvirt *l = arg;
	char bytes[16384];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)s, (void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n > 0 && !vfw_libvirt_input(l, bytes, (size_t)n))
		return 0;
	if (n > 0)
		vfw_log_error("%s does not speak as it should", l->program);
	if (stop(l))
		give_up(l, "a library that it needs is not there, what it is was said before");
	else
		again_later(l);
	return 0;
}

static int start(struct vfw_libvirt *l)
{
	char again[] = "again", *argv[] = {l->program, l->uri, l->pause ? again : NULL, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	err = -posix_spawn(&l->pid, l->program, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	close(fds[1]);
	if (err) {
		l->pid = 0;
		close(fds[0]);
		return err;
	}
	l->fd = fds[0];
	fcntl(l->fd, F_SETFL, O_NONBLOCK);
	err = sd_event_add_io(l->event, &l->input, l->fd, EPOLLIN, on_input, l);
	if (err < 0)
		stop(l);
	return err < 0 ? err : 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct vfw_libvirt *l = arg;
	int err = start(l);

	(void)s, (void)usec;

	if (err == -EMFILE || err == -ENFILE || err == -EAGAIN || err == -ENOMEM)
		again_later(l);
	else if (err)
		give_up(l, strerror(-err));
	return 0;
}

void vfw_libvirt_retry(struct vfw_libvirt *l)
{
	if (!l->unable)
		return;
	l->unable = false;
	sd_event_source_set_time(l->timer, 0);
	sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT);
}

struct vfw_libvirt *vfw_libvirt_silent(const char *told, struct vfw_registry *r,
				       const struct vfw_libvirt_ops *ops, void *arg)
{
	struct vfw_libvirt *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->fd = -1;
	l->registry = r;
	l->ops = ops;
	l->arg = arg;
	l->buf = malloc(RECORD_MAX);
	l->told = told ? strdup(told) : NULL;
	if (!l->buf || (told && !l->told)) {
		vfw_libvirt_free(l);
		return NULL;
	}
	if (told)
		vfw_told_each(told, recall, l);
	return l;
}

int vfw_libvirt_new(struct vfw_libvirt **out, sd_event *event, const char *program, const char *uri,
		    const char *told, struct vfw_registry *r, const struct vfw_libvirt_ops *ops,
		    void *arg)
{
	struct vfw_libvirt *l;
	int err;

	if (access(program, X_OK) < 0)
		return -errno;
	l = vfw_libvirt_silent(told, r, ops, arg);
	if (!l)
		return -ENOMEM;
	l->event = sd_event_ref(event);
	l->program = strdup(program);
	l->uri = strdup(uri);
	err = l->program && l->uri ? sd_event_add_time_relative(event, &l->timer, CLOCK_MONOTONIC,
								0, 1000, on_timer, l)
				   : -ENOMEM;
	if (err < 0) {
		vfw_libvirt_free(l);
		return err;
	}
	*out = l;
	return 0;
}

void vfw_libvirt_free(struct vfw_libvirt *l)
{
	if (!l)
		return;
	stop(l);
	sd_event_source_disable_unref(l->timer);
	sd_event_unref(l->event);
	free(l->program);
	free(l->uri);
	free(l->told);
	free(l->known);
	free(l->buf);
	free(l);
}
