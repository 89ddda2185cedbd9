// SPDX-License-Identifier: GPL-2.0

#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "test.h"

int run_open(struct run *run, const struct fixture *fix, size_t piece)
{
	memset(run, 0, sizeof(*run));
	run->fix = fix;
	run->piece = piece;
	run->hits.max = fix->wants + 1;
	run->hits.hit = kvmalloc_array(run->hits.max, sizeof(*run->hits.hit), GFP_KERNEL);
	if (vfw_hs_db_stream_size(fix->db))
		run->stream = kmalloc(vfw_hs_db_stream_size(fix->db), GFP_KERNEL);
	if (!run->hits.hit || (vfw_hs_db_stream_size(fix->db) && !run->stream)) {
		run_free(run);
		return -ENOMEM;
	}
	return run->stream ? vfw_hs_stream_open(fix->db, run->stream) : 0;
}

void run_free(struct run *run)
{
	kvfree(run->hits.hit);
	kfree(run->stream);
}

/* A block-mode database sees each piece as a datagram; offsets are made those of the whole data. */
static ssize_t scan_piece(struct run *run, const void *data, size_t len)
{
	u32 i = run->hits.count;
	int err;

	if (run->stream)
		return vfw_hs_stream_scan(run->fix->db, run->stream, data, len, &run->hits);
	err = vfw_hs_block_scan(run->fix->db, data, len, &run->hits);
	if (err)
		return err;
	for (; i < run->hits.count; i++)
		run->hits.hit[i].to += run->at;
	return len;
}

int run_some(struct run *run, unsigned int pieces)
{
	const struct blob *data = &run->fix->data;
	ssize_t n;

	while (run->at < data->len && pieces--) {
		n = scan_piece(run, data->mem + run->at, min(run->piece, data->len - run->at));
		if (n < 0) {
			run->again += n == -EAGAIN;
			return n;
		}
		run->at += n;
	}
	if (run->at < data->len)
		return -EAGAIN;
	return run->stream ? vfw_hs_stream_close(run->fix->db, run->stream, &run->hits) : 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct vfw_hs_hit *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

int run_compare(struct run *run)
{
	const struct fixture *fix = run->fix;
	u32 i;

	sort(run->hits.hit, run->hits.count, sizeof(*run->hits.hit), by_offset, NULL);
	for (i = 0; i < min(run->hits.count, fix->wants); i++)
		CHECK(!by_offset(&run->hits.hit[i], &fix->want[i]),
		      "match %u is %u at %llu, user space has %u at %llu", i, run->hits.hit[i].id,
		      run->hits.hit[i].to, fix->want[i].id, fix->want[i].to);
	CHECK(!run->hits.lost && run->hits.count == fix->wants, "%u matches and %llu, not %u",
	      run->hits.count, run->hits.lost, fix->wants);
	return 0;
}

/* A softirq is turned away now and then. This often, it always is. */
#define TURNED_AWAY_MAX 100000

struct softirq {
	struct tasklet_struct tasklet;
	struct completion done;
	struct run *run;
	u64 ns;
};

static void in_tasklet(struct tasklet_struct *tasklet)
{
	struct softirq *s = from_tasklet(s, tasklet, tasklet);
	u64 start = ktime_get_ns();

	s->run->err = run_some(s->run, 64);
	s->ns += ktime_get_ns() - start;
	if (s->run->err == -EAGAIN && s->run->again < TURNED_AWAY_MAX)
		tasklet_schedule(tasklet);
	else
		complete(&s->done);
}

int run_in_softirq(struct run *run, u64 *ns)
{
	struct softirq s = {.run = run};

	init_completion(&s.done);
	tasklet_setup(&s.tasklet, in_tasklet);
	tasklet_schedule(&s.tasklet);
	wait_for_completion(&s.done);
	tasklet_kill(&s.tasklet);
	*ns = s.ns;
	return run->err;
}
