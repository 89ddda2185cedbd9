// SPDX-License-Identifier: GPL-2.0
/*
 * Lets every allocation of a transaction fail, one after the other: in run n the n-th
 * allocation that this process makes in the kernel (fault-inject's fail-nth). After each
 * run the policy in force must be the old one or the new one, whole, and the next
 * transaction must work. Ends when a run came to no failure. Needs a kernel with fault
 * injection, debugfs at its place, the module loaded and nobody else using it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "ctlmsg.h"

#define RULES 3000U /* tables of more than a page, so that vmalloc is tried too */

static struct ctl ctl;

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		fprintf(stderr, "ctlfail: %s: %s\n", path, strerror(errno));
		exit(77);
	}
	close(fd);
}

static int fail_nth; /* open all the time: opening it could be what fails */

/* Arms (n > 0) or disarms the injection. Returns what was left of the last count. */
static long inject(long n)
{
	char text[32] = "";
	long left = 0;

	if (!n && pread(fail_nth, text, sizeof(text) - 1, 0) > 0)
		left = atol(text);
	snprintf(text, sizeof(text), "%ld", n);
	if (pwrite(fail_nth, text, strlen(text), 0) < 0) {
		fprintf(stderr, "ctlfail: fail-nth: %s\n", strerror(errno));
		exit(2);
	}
	return left;
}

static void reopen(void)
{
	struct timeval wait = {.tv_sec = 1};

	ctl_close(&ctl);
	if (ctl_open(&ctl)) {
		fprintf(stderr, "ctlfail: family %s is not there\n", VFW_GENL_NAME);
		exit(2);
	}
	setsockopt(mnl_socket_get_fd(ctl.nl), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

/* The policy in force is whole: its first and last rules answer. */
static bool whole(uint32_t revision, uint32_t first_id)
{
	struct vfw_explain ex = {.flags = VFW_EXPLAIN_F_SRC_VM | VFW_EXPLAIN_F_DST_VM};

	ctl_uuid(ex.src_uuid, 1);
	ctl_uuid(ex.dst_uuid, 2);
	if (ctl_explain(&ctl, &ex) || ex.rule != first_id || ex.revision != revision)
		return false;
	ex.key = VFW_KEY_LAST;
	return !ctl_explain(&ctl, &ex) && ex.rule == first_id + RULES - 2;
}

static int population(void)
{
	uint32_t id, revision;
	int ret = ctl_txn_begin(&ctl, 0, NULL, NULL, &id);

	if (!ret)
		ret = ctl_txn_vm(&ctl, id, 3, VFW_ID_FIRST, 0);
	return ret ? ret : ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &revision);
}

/* One run; returns whether a failure was injected. */
static bool run(long n, struct ctl_policy *p, uint32_t *revision, uint32_t *first_id)
{
	uint32_t id = n % 2 ? 1000 : 500000, now = 0, got = 0;
	bool failed;
	int ret;

	ctl_policy_make(p, RULES, id);
	inject(n);
	ret = ctl_apply(&ctl, p, &got);
	if (!ret)
		ret = population();
	failed = inject(0) == 0;
	ctl_policy_free(p);
	reopen();
	if (ctl_revision(&ctl, &now)) {
		fprintf(stderr, "ctlfail: run %ld: no status\n", n);
		exit(1);
	}
	if (now == *revision + 1)
		*first_id = id;
	else if (now != *revision || !ret) {
		fprintf(stderr, "ctlfail: run %ld: revision %u after %u, result %d\n", n, now,
			*revision, ret);
		exit(1);
	}
	*revision = now;
	if (!whole(now, *first_id)) {
		fprintf(stderr, "ctlfail: run %ld: revision %u is not whole\n", n, now);
		exit(1);
	}
	return failed;
}

int main(void)
{
	uint32_t revision = 0, first_id = 1000;
	struct ctl_policy p;
	char path[64];
	long n;

	put("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/failslab/verbose", "0");
	put("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	put("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	put("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	snprintf(path, sizeof(path), "/proc/self/task/%d/fail-nth", getpid());
	fail_nth = open(path, O_RDWR);
	if (fail_nth < 0) {
		fprintf(stderr, "ctlfail: %s: %s\n", path, strerror(errno));
		return 77;
	}
	reopen();
	ctl_policy_make(&p, RULES, first_id);
	if (ctl_apply(&ctl, &p, &revision)) {
		fprintf(stderr, "ctlfail: no policy to begin with: %s\n", ctl.text);
		return 2;
	}
	ctl_policy_free(&p);
	for (n = 1; run(n, &p, &revision, &first_id); n++)
		;
	if (n < 100) {
		fprintf(stderr, "ctlfail: only %ld failures were injected\n", n - 1);
		return 1;
	}
	printf("ctlfail: %ld failures, the policy was whole after each\n", n - 1);
	ctl_close(&ctl);
	return 0;
}
