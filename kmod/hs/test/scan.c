// SPDX-License-Identifier: GPL-2.0

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "../section.h"
#include "test.h"

/* The same stream in pieces of several sizes, in a softirq, always with user space's matches. */
int test_softirq(struct fixture *fix)
{
	const size_t pieces[] = {fix->piece, 1, 7, 65536};
	int i, n = vfw_hs_db_stream_size(fix->db) ? ARRAY_SIZE(pieces) : 1, err;
	struct run run;
	u64 ns;

	for (i = 0; i < n; i++) {
		err = run_open(&run, fix, pieces[i]);
		CHECK(!err, "cannot open a stream: %d", err);
		err = run_in_softirq(&run, &ns);
		if (!err)
			err = run_compare(&run);
		pr_info("vfw_hs_test: pieces of %zu: %u matches, %llu Mbit/s\n", pieces[i],
			run.hits.count, div64_u64(fix->data.len * 8000ULL, ns + 1));
		run_free(&run);
		CHECK(!err, "pieces of %zu: %d", pieces[i], err);
	}
	return 0;
}

/* Few places for hits: the rest is counted, and nothing is written behind the last. */
static int bounded(struct fixture *fix)
{
	struct run run;
	int err;

	err = run_open(&run, fix, fix->piece);
	CHECK(!err, "cannot open a stream: %d", err);
	run.hits.max = 3;
	run.hits.hit[3].id = 0x5a5a5a5a;
	do
		err = run_some(&run, 1000);
	while (err == -EAGAIN);
	if (err || run.hits.count != 3 || run.hits.lost != fix->wants - 3 ||
	    run.hits.hit[3].id != 0x5a5a5a5a) {
		pr_err("vfw_hs_test: bounded: %d, %u and %llu hits\n", err, run.hits.count,
		       run.hits.lost);
		err = -EINVAL;
	}
	run_free(&run);
	return err;
}

/* While this CPU is in a section nothing enters another, and nothing has been done. */
static int sections_exclude(struct fixture *fix)
{
	struct run run;
	int err, scan;

	err = run_open(&run, fix, fix->piece);
	CHECK(!err, "cannot open a stream: %d", err);
	if (!vfw_hs_section_enter()) {
		run_free(&run);
		CHECK(false, "a task cannot enter a section");
	}
	scan = run_some(&run, 1);
	vfw_hs_section_leave();
	if (scan != -EAGAIN || run.at || run.hits.count)
		err = -EINVAL;
	else
		do
			err = run_some(&run, 1000);
		while (err == -EAGAIN);
	if (!err)
		err = run_compare(&run);
	run_free(&run);
	CHECK(!err, "a scan inside a section returned %d, the stream then %d", scan, err);
	return 0;
}

/* A timer's softirq scans one stream, over and over, whatever it interrupts. */
struct beat {
	struct timer_list timer;
	struct run run;
	bool stop;
};

static void on_beat(struct timer_list *timer)
{
	struct beat *beat = container_of(timer, struct beat, timer);

	if (beat->run.err == -EAGAIN)
		beat->run.err = run_some(&beat->run, 8);
	if (!READ_ONCE(beat->stop))
		mod_timer(&beat->timer, jiffies + 1);
}

/* Meanwhile a task scans another, and loads and drops databases, whose scratch must fit as well. */
static int task_part(struct fixture *fix, struct beat *beat, unsigned int *rounds)
{
	unsigned long end = jiffies + 5 * HZ;
	struct vfw_hs_db *db;
	struct run run;
	int err;

	do {
		err = vfw_hs_db_load(fix->serialized.mem, fix->serialized.len, &db, NULL);
		CHECK(!err, "cannot load: %d", err);
		vfw_hs_db_put(db);
		err = run_open(&run, fix, fix->piece);
		CHECK(!err, "cannot open a stream: %d", err);
		do {
			err = run_some(&run, 16);
			cond_resched();
		} while (err == -EAGAIN);
		if (!err)
			err = run_compare(&run);
		run_free(&run);
		CHECK(!err, "a task's stream: %d", err);
		++*rounds;
	} while (READ_ONCE(beat->run.err) == -EAGAIN && time_before(jiffies, end));
	return 0;
}

int test_together(struct fixture *fix)
{
	static struct beat beat;
	unsigned int rounds = 0;
	int err;

	err = bounded(fix);
	if (!err)
		err = sections_exclude(fix);
	if (err)
		return err;
	beat.stop = false;
	err = run_open(&beat.run, fix, fix->piece);
	CHECK(!err, "cannot open a stream: %d", err);
	beat.run.err = -EAGAIN;
	timer_setup(&beat.timer, on_beat, 0);
	mod_timer(&beat.timer, jiffies + 1);
	err = task_part(fix, &beat, &rounds);
	WRITE_ONCE(beat.stop, true);
	/* Twice: the handler may have armed it again before it saw the word. */
	del_timer_sync(&beat.timer);
	del_timer_sync(&beat.timer);
	while (!err && beat.run.err == -EAGAIN)
		beat.run.err = run_some(&beat.run, 64);
	if (!err)
		err = beat.run.err;
	if (!err)
		err = run_compare(&beat.run);
	pr_info("vfw_hs_test: %u rounds beside a timer that was turned away %u times\n", rounds,
		beat.run.again);
	run_free(&beat.run);
	return err;
}
