// SPDX-License-Identifier: GPL-2.0
/*
 * vfw_bench.ko: /proc/vfw_bench takes a command and shows what came of it:
 *
 *   open PORT                      a TCP conversation between the first two ends
 *   established FRAMES REPS LEN    measures frames of it, LEN bytes of payload in each segment
 *   new FRAMES REPS                measures UDP frames between random ends, each a new flow
 *   replay PASS REPS               measures passes of the capture, PASS and those behind it, each a repetition; no warming up
 *   hooks, no-hooks                empty hooks where vfw has its own, and none
 *   start LEN, stop                a little of both in the background; shows sent and received
 *
 * A measurement warms up, then shows a line for each repetition: what the frames took together (in the
 * unit of the head line, which also tells the clock now), how many were sent, how many arrived.
 */
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "bench.h"
#include "clock.h"
#include "replay.h"

#define REPS_MAX 100
#define COMMAND_MAX 80

static unsigned int n_ends = 2;
module_param_named(ends, n_ends, uint, 0444);
MODULE_PARM_DESC(ends, "guests' ends g0, g1, ... of veth pairs (2 to 1000, default 2)");

static char *payload = "";
module_param(payload, charp, 0444);
MODULE_PARM_DESC(payload, "file whose bytes TCP carries (default: letters)");

static char *frames_path = "";
module_param_named(frames, frames_path, charp, 0444);
MODULE_PARM_DESC(frames, "capture to replay (default: none)");

static DEFINE_MUTEX(lock); /* protects what follows, and all traffic but the background's */
static struct {
	u64 took, sent, received;
} reps[REPS_MAX];
static u32 n_reps;
static u64 start_sent, start_received;
static void *bytes, *capture;

static const char letters[] = "The quick brown fox jumps over the lazy dog. 0123456789 +-*/=<>";

static int one(bool new, u32 frames, u32 len)
{
	return new ? bench_traffic_new(frames) : bench_traffic_established(frames, len);
}

static int measure(bool new, u32 frames, u32 n, u32 len)
{
	u64 from, sent, received;
	u32 i;
	int err;

	err = one(new, frames / 2, len);
	for (i = 0; i < n && !err; i++) {
		sent = bench_traffic_sent();
		received = bench_traffic_received();
		from = bench_clock();
		err = one(new, frames, len);
		reps[i].took = bench_clock() - from;
		reps[i].sent = bench_traffic_sent() - sent;
		reps[i].received = bench_traffic_received() - received;
		n_reps = i + 1;
	}
	return err;
}

static int replay(u32 pass, u32 n)
{
	u64 from, sent, received;
	u32 i;
	int err = 0;

	if (pass > BENCH_PASSES_MAX || n > BENCH_PASSES_MAX + 1 - pass)
		return -EINVAL;
	for (i = 0; i < n && !err; i++) {
		sent = bench_traffic_sent();
		received = bench_traffic_received();
		from = bench_clock();
		err = bench_replay(pass + i);
		reps[i].took = bench_clock() - from;
		reps[i].sent = bench_traffic_sent() - sent;
		reps[i].received = bench_traffic_received() - received;
		n_reps = i + 1;
	}
	return err;
}

/* Stops, and gives what is under way the time to arrive. */
static int stop(void)
{
	int err = bench_traffic_stop();

	reps[0].took = 0;
	reps[0].sent = bench_traffic_sent() - start_sent;
	reps[0].received = bench_traffic_received() - start_received;
	n_reps = 1;
	return err;
}

static int run(const char *command)
{
	u32 frames, pass, n, len;

	n_reps = 0;
	if (sscanf(command, "open %u", &n) == 1)
		return bench_traffic_open(n);
	if (sscanf(command, "established %u %u %u", &frames, &n, &len) == 3 && n <= REPS_MAX)
		return measure(false, frames, n, len);
	if (sscanf(command, "new %u %u", &frames, &n) == 2 && n <= REPS_MAX)
		return measure(true, frames, n, 0);
	if (sscanf(command, "replay %u %u", &pass, &n) == 2 && n <= REPS_MAX)
		return replay(pass, n);
	if (sscanf(command, "start %u", &len) == 1) {
		start_sent = bench_traffic_sent();
		start_received = bench_traffic_received();
		return bench_traffic_start(len);
	}
	if (!strncmp(command, "hooks", 5))
		return bench_hooks_add(n_ends);
	if (!strncmp(command, "no-hooks", 8)) {
		bench_hooks_del();
		return 0;
	}
	if (!strncmp(command, "stop", 4))
		return stop();
	return -EINVAL;
}

static ssize_t bench_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char command[COMMAND_MAX];
	int err;

	if (len >= sizeof(command))
		return -EINVAL;
	if (copy_from_user(command, from, len))
		return -EFAULT;
	command[len] = 0;
	mutex_lock(&lock);
	err = run(command);
	mutex_unlock(&lock);
	return err ?: len;
}

static int bench_show(struct seq_file *m, void *unused)
{
	u32 i;

	mutex_lock(&lock);
	seq_printf(m, BENCH_UNIT " %llu\n", bench_clock());
	for (i = 0; i < n_reps; i++)
		seq_printf(m, "%llu %llu %llu\n", reps[i].took, reps[i].sent, reps[i].received);
	mutex_unlock(&lock);
	return 0;
}

static int bench_open(struct inode *inode, struct file *file)
{
	return single_open(file, bench_show, NULL);
}

static const struct proc_ops bench_ops = {
	.proc_open = bench_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = bench_write,
};

static int read_payload(void)
{
	size_t size = 0;
	ssize_t n;

	if (!*payload) {
		bench_traffic_payload(letters, sizeof(letters) - 1);
		return 0;
	}
	n = kernel_read_file_from_path(payload, 0, &bytes, INT_MAX, &size, READING_POLICY);
	if (n < 0)
		return n;
	bench_traffic_payload(bytes, n);
	return 0;
}

static int read_frames(void)
{
	size_t size = 0;
	ssize_t n;

	if (!*frames_path)
		return 0;
	n = kernel_read_file_from_path(frames_path, 0, &capture, INT_MAX, &size, READING_POLICY);
	return n < 0 ? n : bench_replay_set(capture, n);
}

static int __init bench_init(void)
{
	int err;

	if (n_ends < 2 || n_ends > BENCH_ENDS_MAX)
		return -EINVAL;
	err = read_payload() ?: read_frames();
	if (!err)
		err = bench_traffic_init(n_ends);
	if (!err && !proc_create("vfw_bench", 0600, NULL, &bench_ops))
		err = -ENOMEM;
	if (err) {
		bench_traffic_exit();
		vfree(bytes);
		vfree(capture);
	}
	return err;
}

static void __exit bench_exit(void)
{
	remove_proc_entry("vfw_bench", NULL);
	bench_hooks_del();
	bench_traffic_exit();
	vfree(bytes);
	vfree(capture);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("Traffic and clocks for scripts/bench");
MODULE_LICENSE("GPL");
