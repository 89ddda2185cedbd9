/* SPDX-License-Identifier: GPL-2.0 */
/* JSON-RPC 2.0, one line in, at most one line out. Knows nothing of sockets. */
#ifndef VFW_CTL_RPC_H
#define VFW_CTL_RPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct vfw_state;
struct vfw_filter;

/* JSON-RPC's own error codes */
#define VFW_RPC_PARSE (-32700)
#define VFW_RPC_REQUEST (-32600)
#define VFW_RPC_METHOD (-32601)
#define VFW_RPC_PARAMS (-32602)
#define VFW_RPC_INTERNAL (-32603)

/* One call on its way through a verb. */
struct vfw_call {
	struct vfw_state *state;
	const char *who; /* the caller, for the audit log: "uid 0 pid 123" */
	int code; /* of the failure, 0: none */
	char *message;
	json_t *data;
	bool later; /* set by a verb that has to wait: the same line is to be handled again */
	struct vfw_filter *observe; /* set by observe: what the connection wants from now on */
};

/*
 * A verb. params is an object (empty when the caller gave none). Returns a new reference to the
 * result, or NULL after vfw_call_fail() or with later set (NULL without either means: no memory).
 */
typedef json_t *(*vfw_verb)(struct vfw_call *call, json_t *params);

struct vfw_verb_entry {
	const char *method;
	vfw_verb verb;
};

/* Sets what the caller is told; takes the reference of data (or NULL). Always returns NULL. */
__attribute__((format(printf, 4, 5))) json_t *vfw_call_fail(struct vfw_call *call, int code,
							    json_t *data, const char *fmt, ...);

/* The text at that key; NULL after vfw_call_fail() when it is not there or no text. */
const char *vfw_call_text(struct vfw_call *call, json_t *params, const char *key);

/*
 * Handles one line of n bytes. verbs ends with a NULL method. call's state and who are set by
 * the caller, the rest is zero. Returns the answer as an allocated line with newline (*out_n
 * bytes), or NULL when none is due, or not yet (call->later).
 */
char *vfw_rpc_line(const struct vfw_verb_entry *verbs, struct vfw_call *call, const char *line,
		   size_t n, size_t *out_n);

#endif /* VFW_CTL_RPC_H */
