/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink family "vfw": the contract between vfw.ko and user space.
 *
 * Who may speak. Every command needs CAP_NET_ADMIN in the initial user
 * namespace (GENL_ADMIN_PERM); the family lives in the initial network
 * namespace only. Joining the multicast group "events" needs the same.
 *
 * Transactions. Policy and the VM population change only by a transaction:
 * TXN_BEGIN, any number of TXN_TABLE, TXN_PROFILE, TXN_VM, TXN_PORT, then TXN_COMMIT or
 * TXN_ABORT. One transaction is open at a time (-EBUSY), owned by the socket
 * that began it; closing that socket aborts it. Commit checks the whole by
 * meaning and publishes by one RCU swap, or refuses with extack text and leaves
 * what was; it ends the transaction either way. A refused TXN_TABLE, TXN_PROFILE,
 * TXN_VM or TXN_PORT adds nothing and leaves the transaction open.
 *
 * A transaction is of one of two kinds. With VFW_TXN_F_POLICY it brings a whole
 * policy: every table, and every VM there is (a VM not named is removed, its
 * ports become unmanaged). Without, it brings changes of the population only:
 * VMs named are added or replaced, those with VFW_VM_F_GONE removed; the tables
 * stay, and there must be a policy already (-ENOENT). An identity of a VM is
 * VFW_ID_FIRST to n_idents - 1 of the policy it will live under. Bindings of
 * ports that are not named stay while their VM and NIC are there.
 *
 * TXN_BEGIN with VFW_A_REVISION is refused (-ESTALE) unless that revision is in force: what
 * was compiled for one policy must not meet another.
 *
 * A policy may come on trial: TXN_BEGIN with VFW_A_CONFIRM_S keeps the policy that
 * was in force before, and when so many seconds have passed since the commit without
 * POLICY_CONFIRM, or at POLICY_ROLLBACK, its rules are published again under a new
 * revision. Timer and rules are the kernel's: nobody in user space need live. What is
 * rolled back is the rules: every VM that is there stays, with the identity that it
 * had under those rules; one that they do not know is VFW_ID_UNMANAGED until it is
 * named again; one that went stays gone; the mode stays. While a trial runs only its
 * own policy, told by the digest, may be published anew, for other VMs (-EBUSY). A
 * rollback aborts the transaction that is open.
 *
 * Tables are arrays of the fixed structs below, host byte order, sent in
 * order in one or more TXN_TABLE messages of at most VFW_TABLE_CHUNK bytes
 * each; BEGIN announces how many elements each has, and the memory for them is
 * taken there (bounded by the module's parameter policy_max_mib). Indices
 * between tables are checked at commit.
 *
 * Profiles belong to a policy: BEGIN announces how many, TXN_PROFILE brings one;
 * the order of arrival is its index. A database is a file of the sender, named by
 * a descriptor that is open for reading, on a regular file that nobody has open for
 * writing; it is read before the command returns. A database is code: bringing one
 * takes CAP_SYS_MODULE in the initial user namespace, and lockdown refuses it where
 * it refuses unsigned modules. It is compiled by libhs of the version and for
 * the instruction set that STATUS_GET reports, and serialised.
 * A profile with VFW_PROFILE_F_APPS has the patterns of apps in its databases, too, and a
 * table of what they mean: what begins as one of these apps is recognised in its first bytes.
 * Where rules ask for apps (struct vfw_cell) such a profile scans the conversation.
 * A conversation keeps the databases it began with until the policy's commit says
 * VFW_TXN_F_RESTART_STREAMS, or too many newer ones have come (PROFILE_GET shows them).
 *
 * Strictness. Attributes that a command does not know, flags that are not
 * defined (-EOPNOTSUPP) and reserved fields that are not 0 are refused, with
 * extack text.
 *
 * Dumps keep no lock between their messages. A commit in the midst of VM_GET or
 * RULE_GET sets NLM_F_DUMP_INTR: ask again. One message of VM_GET may take 17 KiB;
 * read with a buffer of 32 KiB.
 *
 * Words: a port is a network device by which a VM's vNIC reaches the host; an
 * identity is a small integer that stands for one combination of groups;
 * revision is the number of a published policy.
 */
#ifndef _UAPI_LINUX_VFW_H
#define _UAPI_LINUX_VFW_H

#include <linux/types.h>

#define VFW_GENL_NAME "vfw"
#define VFW_GENL_VERSION 1
#define VFW_GENL_MCGRP_EVENTS "events"

/* bounds, checked by the kernel */
#define VFW_MAX_VMS 4096
#define VFW_MAX_NICS 16 /* of one VM */
#define VFW_MAX_ADDRS 32 /* of one NIC */
#define VFW_MAX_IDENTS 65536
#define VFW_MAX_RULES (1U << 20)
#define VFW_MAX_BLOCKS (1U << 20)
#define VFW_MAX_CELLS (1U << 24)
#define VFW_MAX_CANDS (1U << 24)
#define VFW_MAX_PAIRS (1U << 24)
#define VFW_MAX_RANGES (1U << 20)
#define VFW_MAX_SCOPE 64 /* entries of each scope list */
#define VFW_MAX_PROFILES 64
#define VFW_NAME_LEN 64 /* of a VM or a profile, with the final NUL */
#define VFW_UUID_LEN 16
#define VFW_DIGEST_LEN 32
#define VFW_TABLE_CHUNK 32768
#define VFW_CONFIRM_MAX_S 86400

/* identities that always exist; the first of the policy's own is VFW_ID_FIRST */
#define VFW_ID_UNMANAGED 0
#define VFW_ID_HOST 1
#define VFW_ID_EXTERNAL 2
#define VFW_ID_FIRST 16

enum vfw_cmd {
	VFW_CMD_UNSPEC,
	VFW_CMD_STATUS_GET, /* do: one message of VFW_A_* state; digest and counts once there is a policy */
	VFW_CMD_MODE_SET, /* VFW_A_MODE; arming and disarming */
	VFW_CMD_SCOPE_SET, /* VFW_A_SCOPE_*: the lists given replace the old ones */
	VFW_CMD_TXN_BEGIN, /* VFW_A_TXN_FLAGS, _COUNTS, _DIGEST, _REVISION, _CONFIRM_S, _CONFIRM_WHO; reply VFW_A_TXN_ID */
	VFW_CMD_TXN_TABLE, /* VFW_A_TXN_ID, VFW_A_TABLE, VFW_A_DATA */
	VFW_CMD_TXN_VM, /* VFW_A_TXN_ID, VFW_A_VM */
	VFW_CMD_TXN_PORT, /* VFW_A_TXN_ID, VFW_A_PORT: which VM and NIC a device serves */
	VFW_CMD_TXN_COMMIT, /* VFW_A_TXN_ID; reply VFW_A_REVISION */
	VFW_CMD_TXN_ABORT, /* VFW_A_TXN_ID */
	VFW_CMD_VM_GET, /* dump: VFW_A_VM with counters */
	VFW_CMD_PORT_GET, /* dump: VFW_A_PORT, every port in scope */
	VFW_CMD_RULE_GET, /* dump: VFW_A_RULE: id and counters */
	VFW_CMD_REASON_GET, /* dump: VFW_A_REASON: number, word, counter */
	VFW_CMD_FLOW_GET, /* dump: VFW_A_FLOW */
	VFW_CMD_EXPLAIN, /* do: VFW_A_EXPLAIN in, VFW_A_EXPLAIN out; no traffic, no counters */
	VFW_CMD_VM_FLAGS_SET, /* VFW_A_VM with uuid and flags: quarantine, release */
	VFW_CMD_EVENT, /* multicast: VFW_A_EVENTS, VFW_A_EVENTS_LOST */
	VFW_CMD_TXN_PROFILE, /* VFW_A_TXN_ID, VFW_A_PROFILE: the next profile of the policy */
	VFW_CMD_PROFILE_GET, /* dump: VFW_A_PROFILE: each generation of a profile that is in use */
	VFW_CMD_FLOW_KILL, /* VFW_A_FLOW_MATCH; reply VFW_A_N_FLOWS: how many it ended */
	VFW_CMD_FLOW_CONF, /* VFW_A_TIMEOUTS, VFW_A_FLOW_EVENTS: what is given replaces what was */
	VFW_CMD_POLICY_CONFIRM, /* do: the policy on trial stays; -ENOENT: none is */
	VFW_CMD_POLICY_ROLLBACK, /* do: back at once; reply VFW_A_REVISION; -ENOENT: none is on trial */
	__VFW_CMD_MAX,
};
#define VFW_CMD_MAX (__VFW_CMD_MAX - 1)

enum vfw_attr {
	VFW_A_UNSPEC,
	VFW_A_PAD,
	VFW_A_MODE, /* u32, enum vfw_mode */
	VFW_A_REVISION, /* u32; 0: no policy was ever published */
	VFW_A_DIGEST, /* VFW_DIGEST_LEN bytes, user space's own digest of the policy */
	VFW_A_TXN_ID, /* u32 */
	VFW_A_TXN_FLAGS, /* u32, VFW_TXN_F_* */
	VFW_A_COUNTS, /* struct vfw_counts */
	VFW_A_TABLE, /* u32, enum vfw_table */
	VFW_A_DATA, /* binary, whole elements of the table */
	VFW_A_VM, /* nest of VFW_VM_A_* */
	VFW_A_PORT, /* nest of VFW_PORT_A_* */
	VFW_A_RULE, /* struct vfw_rule_stat */
	VFW_A_REASON, /* nest of VFW_REASON_A_* */
	VFW_A_FLOW, /* struct vfw_flow_info */
	VFW_A_EXPLAIN, /* struct vfw_explain */
	VFW_A_EVENTS, /* binary: array of struct vfw_event */
	VFW_A_EVENTS_LOST, /* u64: events not sent since load, of all kinds */
	VFW_A_SCOPE_NAMES, /* nest of VFW_SCOPE_A_ENTRY: device name patterns (shell *, ?) */
	VFW_A_SCOPE_BRIDGES, /* nest of VFW_SCOPE_A_ENTRY: names or patterns of protected bridges */
	VFW_A_SCOPE_UPLINKS, /* nest of VFW_SCOPE_A_ENTRY: bridge ports that are no VM's whatever their kind */
	VFW_A_VERSION, /* string: version of the module */
	VFW_A_N_VMS, /* u32 */
	VFW_A_N_PORTS, /* u32 */
	VFW_A_N_FLOWS, /* u32 */
	VFW_A_MEMORY, /* u64: bytes held by policy, VMs and flows */
	VFW_A_PROFILE, /* nest of VFW_PROFILE_A_* */
	VFW_A_HS_SET, /* string: instruction set of the databases it runs: sse42, avx2, avx512 */
	VFW_A_HS_VERSION, /* string: version of Hyperscan whose databases it runs */
	VFW_A_FLOW_MATCH, /* struct vfw_flow_match */
	VFW_A_TIMEOUTS, /* struct vfw_timeouts; in FLOW_CONF 0 leaves a timeout as it is */
	VFW_A_FLOW_EVENTS, /* u32, enum vfw_flow_events */
	VFW_A_CONFIRM_S, /* u32: 1 to VFW_CONFIRM_MAX_S; in TXN_BEGIN: how long the trial lasts; in status: what is left */
	VFW_A_CONFIRM_WHO, /* string, at most VFW_NAME_LEN - 1: who asked for the trial, in user space's words */
	VFW_A_CONFIRM_NS, /* u64, CLOCK_REALTIME: when the trial began; in status */
	VFW_A_PREV_REVISION, /* u32: the revision whose rules come back; in status, during a trial */
	VFW_A_PREV_DIGEST, /* VFW_DIGEST_LEN bytes of it */
	VFW_A_SCAN_MEMORY, /* u64: of VFW_A_MEMORY, what scanning holds of conversations */
	VFW_A_ALERTS_UNHEARD, /* u64: matches of signatures while nobody listened to events, since load */
	__VFW_A_MAX,
};
#define VFW_A_MAX (__VFW_A_MAX - 1)

enum vfw_mode {
	VFW_MODE_DISARMED, /* everything is judged, counted and said; nothing is cut */
	VFW_MODE_ARMED, /* verdicts are carried out; the module pins itself */
	__VFW_MODE_MAX,
};

#define VFW_TXN_F_POLICY (1U << 0) /* a whole policy, not only population */
#define VFW_TXN_F_KEEP_ESTABLISHED (1U << 1) /* flows stay though the new revision forbids them */
#define VFW_TXN_F_RESTART_STREAMS (1U << 2) /* running streams take the new databases, too */
#define VFW_TXN_F_SAME_RULES \
	(1U << 3) /* only identities are others: flows that were kept stay so */
#define VFW_TXN_F_ALL                                                                \
	(VFW_TXN_F_POLICY | VFW_TXN_F_KEEP_ESTABLISHED | VFW_TXN_F_RESTART_STREAMS | \
	 VFW_TXN_F_SAME_RULES)

enum vfw_table {
	VFW_TABLE_RULES, /* struct vfw_rule_rec */
	VFW_TABLE_CANDS, /* __u32: runs of rule indices, see struct vfw_cell */
	VFW_TABLE_CELLS, /* struct vfw_cell */
	VFW_TABLE_BLOCKS, /* struct vfw_block */
	VFW_TABLE_PAIRS, /* struct vfw_pair */
	VFW_TABLE_BOOK4, /* struct vfw_range4 */
	VFW_TABLE_BOOK6, /* struct vfw_range6 */
	__VFW_TABLE_MAX,
};

struct vfw_counts {
	__u32 n[__VFW_TABLE_MAX]; /* elements of each table */
	__u32 n_idents; /* identities are 0 .. n_idents - 1; at least VFW_ID_FIRST */
	__u32 default_block; /* index of the block of a pair that is not in the table */
	__u32 n_profiles; /* <= VFW_MAX_PROFILES; TXN_PROFILE brings them */
};

enum vfw_verdict {
	VFW_PASS,
	VFW_BLOCK,
	VFW_REJECT,
	VFW_MONITOR, /* only as a rule's word: count, say would-drop, go on */
	__VFW_VERDICT_MAX,
};

#define VFW_RULE_F_LOG (1U << 0) /* an event for each new flow (pass) or packet (else) */
#define VFW_RULE_F_DEFAULT (1U << 1) /* it is the policy's default, not a written rule */
#define VFW_RULE_F_ALL (VFW_RULE_F_LOG | VFW_RULE_F_DEFAULT)

/* A rule as the datapath sees it. Sorted by nothing: its index is its name within the policy. */
struct vfw_rule_rec {
	__u32 id; /* stable over revisions while the rule's text is; never 0; unique in the table */
	__u8 verdict; /* enum vfw_verdict */
	__u8 flags; /* VFW_RULE_F_* */
	__u16 profile; /* what it lets pass is scanned by: 0: none, else profile index + 1 */
};

/*
 * What is looked up inside a block: one 32-bit key for everything that can open
 * a conversation. Bits 31-16 are the class: an IP protocol number 0-255, or
 * VFW_CLASS_ETHER. Bits 15-0: destination port (TCP, UDP, SCTP, UDP-Lite,
 * DCCP), type << 8 | code (ICMP, ICMPv6), 0 (other IP protocols), the ethertype
 * (VFW_CLASS_ETHER; 0 for LLC frames).
 */
#define VFW_CLASS_ETHER 0x0100
#define VFW_KEY(class, value) (((__u32)(class) << 16) | (__u32)(value))
#define VFW_KEY_LAST VFW_KEY(VFW_CLASS_ETHER, 0xffff)

/*
 * A cell covers the keys from start to the next cell's start - 1, the last of
 * its block to VFW_KEY_LAST. A block's first cell starts at 0, starts rise
 * strictly. cand with VFW_CELL_F_RULE is the index of the rule that decides
 * (its verdict is never VFW_MONITOR); a lookup reads nothing else. Without, it
 * indexes CANDS: there stands a count n >= 1, then n rule indices in order of
 * evaluation. All but the last are VFW_MONITOR rules; the last decides.
 *
 * Where what is decided depends on the app, cand has VFW_CELL_F_APPS, and what is left of it indexes CANDS where
 * there stand VFW_APPS_HEAD words (enum vfw_apps_word), then n pairs: an app, and where its run of
 * candidates stands. Apps rise strictly; none is 0 or VFW_APP_ID_PENDING. An app is told by a number
 * that user space gives it, which the tables of profiles use, too.
 */
enum vfw_apps_word {
	VFW_APPS_N, /* n >= 1 */
	VFW_APPS_PASSES, /* the rule for which a conversation counts until its app is known; VFW_PASS */
	VFW_APPS_HOLDS, /* index + 1 of the rule by which no payload passes until then; 0: it passes */
	VFW_APPS_PROFILE, /* index + 1 of the profile, with VFW_PROFILE_F_APPS, that scans it */
	VFW_APPS_ELSE, /* where the run for all other apps stands, and for what is none */
	VFW_APPS_HEAD,
};

#define VFW_CELL_F_APPS (1U << 31)
#define VFW_CELL_F_RULE (1U << 30)
#define VFW_APP_ID_NONE 0 /* none of the apps, and never will be */
#define VFW_APP_ID_PENDING 0xffffffffU /* not known yet */
#define VFW_MAX_APPS 2048

struct vfw_cell {
	__u32 start;
	__u32 cand;
};

#define VFW_BLOCK_F_JOINS \
	(1U << 0) /* some rule lets something pass: ARP and ND pass too, both ways */
#define VFW_BLOCK_F_ALL VFW_BLOCK_F_JOINS

struct vfw_block {
	__u32 first_cell;
	__u32 n_cells; /* >= 1 */
	__u32 flags; /* VFW_BLOCK_F_* */
};

/* (identity that opens, identity that is reached) -> block. No pair stands twice. */
struct vfw_pair {
	__u32 src;
	__u32 dst;
	__u32 block;
};

/*
 * The address book: who an address is that no local port holds. Disjoint
 * ranges, rising, inclusive at both ends; longest prefix is already resolved.
 * An address in none is VFW_ID_EXTERNAL. Network byte order.
 */
struct vfw_range4 {
	__u8 first[4];
	__u8 last[4];
	__u32 ident;
};

struct vfw_range6 {
	__u8 first[16];
	__u8 last[16];
	__u32 ident;
};

enum vfw_vm_attr {
	VFW_VM_A_UNSPEC,
	VFW_VM_A_PAD,
	VFW_VM_A_UUID, /* VFW_UUID_LEN bytes */
	VFW_VM_A_NAME, /* NUL-terminated string, for logs and traces only */
	VFW_VM_A_IDENT, /* u32 */
	VFW_VM_A_FLAGS, /* u32, VFW_VM_F_* */
	VFW_VM_A_NIC, /* nest of VFW_NIC_A_*; may stand VFW_MAX_NICS times; the n-th is NIC n, from 0 */
	VFW_VM_A_STAT, /* struct vfw_vm_stat; in dumps */
	VFW_VM_A_SLOT, /* u32, the kernel's own number of the VM; in dumps */
	VFW_VM_A_MEANS, /* u64: a hash of what its identity stands for; absent: 0. Another one under the same rules: its labels have changed */
	__VFW_VM_A_MAX,
};
#define VFW_VM_A_MAX (__VFW_VM_A_MAX - 1)

#define VFW_VM_F_GONE (1U << 0) /* in TXN_VM: remove it */
#define VFW_VM_F_QUARANTINE (1U << 1) /* nothing enters, nothing leaves */
#define VFW_VM_F_MONITOR \
	(1U << 2) /* count and say would-drop for this VM, cut nothing, but for a quarantine */
#define VFW_VM_F_ALL (VFW_VM_F_GONE | VFW_VM_F_QUARANTINE | VFW_VM_F_MONITOR)

enum vfw_nic_attr {
	VFW_NIC_A_UNSPEC,
	VFW_NIC_A_MAC, /* 6 bytes, unicast */
	VFW_NIC_A_FLAGS, /* u32, VFW_NIC_F_* */
	VFW_NIC_A_ADDR4, /* binary: array of struct vfw_addr4 */
	VFW_NIC_A_ADDR6, /* binary: array of struct vfw_addr6 */
	__VFW_NIC_A_MAX,
};
#define VFW_NIC_A_MAX (__VFW_NIC_A_MAX - 1)

#define VFW_NIC_F_MAC_ANY (1U << 0) /* guard: any source MAC (nested bridges); else only MAC */
#define VFW_NIC_F_IP_ANY (1U << 1) /* guard: any source address; else only the declared ones */
#define VFW_NIC_F_DHCP_SERVER (1U << 2) /* guard: may answer DHCP and hears its requests */
#define VFW_NIC_F_ROUTER (1U << 3) /* guard: may send router advertisements */
#define VFW_NIC_F_ALL \
	(VFW_NIC_F_MAC_ANY | VFW_NIC_F_IP_ANY | VFW_NIC_F_DHCP_SERVER | VFW_NIC_F_ROUTER)

struct vfw_addr4 {
	__u8 addr[4]; /* network byte order; a prefix length stands in len */
	__u8 len; /* 1-32; 32 is one address, less is a whole subnet the NIC may use */
	__u8 reserved[3]; /* 0 */
};

struct vfw_addr6 {
	__u8 addr[16];
	__u8 len; /* 1-128 */
	__u8 reserved[3]; /* 0 */
};

/* counters of a VM: what it sent, what was sent to it, and what became of both */
struct vfw_vm_stat {
	__u64 tx_packets, tx_bytes; /* from the VM, before judgement */
	__u64 rx_packets, rx_bytes; /* delivered to the VM */
	__u64 tx_dropped, rx_dropped;
	__u64 would_drop; /* monitor or disarmed: passed though it would be cut */
	__u64 flows_opened; /* by this VM */
};

enum vfw_port_attr {
	VFW_PORT_A_UNSPEC,
	VFW_PORT_A_IFINDEX, /* u32 */
	VFW_PORT_A_UUID, /* VFW_UUID_LEN bytes; absent in dumps: the port is unmanaged */
	VFW_PORT_A_NIC, /* u32 index of the VM's NIC */
	VFW_PORT_A_IFNAME, /* string; in dumps */
	VFW_PORT_A_MASTER, /* u32 ifindex of the bridge, 0: none; in dumps */
	VFW_PORT_A_FLAGS, /* u32, VFW_PORT_F_*; in dumps */
	__VFW_PORT_A_MAX,
};
#define VFW_PORT_A_MAX (__VFW_PORT_A_MAX - 1)

#define VFW_PORT_F_BY_NAME (1U << 0) /* in scope by its name */
#define VFW_PORT_F_BY_BRIDGE (1U << 1) /* in scope by its bridge */
#define VFW_PORT_F_BY_BIND (1U << 2) /* in scope because user space bound it */
#define VFW_PORT_F_REFUSED (1U << 3) /* closed for good reason, e.g. several untagged VLANs */

enum vfw_scope_attr {
	VFW_SCOPE_A_UNSPEC,
	VFW_SCOPE_A_ENTRY, /* string, at most 15 characters */
	__VFW_SCOPE_A_MAX,
};
#define VFW_SCOPE_A_MAX (__VFW_SCOPE_A_MAX - 1)

enum vfw_reason_attr {
	VFW_REASON_A_UNSPEC,
	VFW_REASON_A_PAD,
	VFW_REASON_A_ID, /* u32 */
	VFW_REASON_A_WORD, /* string */
	VFW_REASON_A_PACKETS, /* u64 */
	__VFW_REASON_A_MAX,
};
#define VFW_REASON_A_MAX (__VFW_REASON_A_MAX - 1)

enum vfw_profile_attr {
	VFW_PROFILE_A_UNSPEC,
	VFW_PROFILE_A_PAD,
	VFW_PROFILE_A_NAME, /* NUL-terminated string, for people only */
	VFW_PROFILE_A_CONF, /* struct vfw_profile_conf */
	VFW_PROFILE_A_STREAM_FD, /* s32: database in streaming mode; absent: TCP is not scanned */
	VFW_PROFILE_A_BLOCK_FD, /* s32: database in block mode; absent: datagrams are not scanned */
	VFW_PROFILE_A_STAT, /* struct vfw_profile_stat; in dumps */
	VFW_PROFILE_A_SIGS_FD, /* s32: table of what a match of each expression demands; absent: nothing */
	VFW_PROFILE_A_APPS_FD, /* s32: table of apps; with VFW_PROFILE_F_APPS */
	__VFW_PROFILE_A_MAX,
};
#define VFW_PROFILE_A_MAX (__VFW_PROFILE_A_MAX - 1)

#define VFW_PROFILE_F_PREVENT (1U << 0) /* a match ends the conversation; else it is only said */
#define VFW_PROFILE_F_OVERLOAD_BLOCK (1U << 1) /* over a budget: drop; else pass unscanned */
#define VFW_PROFILE_F_APPS \
	(1U                \
	 << 2) /* expressions from n_exprs on are patterns of apps; it prevents, and has both databases */
#define VFW_PROFILE_F_ALL \
	(VFW_PROFILE_F_PREVENT | VFW_PROFILE_F_OVERLOAD_BLOCK | VFW_PROFILE_F_APPS)

struct vfw_profile_conf {
	__u32 flags; /* VFW_PROFILE_F_* */
	__u32 depth; /* bytes of each direction of a stream that are scanned; 0: all */
	__u32 n_exprs; /* expression ids are 0 .. n_exprs - 1; at least 1, but with VFW_PROFILE_F_APPS */
	__u32 reserved; /* 0 */
};

/* One generation of a profile. It lives while its policy is in force or streams use it. */
struct vfw_profile_stat {
	__u32 index; /* in its policy */
	__u32 revision; /* of its policy */
	__u64 age_ms; /* since that policy was published */
	__u64 streams; /* conversations that use it */
	__u64 bytes; /* scanned */
	__u64 matches;
	__u64 overloads; /* frames that a budget left unscanned, passed or dropped */
	__u64 memory; /* bytes of its databases */
	__u32 stream_size; /* bytes of state for each direction of a stream */
	__u32 in_force; /* 1: its policy is the one in force */
};

struct vfw_rule_stat {
	__u32 id;
	__u32 since; /* seconds of CLOCK_REALTIME: all that follows is counted from then on */
	__u64 packets;
	__u64 bytes;
	__u64 flows; /* opened by it */
	__u64 last_ns; /* CLOCK_REALTIME of the last hit, to the second; 0: never */
};

/* One conversation. Addresses: IPv4 in the first four bytes. Side 0 opened it. */
struct vfw_flow_info {
	__u8 addr[2][16];
	__u8 uuid[2][VFW_UUID_LEN]; /* zero: no local VM */
	__u32 ident[2];
	__u64 packets[2], bytes[2];
	__u64 age_ms, expires_ms;
	__u32 rule;
	__u32 revision;
	__u32 bridge; /* ifindex, 0 if routed */
	__u16 vlan;
	__u16 port[2]; /* host order; ICMP: identifier and 0 */
	__u8 family; /* 4 or 6 */
	__u8 proto;
	__u8 state; /* TCP: enum vfw_tcp_state of the module; 0: none kept */
	__u8 verdict; /* what becomes of its frames: VFW_PASS, VFW_REJECT once it was killed, VFW_BLOCK of what is left of one that a policy cut */
	__u16 flags; /* VFW_FLOW_F_* */
	__u32 app; /* VFW_APP_ID_PENDING, or its number; VFW_APP_ID_NONE also where no rule asked */
	__u32 reserved; /* 0 */
};

#define VFW_FLOW_F_ANSWERED (1U << 0) /* both sides take part; TCP: the handshake is done */
#define VFW_FLOW_F_KILLED (1U << 1) /* ended, by FLOW_KILL or by a policy (verdict) */

/*
 * Which flows FLOW_KILL ends: those that are alike in all that flags name. Side 0 opened it, as
 * FLOW_GET shows it. At least one flag besides EITHER. A killed flow stays in the table to reject what
 * still comes of it: a TCP conversation until a SYN opens a new one or it has been silent for
 * VFW_FLOW_KILLED_TCP seconds, others for VFW_FLOW_KILLED_OTHER seconds. Then the policy is asked anew.
 */
#define VFW_FLOW_M_FAMILY (1U << 0)
#define VFW_FLOW_M_PROTO (1U << 1)
#define VFW_FLOW_M_ADDR0 (1U << 2) /* with family */
#define VFW_FLOW_M_ADDR1 (1U << 3)
#define VFW_FLOW_M_PORT0 (1U << 4) /* with proto */
#define VFW_FLOW_M_PORT1 (1U << 5)
#define VFW_FLOW_M_UUID0 (1U << 6)
#define VFW_FLOW_M_UUID1 (1U << 7)
#define VFW_FLOW_M_EITHER (1U << 8) /* or alike when 0 and 1 change places */
#define VFW_FLOW_M_ALL 0x1ffU

#define VFW_FLOW_KILLED_TCP 120
#define VFW_FLOW_KILLED_OTHER 30

struct vfw_flow_match {
	__u32 flags; /* VFW_FLOW_M_* */
	__u8 family; /* 4 or 6 */
	__u8 proto;
	__u16 reserved; /* 0 */
	__u16 port[2]; /* host order; ICMP: identifier and 0 */
	__u8 addr[2][16]; /* IPv4 in the first four bytes, the rest 0 */
	__u8 uuid[2][VFW_UUID_LEN];
};

/* How long a flow may be silent in each of its states before it is over, in seconds. */
enum vfw_timeout {
	VFW_TIMEOUT_TCP_SYN_SENT,
	VFW_TIMEOUT_TCP_SYN_RECV,
	VFW_TIMEOUT_TCP_ESTABLISHED,
	VFW_TIMEOUT_TCP_FIN_WAIT, /* one side has sent its FIN */
	VFW_TIMEOUT_TCP_CLOSE_WAIT, /* and that was acknowledged */
	VFW_TIMEOUT_TCP_LAST_ACK, /* both have sent it */
	VFW_TIMEOUT_TCP_TIME_WAIT, /* and both were acknowledged */
	VFW_TIMEOUT_TCP_CLOSE, /* reset */
	VFW_TIMEOUT_TCP_PICKED_UP, /* found running, only one side heard so far */
	VFW_TIMEOUT_UDP_UNANSWERED,
	VFW_TIMEOUT_UDP,
	VFW_TIMEOUT_ICMP,
	VFW_TIMEOUT_OTHER_UNANSWERED,
	VFW_TIMEOUT_OTHER,
	__VFW_TIMEOUT_MAX,
};

#define VFW_TIMEOUT_SECONDS_MAX 2592000 /* 30 days */

struct vfw_timeouts {
	__u32 seconds[__VFW_TIMEOUT_MAX]; /* by enum vfw_timeout, 1 to VFW_TIMEOUT_SECONDS_MAX */
};

/* Of which flows VFW_EVENT_FLOW_START and VFW_EVENT_FLOW_END tell. Flows that began under NONE end unsaid. */
enum vfw_flow_events {
	VFW_FLOW_EVENTS_NONE, /* at load */
	VFW_FLOW_EVENTS_LOG, /* those whose rule says log */
	VFW_FLOW_EVENTS_ALL,
	__VFW_FLOW_EVENTS_MAX,
};

/*
 * What would become of a new conversation, were the module armed? Request: the
 * key, and for each end one of VFW_EXPLAIN_F_*; none of them means an unmanaged
 * port. An address is the host's own, else the local VM's that holds it (-EINVAL if
 * several do), else what the address book says. Reply: the same struct with the answer filled in,
 * and the UUID of a VM that was found by address.
 */
#define VFW_EXPLAIN_F_SRC_VM (1U << 0)
#define VFW_EXPLAIN_F_DST_VM (1U << 1)
#define VFW_EXPLAIN_F_SRC_HOST (1U << 2)
#define VFW_EXPLAIN_F_DST_HOST (1U << 3)
#define VFW_EXPLAIN_F_SRC_ADDR (1U << 4) /* whoever holds src_addr */
#define VFW_EXPLAIN_F_DST_ADDR (1U << 5)
#define VFW_EXPLAIN_F_APP (1U << 6) /* its app is known to be app */
#define VFW_EXPLAIN_F_ALL 0x7fU

struct vfw_explain {
	__u32 flags;
	__u32 key; /* VFW_KEY() */
	__u8 src_uuid[VFW_UUID_LEN];
	__u8 dst_uuid[VFW_UUID_LEN];
	__u8 src_addr[16];
	__u8 dst_addr[16];
	__u8 family; /* of the addresses: 4 or 6 */
	/* answer */
	__u8 verdict; /* enum vfw_verdict */
	__u16 reason;
	__u32 rule; /* id */
	__u32 revision;
	__u32 src_ident;
	__u32 dst_ident;
	__u32 n_monitors; /* monitor rules passed on the way, the first eight of them: */
	__u32 monitors[8];
	__u32 app; /* request: VFW_EXPLAIN_F_APP. Answer: VFW_APP_ID_PENDING: it depends on the app; else as it was */
};

enum vfw_event_type {
	VFW_EVENT_NONE,
	VFW_EVENT_DROP, /* a frame was blocked or rejected */
	VFW_EVENT_WOULD_DROP, /* it would have been */
	VFW_EVENT_PASS, /* a rule with log let a conversation begin */
	VFW_EVENT_PORT_ADD, /* a device came into scope: in_ifindex */
	VFW_EVENT_PORT_DEL,
	VFW_EVENT_MODE, /* armed or disarmed: verdict holds enum vfw_mode */
	VFW_EVENT_POLICY, /* a revision was published */
	VFW_EVENT_FLOW_START, /* src opened it; see VFW_A_FLOW_EVENTS */
	VFW_EVENT_FLOW_END, /* src opened it; reason: none (over, or silent for too long), cut, killed, flow-limit */
	VFW_EVENT_ALERT, /* a signature matched: sig, profile, offset; revision is the profile's */
	VFW_EVENT_CONFIRM, /* the policy on trial stays */
	VFW_EVENT_ROLLBACK, /* verdict holds enum vfw_rollback; revision is the new one */
	__VFW_EVENT_MAX,
};

#define VFW_EVENT_F_TO_OPENER (1U << 0) /* bytes that flow towards who opened the conversation */
#define VFW_EVENT_F_DROPPED (1U << 1) /* what matched was not delivered */

enum vfw_rollback {
	VFW_ROLLBACK_TIME, /* nobody confirmed in time */
	VFW_ROLLBACK_ASKED, /* POLICY_ROLLBACK */
	__VFW_ROLLBACK_MAX,
};

/*
 * One event. seq rises by one for each event that happened, sent or not: a gap is
 * what this reader missed, by its own slowness or by ours (VFW_A_EVENTS_LOST).
 * Events of different CPUs may stand a few milliseconds out of the order of time_ns.
 */
struct vfw_event {
	__u64 seq;
	__u64 time_ns; /* CLOCK_REALTIME */
	__u32 type; /* enum vfw_event_type */
	__u32 revision;
	__u32 rule; /* id; 0: no rule decided */
	__u16 reason;
	__u8 verdict; /* enum vfw_verdict */
	__u8 family; /* 4, 6, or 0: not IP */
	__u8 src_uuid[VFW_UUID_LEN]; /* zero: no local VM */
	__u8 dst_uuid[VFW_UUID_LEN];
	__u32 src_ident;
	__u32 dst_ident;
	__u32 in_ifindex;
	__u32 out_ifindex;
	__u8 smac[6];
	__u8 dmac[6];
	__u16 ethertype;
	__u16 vlan; /* VLAN id, 0: none */
	__u8 saddr[16]; /* IPv4 in the first four bytes; ARP: the claim */
	__u8 daddr[16];
	__u16 sport; /* host order; ICMP: type */
	__u16 dport; /* host order; ICMP: code */
	__u8 proto;
	__u8 flags; /* VFW_EVENT_F_* */
	__u16 reserved;
	__u32 len; /* bytes of the frame */
	__u32 count; /* frames (alerts: matches) this event stands for, >= 1 */
	__u32 sig; /* alerts: expression id */
	__u32 profile; /* alerts: index of the profile in the policy of this revision */
	__u64 offset; /* alerts: end of the match, bytes from the start of stream or datagram */
	__u64 packets[2]; /* flows, and alerts where it is at hand: by side, 0 opened it */
	__u64 bytes[2];
	__u64 age_ms; /* likewise: since it began */
	__u32 state; /* likewise: as in struct vfw_flow_info */
	__u32 app; /* of its conversation, as in struct vfw_flow_info; 0: not at hand */
};

#endif /* _UAPI_LINUX_VFW_H */
