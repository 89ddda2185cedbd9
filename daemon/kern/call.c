// SPDX-License-Identifier: GPL-2.0
#include "call.h"

#include "../base/cleanup.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

struct vfw_kern {
	struct nl_sock *sock;
	int family;
	char error[512];
};

/* One call under way. */
struct call {
	struct vfw_kern *k;
	vfw_kern_answer answer;
	void *arg;
	bool done;
	int err;
};

int vfw_kern_open(struct vfw_kern **out)
{
	struct timeval limit = {.tv_sec = VFW_KERN_TIMEOUT_S};
	struct vfw_kern *k = calloc(1, sizeof(*k));
	int on = 1, fd, err = -ENOMEM;

	if (!k)
		return -ENOMEM;
	k->sock = nl_socket_alloc();
	if (!k->sock)
		goto fail;
	err = -EIO;
	if (genl_connect(k->sock) < 0)
		goto fail;
	fd = nl_socket_get_fd(k->sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	nl_socket_set_buffer_size(k->sock, 1 << 20, 1 << 20);
	k->family = genl_ctrl_resolve(k->sock, VFW_GENL_NAME);
	if (k->family < 0) {
		err = -ENOENT;
		goto fail;
	}
	*out = k;
	return 0;

fail:
	vfw_kern_close(k);
	return err;
}

void vfw_kern_close(struct vfw_kern *k)
{
	if (!k)
		return;
	nl_socket_free(k->sock);
	free(k);
}

const char *vfw_kern_error(const struct vfw_kern *k)
{
	return k->error;
}

struct nl_msg *vfw_kern_message(const struct vfw_kern *k, enum vfw_cmd cmd, int flags)
{
	/* room for a table's piece or a VM with all NICs and addresses */
	struct nl_msg *msg = nlmsg_alloc_size(VFW_TABLE_CHUNK + 4096);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, k->family, 0, flags, (uint8_t)cmd,
				VFW_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[VFW_A_MAX + 1];
	struct call *c = arg;

	if (!c->answer || c->err)
		return NL_OK;
	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, VFW_A_MAX, NULL) < 0)
		c->err = -EBADMSG;
	else
		c->err = c->answer(c->arg, attrs);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct call *c = arg;

	(void)msg;
	c->done = true;
	return NL_STOP;
}

/* The kernel's sentence stands in attributes behind the error, when it is capped. */
static void keep_words(struct vfw_kern *k, const struct nlmsgerr *e)
{
	const struct nlmsghdr *h = (const void *)((const char *)e - NLMSG_HDRLEN);
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1], *first;
	int n;

	snprintf(k->error, sizeof(k->error), "%s", strerror(-e->error));
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || !(h->nlmsg_flags & NLM_F_CAPPED))
		return;
	first = (struct nlattr *)((char *)e + NLMSG_ALIGN(sizeof(*e)));
	n = (int)h->nlmsg_len - (int)NLMSG_SPACE(sizeof(*e));
	if (n <= 0 || nla_parse(attrs, NLMSGERR_ATTR_MAX, first, n, NULL) < 0 ||
	    !attrs[NLMSGERR_ATTR_MSG])
		return;
	snprintf(k->error, sizeof(k->error), "%.*s (%s)", nla_len(attrs[NLMSGERR_ATTR_MSG]),
		 (const char *)nla_data(attrs[NLMSGERR_ATTR_MSG]), strerror(-e->error));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct call *c = arg;

	(void)from;
	c->done = true;
	c->err = e->error < 0 ? e->error : -EIO;
	keep_words(c->k, e);
	return NL_STOP;
}

static int receive(struct call *c)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err = 0;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, c);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, c);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, c);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, c);
	while (!c->done && !err) {
		int got = nl_recvmsgs(c->k->sock, cb);

		if (got == -NLE_DUMP_INTR)
			err = -EINTR;
		else if (got < 0 && !c->done)
			err = got == -NLE_AGAIN ? -ETIMEDOUT : -EIO;
	}
	nl_cb_put(cb);
	if (err && err != -EINTR)
		snprintf(c->k->error, sizeof(c->k->error), "the module did not answer: %s",
			 strerror(-err));
	return err ?: c->err;
}

/* After a loss the answers that are still to come belong to no call: begin anew with the socket. */
static void reopen(struct vfw_kern *k)
{
	struct vfw_kern *fresh;

	if (vfw_kern_open(&fresh))
		return;
	nl_socket_free(k->sock);
	k->sock = fresh->sock;
	k->family = fresh->family;
	free(fresh);
}

int vfw_kern_call(struct vfw_kern *k, struct nl_msg *msg, vfw_kern_answer answer, void *arg)
{
	struct call c = {.k = k, .answer = answer, .arg = arg};
	int err;

	snprintf(k->error, sizeof(k->error), "%s", strerror(ENOMEM));
	if (!msg)
		return -ENOMEM;
	err = nl_send_auto(k->sock, msg);
	nlmsg_free(msg);
	if (err < 0) {
		snprintf(k->error, sizeof(k->error), "netlink: %s", nl_geterror(err));
		return -EIO;
	}
	err = receive(&c);
	if (err == -ETIMEDOUT || err == -EIO || err == -EINTR)
		reopen(k);
	return err;
}
