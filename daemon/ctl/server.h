/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon's socket (include/vfw/ctl_proto.h): connections, lines, observers. */
#ifndef VFW_CTL_SERVER_H
#define VFW_CTL_SERVER_H

#include "rpc.h"

#include <systemd/sd-event.h>

struct vfw_server;

/*
 * Listens at the path with mode 0600; calls are answered once the event loop runs. Returns 0
 * and *srv; -EADDRINUSE: another daemon answers there; else a negative errno.
 */
int vfw_server_new(struct vfw_server **srv, sd_event *event, const char *path,
		   const struct vfw_verb_entry *verbs);

/* What the verbs work on; NULL when they need nothing. Before the event loop runs. */
void vfw_server_serve(struct vfw_server *srv, struct vfw_state *state);

/* Closes all connections and removes the socket. */
void vfw_server_free(struct vfw_server *srv);

/* Tells the observers whose filter it fits; one that is too slow is dropped with a notice. */
void vfw_server_event(struct vfw_server *srv, json_t *event);

/*
 * Handles again the lines whose verbs said `later'. Not to be called from within a verb.
 */
void vfw_server_resume(struct vfw_server *srv);

#endif /* VFW_CTL_SERVER_H */
