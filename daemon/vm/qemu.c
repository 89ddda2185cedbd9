// SPDX-License-Identifier: GPL-2.0
#include "qemu.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "cmdline.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_PROCESSES (VFW_MAX_VMS * 2)
#define MAX_TAPS 256 /* open tap descriptors of one process that are looked at */
#define MAX_FDS 65536 /* descriptors of one process that are looked at */
#define CMDLINE_MAX (1U << 20)

struct tap {
	int fd;
	char ifname[IF_NAMESIZE];
};

struct process {
	pid_t pid, parent;
	unsigned long long
		start; /* clock ticks after boot: with the pid it names a process for good */
	struct vfw_cmdline cmdline;
	bool seen;
	bool holds; /* a tap, when it was looked at last */
};

struct vfw_qemu {
	char *proc;
	uid_t *uids;
	size_t n_uids;
	vfw_qemu_device device;
	void *arg;
	struct process *processes;
	size_t n_processes;
	struct vfw_qemu_stranger *strangers;
	size_t n_strangers;
};

struct vfw_qemu *vfw_qemu_new(const char *proc, const uid_t *uids, size_t n_uids,
			      vfw_qemu_device device, void *arg)
{
	struct vfw_qemu *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->proc = strdup(proc);
	q->uids = calloc(n_uids + 1, sizeof(*uids));
	if (!q->proc || !q->uids) {
		vfw_qemu_free(q);
		return NULL;
	}
	memcpy(q->uids, uids, n_uids * sizeof(*uids));
	q->n_uids = n_uids;
	q->device = device;
	q->arg = arg;
	return q;
}

void vfw_qemu_free(struct vfw_qemu *q)
{
	if (!q)
		return;
	free(q->proc);
	free(q->uids);
	free(q->processes);
	free(q->strangers);
	free(q);
}

const struct vfw_qemu_stranger *vfw_qemu_strangers(const struct vfw_qemu *q, size_t *n)
{
	*n = q->n_strangers;
	return q->strangers;
}

void vfw_qemu_process(const struct vfw_qemu *q, const uint8_t uuid[VFW_UUID_LEN],
		      char text[VFW_TOLD_PROCESS_LEN])
{
	*text = '\0';
	for (size_t i = 0; i < q->n_processes; i++) {
		const struct process *p = &q->processes[i];

		if (p->cmdline.has_uuid && !memcmp(p->cmdline.uuid, uuid, VFW_UUID_LEN))
			snprintf(text, VFW_TOLD_PROCESS_LEN, "%d %llu", (int)p->pid, p->start);
	}
}

