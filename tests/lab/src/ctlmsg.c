// SPDX-License-Identifier: GPL-2.0
#include "ctlmsg.h"

#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const size_t ctl_element[__VFW_TABLE_MAX] = {
	[VFW_TABLE_RULES] = sizeof(struct vfw_rule_rec),
	[VFW_TABLE_CANDS] = sizeof(uint32_t),
	[VFW_TABLE_CELLS] = sizeof(struct vfw_cell),
	[VFW_TABLE_BLOCKS] = sizeof(struct vfw_block),
	[VFW_TABLE_PAIRS] = sizeof(struct vfw_pair),
	[VFW_TABLE_BOOK4] = sizeof(struct vfw_range4),
	[VFW_TABLE_BOOK6] = sizeof(struct vfw_range6),
};

static struct nlmsghdr *begin(struct ctl *c, uint16_t family, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(c->buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++c->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = VFW_GENL_VERSION;
	return nlh;
}

struct nlmsghdr *ctl_begin(struct ctl *c, uint8_t cmd, uint16_t flags)
{
	return begin(c, c->family, cmd, flags);
}

const struct nlattr *ctl_find(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) if (mnl_attr_get_type(attr) ==
								    type) return attr;
	return NULL;
}

static void read_extack(struct ctl *c, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*e);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	mnl_attr_for_each(attr, nlh, skip) if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
		strncpy(c->text, mnl_attr_get_str(attr), sizeof(c->text) - 1);
}

int ctl_talk(struct ctl *c, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg)
{
	uint32_t seq = nlh->nlmsg_seq;

	memset(c->text, 0, sizeof(c->text));
	if (!(nlh->nlmsg_flags & NLM_F_DUMP))
		nlh->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(c->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		const struct nlmsghdr *m = (const struct nlmsghdr *)c->buf;
		int len = mnl_socket_recvfrom(c->nl, c->buf, sizeof(c->buf));

		if (len < 0)
			return -errno;
		for (; mnl_nlmsg_ok(m, len); m = mnl_nlmsg_next(m, &len)) {
			const int *error = mnl_nlmsg_get_payload(m);

			if (m->nlmsg_seq != seq)
				continue;
			if (m->nlmsg_type == NLMSG_ERROR)
				read_extack(c, m);
			if (m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE)
				return *error;
			if (cb && cb(m, arg) < 0)
				return -EBADMSG;
		}
	}
}

struct family {
	uint16_t id;
	uint32_t group;
};

static int on_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = ctl_find(nlh, CTRL_ATTR_FAMILY_ID);
	struct family *family = arg;
	const struct nlattr *group, *field;

	if (attr)
		family->id = mnl_attr_get_u16(attr);
	attr = ctl_find(nlh, CTRL_ATTR_MCAST_GROUPS);
	if (!attr)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(group, attr) mnl_attr_for_each_nested(
		field, group) if (mnl_attr_get_type(field) == CTRL_ATTR_MCAST_GRP_ID)
		family->group = mnl_attr_get_u32(field);
	return MNL_CB_OK;
}

