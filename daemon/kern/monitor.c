// SPDX-License-Identifier: GPL-2.0
#include "monitor.h"

#include "../base/cleanup.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER (16 << 20) /* bytes of events the kernel may hold for us */
#define MESSAGES 256 /* of one vfw_monitor_receive() */

struct vfw_monitor {
	struct nl_sock *sock;
	struct nl_sock *ask; /* to resolve names, for answers would mix with events */
	const struct vfw_monitor_ops *ops;
	void *arg;
	int family;
	uint64_t next; /* sequence number expected, 0: any */
};

static void on_events(struct vfw_monitor *m, struct nlattr *a)
{
	const char *data = nla_data(a);
	size_t n = (size_t)nla_len(a) / sizeof(struct vfw_event);
	_cleanup_free_ struct vfw_event *events = NULL;
	uint64_t lost = 0;

	if (!n)
		return;
	events = malloc(n * sizeof(*events));
	if (!events)
		return; /* the gap in the numbers will show it */
	memcpy(events, data, n * sizeof(*events));
	if (m->next && events[0].seq > m->next)
		lost = events[0].seq - m->next;
	m->next = events[n - 1].seq + 1;
	m->ops->events(m->arg, events, n, lost);
}

static void on_controller(struct vfw_monitor *m, struct nlmsghdr *h)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	int cmd = genlmsg_hdr(h)->cmd;

	if (cmd != CTRL_CMD_NEWFAMILY && cmd != CTRL_CMD_DELFAMILY)
		return;
	if (genlmsg_parse(h, 0, attrs, CTRL_ATTR_MAX, NULL) < 0 || !attrs[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], VFW_GENL_NAME))
		return;
	m->ops->family(m->arg, cmd == CTRL_CMD_NEWFAMILY);
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct nlattr *attrs[VFW_A_MAX + 1];
	struct vfw_monitor *m = arg;

	if (!genlmsg_valid_hdr(h, 0))
		return NL_OK;
	if (h->nlmsg_type == GENL_ID_CTRL) {
		on_controller(m, h);
	} else if (h->nlmsg_type == m->family && genlmsg_hdr(h)->cmd == VFW_CMD_EVENT &&
		   genlmsg_parse(h, 0, attrs, VFW_A_MAX, NULL) >= 0 && attrs[VFW_A_EVENTS]) {
		on_events(m, attrs[VFW_A_EVENTS]);
	}
	return NL_OK;
}

int vfw_monitor_new(struct vfw_monitor **out, const struct vfw_monitor_ops *ops, void *arg)
{
	struct vfw_monitor *m = calloc(1, sizeof(*m));
	int group, buffer = BUFFER;

	if (!m)
		return -ENOMEM;
	m->ops = ops;
	m->arg = arg;
	m->family = -1;
	m->sock = nl_socket_alloc();
	m->ask = nl_socket_alloc();
	if (!m->sock || !m->ask || genl_connect(m->sock) < 0 || genl_connect(m->ask) < 0)
		goto fail;
	nl_socket_disable_seq_check(m->sock);
	nl_socket_modify_cb(m->sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, m);
	nl_socket_set_nonblocking(m->sock);
	setsockopt(nl_socket_get_fd(m->sock), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	group = genl_ctrl_resolve_grp(m->ask, "nlctrl", "notify");
	if (group < 0 || nl_socket_add_membership(m->sock, group) < 0)
		goto fail;
	*out = m;
	return 0;

fail:
	vfw_monitor_free(m);
	return -EIO;
}

void vfw_monitor_free(struct vfw_monitor *m)
{
	if (!m)
		return;
	nl_socket_free(m->sock);
	nl_socket_free(m->ask);
	free(m);
}

int vfw_monitor_join(struct vfw_monitor *m)
{
	int family = genl_ctrl_resolve(m->ask, VFW_GENL_NAME);
	int group = genl_ctrl_resolve_grp(m->ask, VFW_GENL_NAME, VFW_GENL_MCGRP_EVENTS);

	if (family < 0 || group < 0)
		return -ENOENT;
	if (nl_socket_add_membership(m->sock, group) < 0)
		return -EPERM;
	m->family = family;
	m->next = 0;
	return 0;
}

int vfw_monitor_fd(const struct vfw_monitor *m)
{
	return nl_socket_get_fd(m->sock);
}

int vfw_monitor_receive(struct vfw_monitor *m)
{
	for (int i = 0; i < MESSAGES; i++) {
		int err = nl_recvmsgs_default(m->sock);

		if (err == -NLE_AGAIN)
			return 0;
		/* an overrun shows in the numbers of the events that follow */
		if (err < 0 && err != -NLE_NOMEM)
			return -EIO;
	}
	return 0;
}
