// SPDX-License-Identifier: GPL-2.0
/*
 * Lets every allocation of a transaction, of binding a port and of a change of scope fail, one after
 * the other: in run n the n-th
 * allocation that this process makes in the kernel (fault-inject's fail-nth). After each
 * run the policy in force must be the old one or the new one, whole, and the next
 * transaction must work. Ends when runs came to no failure. Needs a kernel with fault
 * injection, debugfs at its place, the module loaded and nobody else using it.
 *
 * lose: lets a change of scope fail until the device has come into it and has no hooks.
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
static const char *device;

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
	struct timeval wait = {.tv_sec = 3};

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

/* VM 3 comes and the device is bound to it, or the device is unbound. */
static int population(bool come)
{
	uint32_t id, revision;
	int ret = ctl_txn_begin(&ctl, 0, NULL, NULL, &id);

	if (!ret && come)
		ret = ctl_txn_vm(&ctl, id, 3, VFW_ID_FIRST, 0);
	if (!ret)
		ret = ctl_txn_port(&ctl, id, device, come ? 3 : 0);
	return ret ? ret : ctl_txn_end(&ctl, VFW_CMD_TXN_COMMIT, id, &revision);
}

/* Names are the scope's whole list: with the device or without. */
static int scope(const char *name)
{
	struct nlmsghdr *nlh = ctl_begin(&ctl, VFW_CMD_SCOPE_SET, 0);
	struct nlattr *list = mnl_attr_nest_start(nlh, VFW_A_SCOPE_NAMES);

	mnl_attr_put_strz(nlh, VFW_SCOPE_A_ENTRY, name);
	mnl_attr_nest_end(nlh, list);
	return ctl_talk(&ctl, nlh, NULL, NULL);
}

static int on_port(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	++*(unsigned int *)arg;
	return MNL_CB_OK;
}

static unsigned int ports(void)
{
	unsigned int n = 0;

	return ctl_talk(&ctl, ctl_begin(&ctl, VFW_CMD_PORT_GET, NLM_F_DUMP), on_port, &n) ? ~0U : n;
}

/* What has come into scope goes out of it again: by unbinding, and by name. */
static void clear(long n)
{
	if (population(false) || scope("vnet*") || ports()) {
		fprintf(stderr, "ctlfail: run %ld: the device does not leave the scope: %s\n", n,
			ctl.text);
		exit(1);
	}
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
		ret = n % 2 ? population(true) : scope(device);
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
	clear(n);
	return failed;
}

/* One call after the other is tried with a failure at its N-th allocation; which one that is differs from call to call. */
static int lose(void)
{
	unsigned int failures = 0, pass;
	bool failed;
	long n;
	int ret;

	for (pass = 0; pass < 20; pass++) {
		failed = true;
		for (n = 1; failed; n++) {
			inject(n);
			ret = scope(device);
			failed = inject(0) == 0;
			if (ret && strstr(ctl.text, "no hook"))
				return 0;
			failures += failed;
			reopen();
			/* it may have come into scope all the same */
			if (scope("vnet*")) {
				fprintf(stderr,
					"ctlfail: the device does not leave the scope: %s\n",
					ctl.text);
				return 1;
			}
		}
	}
	fprintf(stderr, "ctlfail: %u failures, and none cost the device its hooks\n", failures);
	return 1;
}

int main(int argc, char **argv)
{
	uint32_t revision = 0, first_id = 1000;
	struct ctl_policy p;
	unsigned int quiet = 0, failures = 0;
	char path[64];
	long n;

	if (argc != 2 && (argc != 3 || strcmp(argv[2], "lose") != 0)) {
		fprintf(stderr, "usage: ctlfail DEVICE [lose]  (outside the scope vnet*)\n");
		return 2;
	}
	device = argv[1];
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
	if (argc == 3)
		return lose();
	ctl_policy_make(&p, RULES, first_id);
	if (ctl_apply(&ctl, &p, &revision)) {
		fprintf(stderr, "ctlfail: no policy to begin with: %s\n", ctl.text);
		return 2;
	}
	ctl_policy_free(&p);
	/* odd and even runs do different things, so it takes one of each to come to the end */
	for (n = 1; quiet < 2; n++) {
		bool failed = run(n, &p, &revision, &first_id);

		quiet = failed ? 0 : quiet + 1;
		failures += failed;
	}
	if (failures < 100) {
		fprintf(stderr, "ctlfail: only %u failures were injected\n", failures);
		return 1;
	}
	printf("ctlfail: %u failures, the policy was whole after each\n", failures);
	ctl_close(&ctl);
	return 0;
}