int ctl_open(struct ctl *c)
{
	struct family family = {};
	struct nlmsghdr *nlh;
	int on = 1, ret;

	memset(c, 0, sizeof(*c));
	c->seq = time(NULL);
	c->nl = mnl_socket_open(NETLINK_GENERIC);
	if (!c->nl)
		return -errno;
	if (mnl_socket_bind(c->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		ret = -errno;
		goto err;
	}
	mnl_socket_setsockopt(c->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	nlh = begin(c, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VFW_GENL_NAME);
	ret = ctl_talk(c, nlh, on_family, &family);
	if (ret)
		goto err;
	c->family = family.id;
	c->group = family.group;
	return 0;
err:
	ctl_close(c);
	return ret;
}

void ctl_close(struct ctl *c)
{
	if (c->nl)
		mnl_socket_close(c->nl);
	c->nl = NULL;
}

void ctl_uuid(uint8_t uuid[VFW_UUID_LEN], uint8_t n)
{
	memset(uuid, n, VFW_UUID_LEN);
}

static void *table_new(struct ctl_policy *p, uint32_t table, uint32_t n)
{
	p->counts.n[table] = n;
	p->table[table] = calloc(n ? n : 1, ctl_element[table]);
	if (!p->table[table])
		err(1, "a table of %u elements", n);
	return p->table[table];
}

void ctl_policy_make(struct ctl_policy *p, uint32_t n_rules, uint32_t first_id)
{
	struct vfw_rule_rec *rules = table_new(p, VFW_TABLE_RULES, n_rules);
	uint32_t *cands = table_new(p, VFW_TABLE_CANDS, 2 * n_rules);
	struct vfw_cell *cells = table_new(p, VFW_TABLE_CELLS, n_rules);
	struct vfw_block *blocks = table_new(p, VFW_TABLE_BLOCKS, 2);
	struct vfw_pair *pairs = table_new(p, VFW_TABLE_PAIRS, 1);
	struct vfw_range4 *book4 = table_new(p, VFW_TABLE_BOOK4, 1);
	struct vfw_range6 *book6 = table_new(p, VFW_TABLE_BOOK6, 1);
	uint32_t i;

	for (i = 0; i < n_rules; i++) {
		rules[i].id = first_id + i;
		rules[i].verdict = VFW_PASS;
		cands[2 * i] = 1;
		cands[2 * i + 1] = i;
		cells[i].start = i;
		/* either way to say so */
		cells[i].cand = i % 2 ? VFW_CELL_F_RULE | i : 2 * i;
	}
	rules[n_rules - 1].verdict = VFW_BLOCK;
	rules[n_rules - 1].flags = VFW_RULE_F_DEFAULT;
	/* the last cell is the default block's own */
	cells[n_rules - 1].start = 0;
	blocks[0] = (struct vfw_block){.first_cell = n_rules - 1, .n_cells = 1};
	blocks[1] = (struct vfw_block){.n_cells = n_rules - 1, .flags = VFW_BLOCK_F_JOINS};
	pairs[0] = (struct vfw_pair){VFW_ID_FIRST, VFW_ID_FIRST + 1, 1};
	book4[0] = (struct vfw_range4){{192, 0, 2, 0}, {192, 0, 2, 255}, VFW_ID_FIRST + 1};
	book6[0] = (struct vfw_range6){{0x20, 1}, {0x20, 1, 0xff}, VFW_ID_FIRST + 1};
	p->counts.n_idents = VFW_ID_FIRST + 2;
	p->counts.default_block = 0;
	p->counts.n_profiles = 0;
	memset(p->digest, (uint8_t)first_id, sizeof(p->digest));
}

void ctl_policy_free(struct ctl_policy *p)
{
	uint32_t i;

	for (i = 0; i < __VFW_TABLE_MAX; i++)
		free(p->table[i]);
	memset(p, 0, sizeof(*p));
}

struct want {
	uint16_t type;
	void *out;
	size_t len;
	bool found;
};

static int on_want(const struct nlmsghdr *nlh, void *arg)
{
	struct want *want = arg;
	const struct nlattr *attr = ctl_find(nlh, want->type);

	if (attr && mnl_attr_get_payload_len(attr) == want->len) {
		memcpy(want->out, mnl_attr_get_payload(attr), want->len);
		want->found = true;
	}
	return MNL_CB_OK;
}

static int talk_want(struct ctl *c, struct nlmsghdr *nlh, struct want *want)
{
	int ret = ctl_talk(c, nlh, on_want, want);

	return ret ? ret : want->found ? 0 : -ENODATA;
}

int ctl_txn_begin(struct ctl *c, uint32_t flags, const struct vfw_counts *counts,
		  const uint8_t *digest, uint32_t *id)
{
	struct want want = {VFW_A_TXN_ID, id, sizeof(*id), false};
	struct nlmsghdr *nlh = ctl_begin(c, VFW_CMD_TXN_BEGIN, 0);

	mnl_attr_put_u32(nlh, VFW_A_TXN_FLAGS, flags);
	if (counts)
		mnl_attr_put(nlh, VFW_A_COUNTS, sizeof(*counts), counts);
	if (digest)
		mnl_attr_put(nlh, VFW_A_DIGEST, VFW_DIGEST_LEN, digest);
	return talk_want(c, nlh, &want);
}

int ctl_txn_table(struct ctl *c, uint32_t id, uint32_t table, const void *data, size_t len)
{
	struct nlmsghdr *nlh = ctl_begin(c, VFW_CMD_TXN_TABLE, 0);

	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	mnl_attr_put_u32(nlh, VFW_A_TABLE, table);
	mnl_attr_put(nlh, VFW_A_DATA, len, data);
	return ctl_talk(c, nlh, NULL, NULL);
}

int ctl_txn_tables(struct ctl *c, uint32_t id, const struct ctl_policy *p)
{
	uint32_t table;
	int ret;

	for (table = 0; table < __VFW_TABLE_MAX; table++) {
		size_t size = ctl_element[table];
		size_t left = p->counts.n[table] * size, step = VFW_TABLE_CHUNK / size * size;
		const char *at = p->table[table];

		for (; left; left -= step, at += step) {
			if (step > left)
				step = left;
			ret = ctl_txn_table(c, id, table, at, step);
			if (ret)
				return ret;
		}
	}
	return 0;
}

int ctl_txn_profile(struct ctl *c, uint32_t id, const char *name,
		    const struct vfw_profile_conf *conf, int stream_fd, int block_fd, int sigs_fd)
{
	struct nlmsghdr *nlh = ctl_begin(c, VFW_CMD_TXN_PROFILE, 0);
	struct nlattr *profile;

	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	profile = mnl_attr_nest_start(nlh, VFW_A_PROFILE);
	mnl_attr_put_strz(nlh, VFW_PROFILE_A_NAME, name);
	mnl_attr_put(nlh, VFW_PROFILE_A_CONF, sizeof(*conf), conf);
	if (stream_fd >= 0)
		mnl_attr_put_u32(nlh, VFW_PROFILE_A_STREAM_FD, stream_fd);
	if (block_fd >= 0)
		mnl_attr_put_u32(nlh, VFW_PROFILE_A_BLOCK_FD, block_fd);
	if (sigs_fd >= 0)
		mnl_attr_put_u32(nlh, VFW_PROFILE_A_SIGS_FD, sigs_fd);
	mnl_attr_nest_end(nlh, profile);
	return ctl_talk(c, nlh, NULL, NULL);
}

int ctl_txn_vm(struct ctl *c, uint32_t id, uint8_t n, uint32_t ident, uint32_t flags)
{
	struct nlmsghdr *nlh = ctl_begin(c, VFW_CMD_TXN_VM, 0);
	struct vfw_addr4 a4 = {{10, 0, 0, n}, 32, {}};
	struct vfw_addr6 a6 = {{0xfd, [15] = n}, 128, {}};
	uint8_t mac[6] = {0x52, 0x54, 0, 0, 0, n};
	uint8_t uuid[VFW_UUID_LEN];
	struct nlattr *vm, *nic;

	ctl_uuid(uuid, n);
	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	vm = mnl_attr_nest_start(nlh, VFW_A_VM);
	mnl_attr_put(nlh, VFW_VM_A_UUID, sizeof(uuid), uuid);
	mnl_attr_put_u32(nlh, VFW_VM_A_FLAGS, flags);
	if (!(flags & VFW_VM_F_GONE)) {
		mnl_attr_put_strz(nlh, VFW_VM_A_NAME, "test");
		mnl_attr_put_u32(nlh, VFW_VM_A_IDENT, ident);
		nic = mnl_attr_nest_start(nlh, VFW_VM_A_NIC);
		mnl_attr_put(nlh, VFW_NIC_A_MAC, sizeof(mac), mac);
		mnl_attr_put_u32(nlh, VFW_NIC_A_FLAGS, 0);
		mnl_attr_put(nlh, VFW_NIC_A_ADDR4, sizeof(a4), &a4);
		mnl_attr_put(nlh, VFW_NIC_A_ADDR6, sizeof(a6), &a6);
		mnl_attr_nest_end(nlh, nic);
	}
	mnl_attr_nest_end(nlh, vm);
	return ctl_talk(c, nlh, NULL, NULL);
}

int ctl_txn_port(struct ctl *c, uint32_t id, const char *dev, uint8_t n)
{
	struct nlmsghdr *nlh = ctl_begin(c, VFW_CMD_TXN_PORT, 0);
	uint8_t uuid[VFW_UUID_LEN];
	struct nlattr *port;

	ctl_uuid(uuid, n);
	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	port = mnl_attr_nest_start(nlh, VFW_A_PORT);
	mnl_attr_put_u32(nlh, VFW_PORT_A_IFINDEX, if_nametoindex(dev));
	if (n) {
		mnl_attr_put(nlh, VFW_PORT_A_UUID, sizeof(uuid), uuid);
		mnl_attr_put_u32(nlh, VFW_PORT_A_NIC, 0);
	}
	mnl_attr_nest_end(nlh, port);
	return ctl_talk(c, nlh, NULL, NULL);
}

int ctl_txn_end(struct ctl *c, uint8_t cmd, uint32_t id, uint32_t *revision)
{
	struct want want = {VFW_A_REVISION, revision, sizeof(*revision), false};
	struct nlmsghdr *nlh = ctl_begin(c, cmd, 0);

	mnl_attr_put_u32(nlh, VFW_A_TXN_ID, id);
	return revision ? talk_want(c, nlh, &want) : ctl_talk(c, nlh, NULL, NULL);
}

int ctl_apply(struct ctl *c, const struct ctl_policy *p, uint32_t *revision)
{
	uint32_t id;
	int ret;

	ret = ctl_txn_begin(c, VFW_TXN_F_POLICY, &p->counts, p->digest, &id);
	if (ret)
		return ret;
	ret = ctl_txn_tables(c, id, p);
	if (!ret)
		ret = ctl_txn_vm(c, id, 1, VFW_ID_FIRST, 0);
	if (!ret)
		ret = ctl_txn_vm(c, id, 2, VFW_ID_FIRST + 1, 0);
	if (!ret)
		return ctl_txn_end(c, VFW_CMD_TXN_COMMIT, id, revision);
	ctl_txn_end(c, VFW_CMD_TXN_ABORT, id, NULL);
	return ret;
}

int ctl_revision(struct ctl *c, uint32_t *revision)
{
	struct want want = {VFW_A_REVISION, revision, sizeof(*revision), false};

	return talk_want(c, ctl_begin(c, VFW_CMD_STATUS_GET, 0), &want);
}

int ctl_explain(struct ctl *c, struct vfw_explain *ex)
{
	struct want want = {VFW_A_EXPLAIN, ex, sizeof(*ex), false};
	struct nlmsghdr *nlh = ctl_begin(c, VFW_CMD_EXPLAIN, 0);

	mnl_attr_put(nlh, VFW_A_EXPLAIN, sizeof(*ex), ex);
	return talk_want(c, nlh, &want);
}
