/* SPDX-License-Identifier: GPL-2.0 */
/* One connection to vfwd: JSON-RPC 2.0, a line each, as ctl_proto.h says. */
#ifndef VFW_CLIENT_H
#define VFW_CLIENT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct vfw_client;

/*
 * Connects to the socket at path. Returns 0 and *client, to be closed; or -errno, with *client
 * unchanged: -EPERM if somebody else than root or we ourselves listens there.
 */
int vfw_client_open(const char *path, int timeout_ms, struct vfw_client **client);

/* Closes and frees; client may be NULL. */
void vfw_client_close(struct vfw_client *client);

/*
 * Sends a call and waits for its answer at most timeout_ms. Takes params (NULL: none). Returns 0
 * and the answer object, holding "result" or an object "error", in *answer, the caller's to free. Or
 * -errno: -ETIMEDOUT, -ECONNRESET when it hung up, -EPROTO when it sent what is no answer (after
 * which only closing makes sense), -EMSGSIZE when either side's line is over VFW_CTL_LINE_MAX.
 */
int vfw_client_call(struct vfw_client *client, const char *method, json_t *params, int timeout_ms,
		    json_t **answer);

/*
 * Waits for the next object the daemon sends, until the monotonic clock passes deadline_ms (-1: for
 * ever). Returns as above; -EINTR when a signal came.
 */
int vfw_client_next(struct vfw_client *client, int64_t deadline_ms, json_t **object);

/* Returns the monotonic clock in milliseconds. */
int64_t vfw_client_now(void);

#endif /* VFW_CLIENT_H */
