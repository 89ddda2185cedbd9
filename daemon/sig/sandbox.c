// SPDX-License-Identifier: GPL-2.0
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __x86_64__
#error "system call numbers and Hyperscan are those of x86-64"
#endif

#define NOBODY 65534
#define X32_BIT 0x40000000U

/* grace: how much more there is before the kernel ends it without a word. */
static const char *limit(int what, uint64_t value, uint64_t grace)
{
	struct rlimit r = {value, value + grace};

	return setrlimit(what, &r) < 0 ? "a resource limit cannot be set" : NULL;
}

static const char *set_limits(const struct vfw_sandbox *s)
{
	const char *why = limit(RLIMIT_CORE, 0, 0);

	/* a write beyond the limit is to fail with words, not to kill */
	signal(SIGXFSZ, SIG_IGN);
	if (!why)
		why = limit(RLIMIT_CPU, s->cpu_s, 1);
	if (!why)
		why = limit(RLIMIT_FSIZE, s->output, 0);
#ifndef __SANITIZE_ADDRESS__
	/* its shadow is terabytes of address space */
	if (!why)
		why = limit(RLIMIT_AS, s->memory, 0);
#endif
	return why;
}

static const char *drop_privileges(void)
{
	if (!geteuid()) {
		if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
		    setresuid(NOBODY, NOBODY, NOBODY) < 0)
			return "cannot become nobody: CAP_SETUID and CAP_SETGID are needed";
		if (!setuid(0))
			return "root came back";
	}
	/* becoming nobody took these away */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return "new privileges cannot be ruled out";
	return NULL;
}

/* All rights to files that the kernel can take away, for the whole tree. */
static const char *leave_files(void)
{
	struct landlock_ruleset_attr attr = {0};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	long fd;

	if (abi < 1)
		return NULL; /* a kernel without it; seccomp lets nothing be opened either */
	attr.handled_access_fs = (1ULL << 13) - 1;
	if (abi >= 2)
		attr.handled_access_fs |= 1ULL << 13; /* to rename and link between folders */
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return "Landlock refuses a ruleset";
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return "Landlock cannot be entered";
	close((int)fd);
	return NULL;
}

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
/* the next one runs only if the loaded word is, has, or is at least, the value */
#define IF_EQUAL(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, 1)
#define IF_NOT_EQUAL(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 1, 0)
#define IF_SET(value) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(value), 0, 1)
#define IF_AT_LEAST(value) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(value), 0, 1)
#define ALLOW(call) IF_EQUAL(SYS_##call), RETURN(SECCOMP_RET_ALLOW)
/* four further, unless it is that call: whose third argument, a protection, must not say "run" */
#define ALLOW_UNLESS_EXEC(call)                                                                  \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), LOAD(args[2]), IF_SET(PROT_EXEC), \
		RETURN(SECCOMP_RET_KILL_PROCESS), RETURN(SECCOMP_RET_ALLOW)

static const struct sock_filter filter[] = {
	LOAD(arch),
	IF_NOT_EQUAL(AUDIT_ARCH_X86_64),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	IF_AT_LEAST(X32_BIT),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	ALLOW(read),
	ALLOW(write),
	ALLOW(brk),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(madvise),
	ALLOW(futex),
	ALLOW(clock_gettime),
	ALLOW(getrandom),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(gettid),
	ALLOW(getpid),
	ALLOW(tgkill), /* abort() */
	ALLOW(exit),
	ALLOW(exit_group),
#ifdef __SANITIZE_ADDRESS__
	ALLOW(sigaltstack),
	ALLOW(sched_yield),
#endif
	ALLOW_UNLESS_EXEC(mmap),
	ALLOW_UNLESS_EXEC(mprotect),
	RETURN(SECCOMP_RET_KILL_PROCESS),
};

static const char *filter_calls(void)
{
	static const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = (struct sock_filter *)filter,
	};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return "the kernel takes no seccomp filter (CONFIG_SECCOMP_FILTER)";
	return NULL;
}

const char *vfw_sandbox_enter(const struct vfw_sandbox *limits, unsigned int keep)
{
	const char *why;

	if (syscall(SYS_close_range, keep, ~0U, 0) < 0)
		return "descriptors cannot be closed";
	why = set_limits(limits);
	if (!why)
		why = drop_privileges();
	if (!why)
		why = leave_files();
	if (!why)
		why = filter_calls();
	return why;
}
