/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The family "vfw" by hand, for tests that must be able to say what the daemon
 * never would. Functions return 0 or a negative errno unless they say otherwise.
 */
#ifndef CTLMSG_H
#define CTLMSG_H

#include <libmnl/libmnl.h>
#include <linux/vfw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CTL_BUF 65536

struct ctl {
	struct mnl_socket *nl;
	uint16_t family;
	uint32_t group;
	uint32_t seq;
	char text[256]; /* extack text of the last answer, or empty */
	char buf[CTL_BUF]; /* the message being made, then the answers */
};

/* A whole policy in memory. Tables are malloc'ed. */
struct ctl_policy {
	struct vfw_counts counts;
	uint8_t digest[VFW_DIGEST_LEN];
	void *table[__VFW_TABLE_MAX];
};

extern const size_t ctl_element[__VFW_TABLE_MAX];

/* Opens a socket and finds the family. */
int ctl_open(struct ctl *c);
void ctl_close(struct ctl *c);

/* Begins a message in c->buf. flags: NLM_F_* besides REQUEST. */
struct nlmsghdr *ctl_begin(struct ctl *c, uint8_t cmd, uint16_t flags);

/* Sends the message and gives every answer to cb (may be NULL) until the last. */
int ctl_talk(struct ctl *c, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg);

/* The attribute of this type directly in a message, or NULL. */
const struct nlattr *ctl_find(const struct nlmsghdr *nlh, uint16_t type);

/*
 * A policy of n_rules >= 2 rules that all pass, rule i for keys from i on, between
 * identities VFW_ID_FIRST and VFW_ID_FIRST + 1; everything else is the default's, the
 * last rule's: block. Rule i has id first_id + i. Exits without memory.
 */
void ctl_policy_make(struct ctl_policy *p, uint32_t n_rules, uint32_t first_id);
void ctl_policy_free(struct ctl_policy *p);

/* The steps of a transaction. */
int ctl_txn_begin(struct ctl *c, uint32_t flags, const struct vfw_counts *counts,
		  const uint8_t *digest, uint32_t *id);
int ctl_txn_table(struct ctl *c, uint32_t id, uint32_t table, const void *data, size_t len);
int ctl_txn_tables(struct ctl *c, uint32_t id, const struct ctl_policy *p);
/* Descriptors: -1 leaves one out. */
int ctl_txn_profile(struct ctl *c, uint32_t id, const char *name,
		    const struct vfw_profile_conf *conf, int stream_fd, int block_fd, int sigs_fd);
int ctl_txn_vm(struct ctl *c, uint32_t id, uint8_t n, uint32_t ident, uint32_t flags);
/* Binds the device to NIC 0 of test VM n; n 0 unbinds it. */
int ctl_txn_port(struct ctl *c, uint32_t id, const char *dev, uint8_t n);
int ctl_txn_end(struct ctl *c, uint8_t cmd, uint32_t id, uint32_t *revision);

/* A whole transaction: policy, VMs 1 and 2 with the first two identities, commit. */
int ctl_apply(struct ctl *c, const struct ctl_policy *p, uint32_t *revision);

/* UUID of the n-th VM of these tests: all bytes n. */
void ctl_uuid(uint8_t uuid[VFW_UUID_LEN], uint8_t n);

/* Asks which revision is in force. */
int ctl_revision(struct ctl *c, uint32_t *revision);

/* EXPLAIN; *ex is question and answer. */
int ctl_explain(struct ctl *c, struct vfw_explain *ex);

#endif /* CTLMSG_H */
