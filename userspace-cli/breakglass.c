// SPDX-License-Identifier: GPL-2.0
#include "breakglass.h"

#include <errno.h>
#include <linux/vfw.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <vfw/ctl_proto.h>

#define BREAKGLASS_SECONDS 5

struct breakglass {
	struct nl_sock *sock;
	int family;
	char *why;
	size_t size;
	char extack[256]; /* the kernel's own words about the last refusal */
	bool done; /* the kernel said that its answer is complete */
	json_t *into; /* what the running request fills */
};

static struct nla_policy breakglass_policy[VFW_A_MAX + 1] = {
	[VFW_A_MODE] = {.type = NLA_U32},
	[VFW_A_REVISION] = {.type = NLA_U32},
	[VFW_A_DIGEST] = {.minlen = VFW_DIGEST_LEN, .maxlen = VFW_DIGEST_LEN},
	[VFW_A_PORT] = {.type = NLA_NESTED},
	[VFW_A_REASON] = {.type = NLA_NESTED},
	[VFW_A_VERSION] = {.type = NLA_STRING, .maxlen = 64},
	[VFW_A_N_VMS] = {.type = NLA_U32},
	[VFW_A_N_PORTS] = {.type = NLA_U32},
	[VFW_A_N_FLOWS] = {.type = NLA_U32},
	[VFW_A_MEMORY] = {.type = NLA_U64},
	[VFW_A_EVENTS_LOST] = {.type = NLA_U64},
	[VFW_A_ALERTS_UNHEARD] = {.type = NLA_U64},
	[VFW_A_CONFIRM_S] = {.type = NLA_U32},
	[VFW_A_CONFIRM_WHO] = {.type = NLA_STRING, .maxlen = VFW_NAME_LEN},
	[VFW_A_CONFIRM_NS] = {.type = NLA_U64},
	[VFW_A_PREV_REVISION] = {.type = NLA_U32},
	[VFW_A_PREV_DIGEST] = {.minlen = VFW_DIGEST_LEN, .maxlen = VFW_DIGEST_LEN},
};

static struct nla_policy breakglass_port_policy[VFW_PORT_A_MAX + 1] = {
	[VFW_PORT_A_UUID] = {.minlen = VFW_UUID_LEN, .maxlen = VFW_UUID_LEN},
	[VFW_PORT_A_IFNAME] = {.type = NLA_STRING, .maxlen = 16},
};

static struct nla_policy breakglass_reason_policy[VFW_REASON_A_MAX + 1] = {
	[VFW_REASON_A_WORD] = {.type = NLA_STRING, .maxlen = 64},
	[VFW_REASON_A_PACKETS] = {.type = NLA_U64},
};

static int breakglass_fail(struct breakglass *b, int nlerr, const char *what)
{
	if (nlerr == -NLE_PERM || nlerr == -NLE_NOACCESS) {
		snprintf(b->why, b->size,
			 "%s: needs CAP_NET_ADMIN on this host: run vfwctl as root", what);
		return VFW_EXIT_DENIED;
	}
	snprintf(b->why, b->size, "%s: %s", what, *b->extack ? b->extack : nl_geterror(nlerr));
	return VFW_EXIT_FAILED;
}

static int breakglass_open(struct breakglass *b)
{
	struct timeval tv = {.tv_sec = BREAKGLASS_SECONDS};
	int on = 1, rc;

	b->sock = nl_socket_alloc();
	rc = b->sock ? genl_connect(b->sock) : -NLE_NOMEM;
	if (rc)
		return breakglass_fail(b, rc, "cannot open a netlink socket");
	setsockopt(nl_socket_get_fd(b->sock), SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(nl_socket_get_fd(b->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	b->family = genl_ctrl_resolve(b->sock, VFW_GENL_NAME);
	if (b->family == -NLE_OBJ_NOTFOUND) {
		snprintf(
			b->why, b->size,
			"the kernel module vfw is not loaded (or this is not the host's own network "
			"namespace): load it with `modprobe vfw' or insmod");
		return VFW_EXIT_FAILED;
	}
	if (b->family < 0)
		return breakglass_fail(b, b->family, "cannot ask the kernel for its vfw family");
	return VFW_EXIT_OK;
}

static int breakglass_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct breakglass *b = arg;
	struct nlmsghdr *h = (struct nlmsghdr *)err - 1;
	size_t skip = NLMSG_HDRLEN + sizeof(*err);
	struct nlattr *text;

	(void)from;
	b->extack[0] = '\0';
	if (h->nlmsg_flags & NLM_F_ACK_TLVS) {
		if (!(h->nlmsg_flags & NLM_F_CAPPED))
			skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
		if (h->nlmsg_len > NLMSG_ALIGN(skip)) {
			text = nla_find((struct nlattr *)((char *)h + NLMSG_ALIGN(skip)),
					(int)(h->nlmsg_len - NLMSG_ALIGN(skip)), NLMSGERR_ATTR_MSG);
			if (text)
				nla_strlcpy(b->extack, text, sizeof(b->extack));
		}
	}
	return -nl_syserr2nlerr(err->error);
}

static int breakglass_done(struct nl_msg *msg, void *arg)
{
	struct breakglass *b = arg;

	(void)msg;
	b->done = true;
	return NL_STOP;
}

/*
 * Sends a request (mode < 0: without that attribute) and hands every message of the answer to cb,
 * until the kernel says that there are no more. Returns 0 or a negative libnl error.
 */
static int breakglass_ask(struct breakglass *b, uint8_t cmd, int flags, int mode,
			  int (*cb)(struct nl_msg *msg, void *arg))
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_msg *msg = nlmsg_alloc();
	int rc = -NLE_NOMEM;

	if (!msg || !callbacks)
		goto out;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, b->family, 0, flags, cmd,
			 VFW_GENL_VERSION))
		goto out;
	if (mode >= 0 && nla_put_u32(msg, VFW_A_MODE, (uint32_t)mode))
		goto out;
	rc = nl_send_auto(b->sock, msg);
	if (rc < 0)
		goto out;
	nl_cb_err(callbacks, NL_CB_CUSTOM, breakglass_error, b);
	nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, cb, b);
	nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, breakglass_done, b);
	nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, breakglass_done, b);
	b->done = false;
	do
		rc = nl_recvmsgs(b->sock, callbacks);
	while (rc >= 0 && !b->done);
