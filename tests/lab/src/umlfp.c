// SPDX-License-Identifier: GPL-2.0
/*
 * A shim (LD_PRELOAD) under which user-mode Linux up to 6.12 runs on processors with AMX.
 *
 * It keeps 2,696 bytes of floating point state for each task and hands them to
 * PTRACE_SETREGSET; a host whose XSAVE area is larger refuses a set that is not whole, with
 * EFAULT, and the kernel kills its init. Here the rest is filled in: the components that did not
 * fit are marked as in their initial state. Nothing in the lab uses them.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define XSAVE_MAX 16384
#define XSTATE_BV 512

/* The features whose place in the standard XSAVE layout ends within size bytes. */
static uint64_t features_within(size_t size)
{
	uint64_t mask = 3;
	unsigned int i, bytes, offset, c, d;

	for (i = 2; i < 63; i++) {
		__cpuid_count(0xd, i, bytes, offset, c, d);
		if (bytes && offset + bytes <= size)
			mask |= 1ULL << i;
	}
	return mask;
}

static long set_xstate(long (*real)(int, ...), int pid, struct iovec *given)
{
	static char area[XSAVE_MAX] __attribute__((aligned(64)));
	static uint64_t mask;
	unsigned int a, whole, c, d;
	struct iovec iov = {area, 0};
	uint64_t bv;

	__cpuid_count(0xd, 0, a, whole, c, d);
	if (whole > sizeof(area) || given->iov_len >= whole)
		return real(PTRACE_SETREGSET, pid, NT_X86_XSTATE, given);
	if (!mask)
		mask = features_within(given->iov_len);
	memcpy(area, given->iov_base, given->iov_len);
	memcpy(&bv, area + XSTATE_BV, sizeof(bv));
	bv &= mask;
	memcpy(area + XSTATE_BV, &bv, sizeof(bv));
	iov.iov_len = whole;
	return real(PTRACE_SETREGSET, pid, NT_X86_XSTATE, &iov);
}

long ptrace(enum __ptrace_request request, ...)
{
	static long (*real)(int, ...);
	long (*found)(int, ...);
	void *addr, *data;
	va_list ap;
	int pid;

	if (!real) {
		found = (long (*)(int, ...))dlsym(RTLD_NEXT, "ptrace");
		if (!found) {
			errno = ENOSYS;
			return -1;
		}
		real = found;
	}
	va_start(ap, request);
	pid = va_arg(ap, int);
	addr = va_arg(ap, void *);
	data = va_arg(ap, void *);
	va_end(ap);
	if (request == PTRACE_SETREGSET && (uintptr_t)addr == NT_X86_XSTATE)
		return set_xstate(real, pid, data);
	return real(request, pid, addr, data);
}
