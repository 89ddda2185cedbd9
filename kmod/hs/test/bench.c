// SPDX-License-Identifier: GPL-2.0

#include <linux/bottom_half.h>
#include <linux/kernel.h>

#include "clock.h"
#include "test.h"

#define REPETITIONS 11

/*
 * The data as a stream in packets, as a softirq would scan it; says what each repetition took. The
 * first warms up.
 */
int test_bench(struct fixture *fix)
{
	struct run run;
	u64 from, took;
	int i, err;

	for (i = 0; i <= REPETITIONS; i++) {
		err = run_open(&run, fix, fix->piece);
		CHECK(!err, "cannot open a stream: %d", err);
		local_bh_disable();
		from = bench_clock();
		err = run_some(&run, UINT_MAX);
		took = bench_clock() - from;
		local_bh_enable();
		if (!err)
			err = run_compare(&run);
		run_free(&run);
		CHECK(!err, "repetition %d: %d", i, err);
		if (i)
			pr_info("vfw_hs_test: bench %llu %zu\n", took, fix->data.len);
	}
	return 0;
}