out:
	nl_cb_put(callbacks);
	nlmsg_free(msg);
	return rc < 0 ? rc : 0;
}

static const char *breakglass_mode_word(const struct nlattr *attr)
{
	return nla_get_u32(attr) == VFW_MODE_ARMED ? "armed" : "disarmed";
}

static void breakglass_count(json_t *obj, const char *key, const struct nlattr *attr)
{
	if (attr)
		json_object_set_new(obj, key, json_integer((json_int_t)nla_get_u32(attr)));
}

static void breakglass_count64(json_t *obj, const char *key, const struct nlattr *attr)
{
	if (attr)
		json_object_set_new(obj, key, json_integer((json_int_t)nla_get_u64(attr)));
}

static void breakglass_hex(json_t *obj, const char *key, const struct nlattr *digest)
{
	const unsigned char *bytes = nla_data(digest);
	char hex[2 * VFW_DIGEST_LEN + 1];
	size_t i;

	for (i = 0; i < VFW_DIGEST_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	json_object_set_new(obj, key, json_string(hex));
}

static void breakglass_trial(json_t *module, struct nlattr **a)
{
	json_t *trial = json_object();
	char since[64];
	struct tm tm;
	time_t t;

	breakglass_count(trial, "seconds_left", a[VFW_A_CONFIRM_S]);
	if (a[VFW_A_CONFIRM_WHO])
		json_object_set_new(trial, "who",
				    json_string(nla_get_string(a[VFW_A_CONFIRM_WHO])));
	if (a[VFW_A_CONFIRM_NS]) {
		t = (time_t)(nla_get_u64(a[VFW_A_CONFIRM_NS]) / 1000000000);
		if (gmtime_r(&t, &tm) && strftime(since, sizeof(since), "%Y-%m-%dT%H:%M:%SZ", &tm))
			json_object_set_new(trial, "since", json_string(since));
	}
	breakglass_count(trial, "previous_revision", a[VFW_A_PREV_REVISION]);
	if (a[VFW_A_PREV_DIGEST])
		breakglass_hex(trial, "previous_digest", a[VFW_A_PREV_DIGEST]);
	json_object_set_new(module, "trial", trial);
}

static int breakglass_got_state(struct nl_msg *msg, void *arg)
{
	struct breakglass *b = arg;
	struct nlattr *a[VFW_A_MAX + 1];

	if (genlmsg_parse(nlmsg_hdr(msg), 0, a, VFW_A_MAX, breakglass_policy))
		return NL_SKIP;
	if (a[VFW_A_MODE])
		json_object_set_new(b->into, "mode",
				    json_string(breakglass_mode_word(a[VFW_A_MODE])));
	if (a[VFW_A_VERSION])
		json_object_set_new(b->into, "version",
				    json_string(nla_get_string(a[VFW_A_VERSION])));
	if (a[VFW_A_DIGEST])
		breakglass_hex(b->into, "digest", a[VFW_A_DIGEST]);
	if (a[VFW_A_CONFIRM_S])
		breakglass_trial(b->into, a);
	breakglass_count(b->into, "revision", a[VFW_A_REVISION]);
	breakglass_count(b->into, "vms", a[VFW_A_N_VMS]);
	breakglass_count(b->into, "ports", a[VFW_A_N_PORTS]);
	breakglass_count(b->into, "flows", a[VFW_A_N_FLOWS]);
	breakglass_count64(b->into, "memory", a[VFW_A_MEMORY]);
	breakglass_count64(b->into, "events_lost", a[VFW_A_EVENTS_LOST]);
	breakglass_count64(b->into, "alerts_unheard", a[VFW_A_ALERTS_UNHEARD]);
	return NL_OK;
}

static int breakglass_got_port(struct nl_msg *msg, void *arg)
{
	struct nlattr *a[VFW_A_MAX + 1], *p[VFW_PORT_A_MAX + 1];
	struct breakglass *b = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, a, VFW_A_MAX, breakglass_policy) || !a[VFW_A_PORT] ||
	    nla_parse_nested(p, VFW_PORT_A_MAX, a[VFW_A_PORT], breakglass_port_policy))
		return NL_SKIP;
	if (!p[VFW_PORT_A_UUID] && p[VFW_PORT_A_IFNAME])
		json_array_append_new(b->into, json_string(nla_get_string(p[VFW_PORT_A_IFNAME])));
	return NL_OK;
}

