// SPDX-License-Identifier: GPL-2.0

/*
 * How much stack a scan takes: a thread fills what is free of its own with a pattern, scans, and
 * looks how deep the pattern has gone. Interrupts are off while it scans, so that their frames do
 * not count.
 */

#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/sched/task_stack.h>

#include "test.h"

#define PATTERN 0x7663616e61727921UL

/* What this function and those it calls before the scan take, in bytes. */
#define OWN 512

struct measure {
	struct run *run;
	struct completion done;
	unsigned long used;
	int err;
};

/* The stack grows down to end_of_stack(), whose word is the kernel's own mark. */
static noinline __no_sanitize_address void fill(volatile unsigned long *low,
						volatile unsigned long *high)
{
	while (low < high)
		*low++ = PATTERN;
}

static noinline __no_sanitize_address unsigned long untouched(volatile unsigned long *low,
							      volatile unsigned long *high)
{
	unsigned long n = 0;

	while (low < high && *low++ == PATTERN)
		n += sizeof(*low);
	return n;
}

static noinline int scan_all(struct run *run)
{
	unsigned long flags;
	int err;

	do {
		local_irq_save(flags);
		err = run_some(run, 1);
		local_irq_restore(flags);
	} while (err == -EAGAIN);
	return err;
}

static noinline int measured(void *arg)
{
	struct measure *m = arg;
	unsigned long *low = end_of_stack(current) + 1;
	unsigned long *here = __builtin_frame_address(0);
	unsigned long *high = here - OWN / sizeof(*here);

	fill(low, high);
	m->err = scan_all(m->run);
	m->used = (char *)here - (char *)low - untouched(low, high);
	complete(&m->done);
	return 0;
}

int test_stack(struct fixture *fix)
{
	/* docs/hyperscan.md. */
	unsigned long limit = IS_ENABLED(CONFIG_KASAN) ? 10240 : 7168;
	struct measure m = {};
	struct task_struct *task;
	struct run run;
	int err;

	err = run_open(&run, fix, fix->piece);
	CHECK(!err, "cannot open a stream: %d", err);
	m.run = &run;
	init_completion(&m.done);
	task = kthread_run(measured, &m, "vfw_hs_stack");
	if (IS_ERR(task)) {
		run_free(&run);
		return PTR_ERR(task);
	}
	wait_for_completion(&m.done);
	err = m.err;
	if (!err)
		err = run_compare(&run);
	run_free(&run);
	CHECK(!err, "the measured scan: %d", err);
	pr_info("vfw_hs_test: a scan takes %lu bytes of stack of %lu\n", m.used, THREAD_SIZE);
	CHECK(m.used < limit, "expected less than %lu", limit);
	return 0;
}
