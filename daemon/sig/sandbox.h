/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a process gives up before it looks at the first byte of a signature. One way: there is no
 * leaving it.
 */
#ifndef VFW_SIG_SANDBOX_H
#define VFW_SIG_SANDBOX_H

#include <stdint.h>

struct vfw_sandbox {
	uint64_t memory; /* bytes of address space */
	uint64_t output; /* bytes of each file it may write */
	unsigned int cpu_s; /* seconds of CPU time */
};

/*
 * Closes every descriptor but 0 to `keep' - 1; sets the limits; becomes nobody when it was root;
 * no new privileges; no file system (Landlock, where the kernel has it); and by seccomp no system
 * call but what computing and reading and writing open descriptors take: anything else kills the
 * process. Returns NULL, or a sentence about what could not be had: the caller then must not go
 * on.
 */
const char *vfw_sandbox_enter(const struct vfw_sandbox *limits, unsigned int keep);

#endif /* VFW_SIG_SANDBOX_H */
