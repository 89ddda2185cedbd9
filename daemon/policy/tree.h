/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tree of a parsed policy. Everything in it, nodes and strings alike, is
 * owned by the policy's arena and lives until vfw_policy_free(); nothing in it changes after
 * parsing. Nodes point to each other freely, but never out of the policy.
 *
 * Strings are NUL-terminated. Names were checked for their characters, numbers
 * for their range; whether a name means anything is found out by resolve.c.
 */
#ifndef VFW_POLICY_TREE_H
#define VFW_POLICY_TREE_H

#include <linux/vfw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "diag.h"

#define VFW_POLICY_FILES_MAX 1024
#define VFW_POLICY_FILE_MAX (16u << 20) /* bytes */
#define VFW_POLICY_RULES_MAX 1000000
#define VFW_POLICY_GROUPS_MAX 16384
#define VFW_POLICY_TENANTS_MAX 4096
#define VFW_POLICY_PREFIXES_MAX 262144
#define VFW_POLICY_LIST_MAX 4096
#define VFW_POLICY_TERMS_MAX 1024
#define VFW_POLICY_DEPTH_MAX 32
#define VFW_POLICY_ATOM_MAX 255
#define VFW_POLICY_STRING_MAX 255
#define VFW_POLICY_NAME_MAX 63

/* Every node that stands in a list begins with one. */
struct vfw_link {
	void *next; /* the same kind of node, or NULL */
};

/* A list of nodes of one kind, in the order of the text. */
struct vfw_list {
	void *first;
	void *last;
	size_t n;
};

/* Appends a node whose first member is a struct vfw_link. */
void vfw_list_append(struct vfw_list *list, void *node);

/* A name, a signature file, one item of a list of words. */
struct vfw_word {
	struct vfw_link link;
	struct vfw_loc loc;
	const char *s;
};

/* What to match of numbers, inclusive at both ends. */
struct vfw_range {
	struct vfw_link link;
	uint32_t first;
	uint32_t last;
};

struct vfw_prefix {
	struct vfw_link link;
	struct vfw_loc loc;
	uint8_t family; /* 4 or 6 */
	uint8_t len;
	uint8_t addr[16]; /* network order, IPv4 in the first four, bits behind len are zero */
};

enum vfw_expr_kind {
	VFW_EXPR_OR, /* any of terms; never directly below another OR */
	VFW_EXPR_AND, /* all of terms; never directly below another AND */
	VFW_EXPR_LABEL, /* key = value */
	VFW_EXPR_VM, /* value is a pattern */
	VFW_EXPR_UUID,
};

/* Which VMs a group holds. At most 2 * VFW_POLICY_DEPTH_MAX + 3 levels. */
struct vfw_expr {
	struct vfw_link link;
	enum vfw_expr_kind kind;
	struct vfw_list terms; /* of struct vfw_expr, two or more */
	const char *key;
	const char *value;
	uint8_t uuid[VFW_UUID_LEN];
};

enum vfw_end_kind {
	VFW_END_ANY,
	VFW_END_HOST,
	VFW_END_EXTERNAL,
	VFW_END_UNMANAGED,
	VFW_END_TENANT, /* tenant */
	VFW_END_NAME, /* group or cidr set: name, and tenant if it was written */
	VFW_END_VM, /* name is a pattern */
	VFW_END_UUID,
};

struct vfw_end {
	struct vfw_link link;
	struct vfw_loc loc;
	enum vfw_end_kind kind;
	const char *tenant;
	const char *name;
	uint8_t uuid[VFW_UUID_LEN];
	int nic; /* -1: all */
};

enum vfw_proto_kind {
	VFW_PROTO_ANY, /* nothing was written */
	VFW_PROTO_TCP,
	VFW_PROTO_UDP,
	VFW_PROTO_SCTP,
	VFW_PROTO_ICMP,
	VFW_PROTO_ICMP6,
	VFW_PROTO_NUMBER,
	VFW_PROTO_ETHER,
};

struct vfw_proto {
	enum vfw_proto_kind kind;
	uint32_t number; /* of NUMBER and ETHER */
	struct vfw_list ranges; /* of struct vfw_range: ports or ICMP types; empty: all */
	struct vfw_list codes; /* of struct vfw_range, first == last; only behind a single type */
};