/* A number of stat, field 3 and up; the second field is in parentheses and may hold anything. 0: gone. */
static unsigned long long stat_of(int dir, int field)
{
	_cleanup_free_ char *text = NULL;
	unsigned long long n = 0;
	const char *p;

	if (vfw_file_read(dir, "stat", 4096, &text, NULL))
		return 0;
	p = strrchr(text, ')');
	for (int i = 2; p && i < field; i++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	return p && sscanf(p, "%llu", &n) == 1 ? n : 0;
}

static unsigned long long start_of(int dir)
{
	return stat_of(dir, 22);
}

static pid_t parent_of(int dir)
{
	return (pid_t)stat_of(dir, 4);
}

static bool is_qemu(int dir)
{
	char exe[PATH_MAX];
	const char *base;
	ssize_t n = readlinkat(dir, "exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return false;
	exe[n] = '\0';
	base = strrchr(exe, '/');
	base = base ? base + 1 : exe;
	return !strncmp(base, "qemu-", 5) || !strcmp(base, "qemu") || !strcmp(base, "kvm") ||
	       !strcmp(base, "kvm (deleted)");
}

static bool is_ours(const struct vfw_qemu *q, unsigned long uid)
{
	for (size_t i = 0; i < q->n_uids; i++)
		if (q->uids[i] == uid)
			return true;
	return false;
}

/* Both users: of a set-user-ID program anybody may have written the command line. */
static bool believed(const struct vfw_qemu *q, int dir)
{
	_cleanup_free_ char *text = NULL;
	unsigned long real, effective;
	const char *line;

	if (vfw_file_read(dir, "status", 65536, &text, NULL))
		return false;
	line = strstr(text, "\nUid:");
	if (!line || sscanf(line, "\nUid: %lu %lu", &real, &effective) != 2)
		return false;
	return is_ours(q, real) && is_ours(q, effective);
}

static bool our_namespace(const struct vfw_qemu *q, int dir)
{
	_cleanup_free_ char *own = vfw_form_format("%s/self/ns/net", q->proc);
	struct stat ours, theirs;

	return own && !stat(own, &ours) && !fstatat(dir, "ns/net", &theirs, 0) &&
	       ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

/* Reads the device's name of a tun descriptor. Returns false when it is none or names none. */
static bool tap_name(int dir, const char *fd, char name[IF_NAMESIZE])
{
	_cleanup_free_ char *path = vfw_form_format("fdinfo/%s", fd);
	_cleanup_free_ char *text = NULL;
	const char *line;

	if (!path || vfw_file_read(dir, path, 4096, &text, NULL))
		return false;
	line = strstr(text, "iff:");
	if (!line || (line != text && line[-1] != '\n'))
		return false;
	return sscanf(line, "iff: %15[^ \t\n]", name) == 1;
}

static int by_fd(const void *a, const void *b)
{
	return ((const struct tap *)a)->fd - ((const struct tap *)b)->fd;
}

/* The taps a process holds, by descriptor, each device once. Returns their number, or -errno. */
static int read_taps(int dir, struct tap taps[MAX_TAPS])
{
	int fds = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fds < 0 ? NULL : fdopendir(fds);
	struct dirent *e;
	int n = 0, seen = 0;

	if (!d) {
		int err = -errno;

		if (fds >= 0)
			close(fds);
		return err;
	}
	while (n < MAX_TAPS && seen < MAX_FDS && (e = readdir(d))) {
		char target[64];
		ssize_t len;

		if (!isdigit((unsigned char)*e->d_name))
			continue;
		seen++;
		len = readlinkat(fds, e->d_name, target, sizeof(target) - 1);
		if (len < 4 || memcmp(target + len - 4, "/tun", 4))
			continue;
		if (tap_name(dir, e->d_name, taps[n].ifname))
			taps[n++].fd = atoi(e->d_name);
	}
	closedir(d);
	qsort(taps, (size_t)n, sizeof(*taps), by_fd);
	return n;
}

static bool fd_listed(const struct vfw_cmdline_nic *nic, int fd)
{
	for (size_t i = 0; i < nic->n_fds; i++)
		if (nic->fds[i] == fd)
			return true;
	return false;
}

/* Marks every descriptor of that device used, for a multiqueue tap has several. */
static void use_tap(const struct vfw_qemu *q, struct vfw_nic *nic, struct tap *taps, int n,
		    const char *ifname)
{
	char name[IF_NAMESIZE];

	memcpy(name, ifname, sizeof(name));
	nic->ifindex = q->device(q->arg, name, nic->tap_mac);
	if (nic->ifindex)
		memcpy(nic->ifname, name, sizeof(nic->ifname));
	for (int i = 0; i < n; i++)
		if (!strcmp(taps[i].ifname, name))
			taps[i].fd = -1;
}

/*
 * What QEMU gives NICs whose MAC is not on the command line, of the first n NICs, which stand
 * on it: the first of 52:54:00:12:34:56 and up that is free in the VM. All count, but only
 * those with a tap are known by it: two VMs whose other NICs have the same one do not disturb
 * each other.
 */
static void default_macs(struct vfw_vm *vm, size_t n)
{
	bool made[VFW_MAX_NICS] = {false};

	for (size_t k = 0; k < n; k++) {
		uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

		if (vm->nics[k].has_mac)
			continue;
		for (size_t i = 0; i < n;) {
			bool taken = vm->nics[i].has_mac && !memcmp(vm->nics[i].mac, mac, 6);

			mac[5] += taken;
			i = taken ? 0 : i + 1;
		}
		memcpy(vm->nics[k].mac, mac, 6);
		vm->nics[k].has_mac = made[k] = true;
	}
	for (size_t k = 0; k < n; k++)
		if (made[k] && !vm->nics[k].ifindex)
			vm->nics[k].has_mac = false;
}

/* What command line and descriptors together say of the VM. */
static void describe(const struct vfw_qemu *q, const struct process *p, struct tap *taps, int n,
		     struct vfw_vm *vm)
{
	const struct vfw_cmdline *c = &p->cmdline;

	memset(vm, 0, sizeof(*vm));
	memcpy(vm->uuid, c->uuid, sizeof(vm->uuid));
	if (*c->name)
		memcpy(vm->name, c->name, sizeof(vm->name));
	else
		vfw_form_uuid(c->uuid, vm->name);
	vm->n_nics = c->n_nics;
	for (size_t k = 0; k < c->n_nics; k++) {
		vm->nics[k].has_mac = c->nics[k].has_mac;
		memcpy(vm->nics[k].mac, c->nics[k].mac, 6);
		for (int i = 0; i < n; i++) {
			if (taps[i].fd < 0)
				continue;
			if (!fd_listed(&c->nics[k], taps[i].fd) &&
			    strcmp(c->nics[k].ifname, taps[i].ifname) != 0)
				continue;
			use_tap(q, &vm->nics[k], taps, n, taps[i].ifname);
			break;
		}
	}
	/*
	 * a tap the command line does not name (plugged in later): the first NIC without one,
	 * else a new NIC
	 */
	for (int i = 0; i < n; i++) {
		uint8_t mac[6];
		size_t k = 0;

		/* one whose name is no device of ours is another namespace's */
		if (taps[i].fd < 0 || !q->device(q->arg, taps[i].ifname, mac))
			continue;
		while (k < c->n_nics &&
		       (vm->nics[k].ifindex || c->nics[k].n_fds || *c->nics[k].ifname))
			k++;
		if (k == c->n_nics)
			k = vm->n_nics;
		if (k >= VFW_MAX_NICS)
			break;
		if (k == vm->n_nics)
			vm->n_nics++;
		use_tap(q, &vm->nics[k], taps, n, taps[i].ifname);
	}
	default_macs(vm, c->n_nics);
}

static void add_stranger(struct vfw_qemu *q, pid_t pid, const char *why)
{
	struct vfw_qemu_stranger *bigger;

	if (q->n_strangers >= VFW_MAX_VMS)
		return;
	bigger = realloc(q->strangers, (q->n_strangers + 1) * sizeof(*bigger));
	if (!bigger)
		return;
	q->strangers = bigger;
	bigger[q->n_strangers].pid = pid;
	snprintf(bigger[q->n_strangers++].why, sizeof(bigger->why), "%s", why);
}

static char *origin_of(pid_t pid)
{
	return vfw_form_format("process %d", (int)pid);
}

static void forget(struct vfw_qemu *q, struct vfw_registry *r, size_t i)
{
	_cleanup_free_ char *origin = origin_of(q->processes[i].pid);

	if (origin)
		vfw_registry_withdraw(r, VFW_SOURCE_QEMU, origin);
	memmove(&q->processes[i], &q->processes[i + 1],
		(--q->n_processes - i) * sizeof(*q->processes));
}

/* Returns the process as remembered, its command line read when it is new; NULL: none to read. */
static struct process *recall(struct vfw_qemu *q, struct vfw_registry *r, int dir, pid_t pid,
			      unsigned long long start)
{
	_cleanup_free_ char *args = NULL;
	struct process *bigger, *p;
	size_t n;

	for (size_t i = 0; i < q->n_processes; i++) {
		p = &q->processes[i];
		if (p->pid != pid)
			continue;
		if (p->start == start)
			return p;
		forget(q, r, i);
		break;
	}
	/* In the middle of its execve a process bears the new program but no arguments yet. */
	if (q->n_processes >= MAX_PROCESSES ||
	    vfw_file_read(dir, "cmdline", CMDLINE_MAX, &args, &n) || !n)
		return NULL;
	bigger = realloc(q->processes, (q->n_processes + 1) * sizeof(*bigger));
	if (!bigger)
		return NULL;
	q->processes = bigger;
	p = &bigger[q->n_processes++];
	memset(p, 0, sizeof(*p));
	p->pid = pid;
	p->start = start;
	vfw_cmdline_parse(args, n, &p->cmdline);
	return p;
}

static bool begot(const struct process *parent, const struct process *child)
{
	return child->parent == parent->pid && !parent->holds && parent->cmdline.has_uuid &&
	       child->cmdline.has_uuid &&
	       !memcmp(parent->cmdline.uuid, child->cmdline.uuid, VFW_UUID_LEN);
}

/*
 * With -daemonize QEMU forks before it opens a tap, and the parent stays, with the same command line, until the child is
 * ready: the VM is the child. Returns whether p is such a parent; takes back what was said of p's own.
 */
static bool is_only_parent(const struct vfw_qemu *q, struct vfw_registry *r,
			   const struct process *p)
{
	for (size_t i = 0; i < q->n_processes; i++) {
		if (begot(p, &q->processes[i]))
			return true;
		if (begot(&q->processes[i], p)) {
			_cleanup_free_ char *origin = origin_of(q->processes[i].pid);

			if (origin)
				vfw_registry_withdraw(r, VFW_SOURCE_QEMU, origin);
		}
	}
	return false;
}

static void look_at(struct vfw_qemu *q, struct vfw_registry *r, int dir, pid_t pid)
{
	_cleanup_free_ struct vfw_vm *vm = NULL;
	_cleanup_free_ struct tap *taps = NULL;
	_cleanup_free_ char *origin = NULL;
	unsigned long long start;
	struct process *p;
	int n;

	if (!is_qemu(dir))
		return;
	start = start_of(dir);
	if (!start)
		return;
	if (!believed(q, dir)) {
		add_stranger(q, pid, "runs as a user that is not in [qemu] users of vfwd.toml");
		return;
	}
	if (!our_namespace(q, dir)) {
		add_stranger(q, pid, "runs in another network namespace");
		return;
	}
	taps = calloc(MAX_TAPS, sizeof(*taps));
	vm = calloc(1, sizeof(*vm));
	origin = origin_of(pid);
	p = recall(q, r, dir, pid, start);
	if (!taps || !vm || !origin || !p)
		return;
	p->seen = true;
	if (!p->cmdline.has_uuid) {
		add_stranger(q, pid,
			     "has neither -uuid nor -smbios type=1,uuid= on its command line");
		return;
	}
	n = read_taps(dir, taps);
	if (n < 0)
		return;
	p->holds = n > 0;
	p->parent = parent_of(dir);
	if (is_only_parent(q, r, p))
		return;
	describe(q, p, taps, n, vm);
	if (vfw_registry_report(r, VFW_SOURCE_QEMU, origin, vm) == -ENOSPC)
		add_stranger(q, pid, "is one VM more than vfw can hold");
}

/* Forgets the processes that are dead; one that merely could not be read stays. */
static void bury(struct vfw_qemu *q, struct vfw_registry *r)
{
	for (size_t i = q->n_processes; i-- > 0;) {
		_cleanup_free_ char *path = NULL;
		_cleanup_close_ int dir = -1;

		if (q->processes[i].seen)
			continue;
		path = vfw_form_format("%s/%d", q->proc, (int)q->processes[i].pid);
		if (!path)
			continue;
		dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 ? errno == ENOENT : start_of(dir) != q->processes[i].start)
			forget(q, r, i);
	}
}

int vfw_qemu_scan(struct vfw_qemu *q, struct vfw_registry *r)
{
	DIR *d = opendir(q->proc);
	struct dirent *e;

	if (!d)
		return -errno;
	q->n_strangers = 0;
	for (size_t i = 0; i < q->n_processes; i++)
		q->processes[i].seen = false;
	while ((e = readdir(d))) {
		_cleanup_close_ int dir = -1;

		if (!isdigit((unsigned char)*e->d_name))
			continue;
		dir = openat(dirfd(d), e->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0)
			look_at(q, r, dir, (pid_t)atoi(e->d_name));
	}
	closedir(d);
	bury(q, r);
	return 0;
}
