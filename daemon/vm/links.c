// SPDX-License-Identifier: GPL-2.0
#include "links.h"

#include "../base/cleanup.h"
#include "../base/log.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>

struct vfw_links {
	struct nl_sock *events;
	struct nl_sock *dump;
	struct vfw_link *links; /* in order of ifindex */
	size_t n, room;
	bool *fresh; /* during a dump: which links it named; parallel to links */
	vfw_links_changed changed;
	void *arg;
};

static size_t position(const struct vfw_links *l, int ifindex)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->links[mid].ifindex < ifindex)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool known(const struct vfw_links *l, size_t at, int ifindex)
{
	return at < l->n && l->links[at].ifindex == ifindex;
}

static void drop(struct vfw_links *l, size_t at)
{
	struct vfw_link link = l->links[at];

	l->n--;
	memmove(&l->links[at], &l->links[at + 1], (l->n - at) * sizeof(*l->links));
	memmove(&l->fresh[at], &l->fresh[at + 1], (l->n - at) * sizeof(*l->fresh));
	link.gone = true;
	l->changed(l->arg, &link);
}

static int grow(struct vfw_links *l)
{
	size_t room = l->room ? l->room * 2 : 64;
	struct vfw_link *links = realloc(l->links, room * sizeof(*links));
	bool *fresh;

	if (!links)
		return -ENOMEM;
	l->links = links;
	fresh = realloc(l->fresh, room * sizeof(*fresh));
	if (!fresh)
		return -ENOMEM;
	l->fresh = fresh;
	l->room = room;
	return 0;
}

static void put(struct vfw_links *l, const struct vfw_link *link)
{
	size_t at = position(l, link->ifindex);

	if (known(l, at, link->ifindex)) {
		l->fresh[at] = true;
		l->links[at] = *link;
		l->changed(l->arg, link);
		return;
	}
	if (l->n == l->room && grow(l)) {
		vfw_log_error("no memory to remember device %s", link->name);
		return;
	}
	memmove(&l->links[at + 1], &l->links[at], (l->n - at) * sizeof(*l->links));
	memmove(&l->fresh[at + 1], &l->fresh[at], (l->n - at) * sizeof(*l->fresh));
	l->links[at] = *link;
	l->fresh[at] = true;
	l->n++;
	l->changed(l->arg, link);
}

static void read_attrs(struct nlmsghdr *h, struct vfw_link *link)
{
	struct nlattr *a[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1], *xdp[IFLA_XDP_MAX + 1];

	if (nlmsg_parse(h, sizeof(struct ifinfomsg), a, IFLA_MAX, NULL))
		return;
	if (a[IFLA_IFNAME])
		nla_strlcpy(link->name, a[IFLA_IFNAME], sizeof(link->name));
	if (a[IFLA_MASTER])
		link->master = (int)nla_get_u32(a[IFLA_MASTER]);
	if (a[IFLA_ADDRESS] && nla_len(a[IFLA_ADDRESS]) == 6)
		memcpy(link->mac, nla_data(a[IFLA_ADDRESS]), 6);
	if (a[IFLA_LINKINFO] && !nla_parse_nested(info, IFLA_INFO_MAX, a[IFLA_LINKINFO], NULL) &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(link->kind, info[IFLA_INFO_KIND], sizeof(link->kind));
	if (a[IFLA_XDP] && !nla_parse_nested(xdp, IFLA_XDP_MAX, a[IFLA_XDP], NULL) &&
	    xdp[IFLA_XDP_ATTACHED])
		link->xdp = nla_get_u8(xdp[IFLA_XDP_ATTACHED]) != XDP_ATTACHED_NONE;
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct vfw_links *l = arg;
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct vfw_link link = {0};
	struct ifinfomsg *info;
	size_t at;

	if ((h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK) ||
	    !nlmsg_valid_hdr(h, sizeof(*info)))
		return NL_OK;
	info = nlmsg_data(h);
	/* a bridge reports its ports under its own family: DELLINK there is leaving the bridge */
	if (info->ifi_family != AF_UNSPEC)
		return NL_OK;
	link.ifindex = info->ifi_index;
	link.up = info->ifi_flags & IFF_UP;
	if (h->nlmsg_type == RTM_DELLINK) {
		at = position(l, link.ifindex);
		if (known(l, at, link.ifindex))
			drop(l, at);
		return NL_OK;
	}
	read_attrs(h, &link);
	put(l, &link);
	return NL_OK;
}

static int dump(struct vfw_links *l)
{
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
	int err;

	if (l->n)
		memset(l->fresh, 0, l->n * sizeof(*l->fresh));
	err = nl_send_simple(l->dump, RTM_GETLINK, NLM_F_DUMP, &info, sizeof(info));
	if (err >= 0)
		err = nl_recvmsgs_default(l->dump);
	if (err < 0)
		return -EIO;
	for (size_t i = l->n; i-- > 0;)
		if (!l->fresh[i])
			drop(l, i);
	return 0;
}

static struct nl_sock *open_socket(struct vfw_links *l)
{
	struct nl_sock *s = nl_socket_alloc();

	if (!s)
		return NULL;
	nl_socket_modify_cb(s, NL_CB_VALID, NL_CB_CUSTOM, on_message, l);
	if (nl_connect(s, NETLINK_ROUTE) < 0) {
		nl_socket_free(s);
		return NULL;
	}
	return s;
}

int vfw_links_new(struct vfw_links **links, vfw_links_changed changed, void *arg)
{
	struct vfw_links *l = calloc(1, sizeof(*l));
	int err = -EIO;

	if (!l)
		return -ENOMEM;
	l->changed = changed;
	l->arg = arg;
	l->events = open_socket(l);
	l->dump = open_socket(l);
	if (!l->events || !l->dump)
		goto fail;
	nl_socket_disable_seq_check(l->events);
	nl_socket_set_nonblocking(l->events);
	nl_socket_set_buffer_size(l->events, 4 << 20, 0);
	/* subscribe first, read then: a change between the two is seen twice, never missed */
	if (nl_socket_add_membership(l->events, RTNLGRP_LINK) < 0)
		goto fail;
	err = dump(l);
	if (err)
		goto fail;
	*links = l;
	return 0;

fail:
	vfw_links_free(l);
	return err;
}

void vfw_links_free(struct vfw_links *l)
{
	if (!l)
		return;
	nl_socket_free(l->events);
	nl_socket_free(l->dump);
	free(l->links);
	free(l->fresh);
	free(l);
}

int vfw_links_fd(const struct vfw_links *l)
{
	return nl_socket_get_fd(l->events);
}

int vfw_links_receive(struct vfw_links *l)
{
	for (;;) {
		int err = nl_recvmsgs_default(l->events);

		if (err == -NLE_AGAIN)
			return 0;
		if (err == -NLE_NOMEM) {
			vfw_log_warning("device notifications were lost, reading all devices anew");
			err = dump(l);
			if (err)
				return err;
			continue;
		}
		if (err < 0) {
			vfw_log_warning("rtnetlink: %s", nl_geterror(err));
			return -EIO;
		}
	}
}

const struct vfw_link *vfw_links_by_name(const struct vfw_links *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->links[i].name, name))
			return &l->links[i];
	return NULL;
}

const struct vfw_link *vfw_links_by_index(const struct vfw_links *l, int ifindex)
{
	size_t at = position(l, ifindex);

	return known(l, at, ifindex) ? &l->links[at] : NULL;
}

const struct vfw_link *vfw_links_all(const struct vfw_links *l, size_t *n)
{
	*n = l->n;
	return l->links;
}