static int breakglass_got_reason(struct nl_msg *msg, void *arg)
{
	struct nlattr *a[VFW_A_MAX + 1], *r[VFW_REASON_A_MAX + 1];
	struct breakglass *b = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, a, VFW_A_MAX, breakglass_policy) || !a[VFW_A_REASON] ||
	    nla_parse_nested(r, VFW_REASON_A_MAX, a[VFW_A_REASON], breakglass_reason_policy))
		return NL_SKIP;
	if (r[VFW_REASON_A_WORD] && r[VFW_REASON_A_PACKETS])
		json_array_append_new(b->into,
				      json_pack("{s:s, s:I}", "reason",
						nla_get_string(r[VFW_REASON_A_WORD]), "packets",
						(json_int_t)nla_get_u64(r[VFW_REASON_A_PACKETS])));
	return NL_OK;
}

int vfw_breakglass_status(json_t **result, char *why, size_t size)
{
	struct breakglass b = {.why = why, .size = size};
	json_t *module = json_pack("{s:b}", "loaded", 1);
	json_t *ports = json_array(), *reasons = json_array();
	int rc = breakglass_open(&b), nlrc;

	if (rc)
		goto out;
	b.into = module;
	nlrc = breakglass_ask(&b, VFW_CMD_STATUS_GET, 0, -1, breakglass_got_state);
	if (!nlrc) {
		b.into = ports;
		nlrc = breakglass_ask(&b, VFW_CMD_PORT_GET, NLM_F_DUMP, -1, breakglass_got_port);
	}
	if (!nlrc) {
		b.into = reasons;
		nlrc = breakglass_ask(&b, VFW_CMD_REASON_GET, NLM_F_DUMP, -1,
				      breakglass_got_reason);
	}
	if (nlrc)
		rc = breakglass_fail(&b, nlrc, "the kernel did not tell its state");
	else
		*result = json_pack("{s:s, s:O, s:O, s:O}", "source", "kernel", "module", module,
				    "unmanaged_ports", ports, "reasons", reasons);
out:
	nl_socket_free(b.sock);
	json_decref(module);
	json_decref(ports);
	json_decref(reasons);
	return rc;
}

int vfw_breakglass_mode(bool armed, json_t **result, char *why, size_t size)
{
	struct breakglass b = {.why = why, .size = size};
	json_t *before = json_object(), *after = json_object();
	int rc = breakglass_open(&b), nlrc;

	if (rc)
		goto out;
	b.into = before;
	nlrc = breakglass_ask(&b, VFW_CMD_STATUS_GET, 0, -1, breakglass_got_state);
	if (!nlrc)
		nlrc = breakglass_ask(&b, VFW_CMD_MODE_SET, 0,
				      armed ? VFW_MODE_ARMED : VFW_MODE_DISARMED,
				      breakglass_got_state);
	if (!nlrc) {
		b.into = after;
		nlrc = breakglass_ask(&b, VFW_CMD_STATUS_GET, 0, -1, breakglass_got_state);
	}
	if (nlrc)
		rc = breakglass_fail(&b, nlrc, "the kernel refused");
	else
		*result = json_pack("{s:s, s:O*, s:O*}", "source", "kernel", "mode",
				    json_object_get(after, "mode"), "previous",
				    json_object_get(before, "mode"));
out:
	nl_socket_free(b.sock);
	json_decref(before);
	json_decref(after);
	return rc;
}

int vfw_breakglass_trial(bool stays, json_t **result, char *why, size_t size)
{
	struct breakglass b = {.why = why, .size = size};
	json_t *after = json_object();
	int rc = breakglass_open(&b), nlrc;

	if (rc)
		goto out;
	b.into = after;
	nlrc = breakglass_ask(&b, stays ? VFW_CMD_POLICY_CONFIRM : VFW_CMD_POLICY_ROLLBACK, 0, -1,
			      breakglass_got_state);
	if (!nlrc)
		nlrc = breakglass_ask(&b, VFW_CMD_STATUS_GET, 0, -1, breakglass_got_state);
	if (nlrc)
		rc = breakglass_fail(&b, nlrc, "the kernel refused");
	else
		*result = json_pack("{s:s, s:O*}", "source", "kernel", "revision",
				    json_object_get(after, "revision"));
out:
	nl_socket_free(b.sock);
	json_decref(after);
	return rc;
}
