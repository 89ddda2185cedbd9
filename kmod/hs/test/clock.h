/* SPDX-License-Identifier: GPL-2.0 */
/* What a benchmark measures by. */
#ifndef VFW_HS_TEST_CLOCK_H
#define VFW_HS_TEST_CLOCK_H

#include <linux/ktime.h>

#ifdef CONFIG_UML
#define BENCH_UNIT "ns"

/*
 * CPU time of the host's thread that runs this whole kernel, in ns: a system call of the host, made past the
 * user-mode kernel, which is an ordinary program there. What else the host does is not in it.
 */
static inline u64 bench_clock(void)
{
	long ts[2] = {}, ret;

	asm volatile("syscall"
		     : "=a"(ret)
		     : "0"(228L /* clock_gettime */), "D"(3L /* CLOCK_THREAD_CPUTIME_ID */), "S"(ts)
		     : "rcx", "r11", "memory");
	return ret ? 0 : (u64)ts[0] * NSEC_PER_SEC + ts[1];
}
#else
#define BENCH_UNIT "instructions"

/* Under QEMU's -icount shift=0 a guest's nanosecond is one instruction. */
static inline u64 bench_clock(void)
{
	return ktime_get_ns();
}
#endif

#endif /* VFW_HS_TEST_CLOCK_H */