struct vfw_rule {
	enum vfw_verdict verdict;
	struct vfw_list from; /* of struct vfw_end; empty only in the unmanaged block */
	struct vfw_list to;
	struct vfw_proto proto;
	struct vfw_list apps; /* of struct vfw_word */
	bool until_known_block;
	const struct vfw_word *inspect; /* or NULL */
	bool log;
	const char *message; /* what stood behind log, or NULL */
};

/* A number with its unit, kept as it was written. */
struct vfw_quantity {
	const char *text; /* NULL: this item was not written */
	uint64_t value; /* bit/s, 1/s, bytes or a count */
};

enum vfw_limit_item {
	VFW_LIMIT_RATE,
	VFW_LIMIT_PACKETS,
	VFW_LIMIT_NEW_FLOWS,
	VFW_LIMIT_FLOWS,
	__VFW_LIMIT_MAX,
};

struct vfw_limit {
	struct vfw_end group; /* kind VFW_END_NAME */
	uint8_t order[__VFW_LIMIT_MAX]; /* items in the order of the text */
	uint8_t n;
	struct vfw_quantity items[__VFW_LIMIT_MAX];
	bool shared;
};

enum vfw_guard_item {
	VFW_GUARD_MAC,
	VFW_GUARD_IP,
	VFW_GUARD_DHCP_SERVER,
	VFW_GUARD_ROUTER,
	__VFW_GUARD_MAX,
};

enum vfw_guard_word {
	VFW_GUARD_UNSET,
	VFW_GUARD_DECLARED,
	VFW_GUARD_LEARN,
	VFW_GUARD_ANY,
	VFW_GUARD_NO,
	VFW_GUARD_YES,
};

struct vfw_guard {
	bool is_default;
	struct vfw_end group; /* kind VFW_END_NAME, unless is_default */
	uint8_t order[__VFW_GUARD_MAX];
	uint8_t n;
	enum vfw_guard_word items[__VFW_GUARD_MAX];
	struct vfw_loc locs[__VFW_GUARD_MAX];
};

enum vfw_profile_item {
	VFW_PROFILE_SIGNATURES,
	VFW_PROFILE_MODE,
	VFW_PROFILE_DEPTH,
	VFW_PROFILE_ON_OVERLOAD,
	__VFW_PROFILE_MAX,
};

struct vfw_profile {
	uint8_t order[__VFW_PROFILE_MAX];
	uint8_t n;
	struct vfw_list signatures; /* of struct vfw_word */
	bool prevent;
	struct vfw_quantity depth;
	bool overload_pass;
};

enum vfw_stmt_kind {
	VFW_STMT_FIRST, /* items */
	VFW_STMT_LAST, /* items */
	VFW_STMT_UNMANAGED, /* items */
	VFW_STMT_TENANT, /* name, items */
	VFW_STMT_GROUP, /* name, expr */
	VFW_STMT_CIDR, /* name, prefixes */
	VFW_STMT_RULE, /* rule */
	VFW_STMT_LIMIT, /* limit */
	VFW_STMT_GUARD, /* guard */
	VFW_STMT_PROFILE, /* name, profile */
	VFW_STMT_DEFAULT, /* rule: its verdict, log and message */
};

struct vfw_stmt {
	struct vfw_link link;
	struct vfw_loc loc; /* the whole statement; of a block only its first word */
	enum vfw_stmt_kind kind;
	const char *name;
	struct vfw_loc name_loc;
	struct vfw_list items; /* of struct vfw_stmt; blocks do not stand in blocks */
	struct vfw_expr *expr;
	struct vfw_list prefixes; /* of struct vfw_prefix */
	struct vfw_rule *rule;
	struct vfw_limit *limit;
	struct vfw_guard *guard;
	struct vfw_profile *profile;
};

/* A parsed policy. */
struct vfw_policy {
	struct vfw_arena arena;
	struct vfw_source *files; /* array of n_files, names and texts malloc'ed */
	size_t n_files;
	struct vfw_list stmts; /* of struct vfw_stmt, all files one behind the other */
	size_t n_rules;
	size_t n_groups;
	size_t n_prefixes;
	bool broken; /* a file did not parse or was not read: good for messages only */
};

#endif /* VFW_POLICY_TREE_H */
