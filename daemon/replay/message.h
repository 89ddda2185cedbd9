/* SPDX-License-Identifier: GPL-2.0 */
/* The buffers of one message, each made when it is first asked for and transformed as rules want it. */
#ifndef VFW_REPLAY_MESSAGE_H
#define VFW_REPLAY_MESSAGE_H

#include "../sig/rule_set.h"

struct vfw_message;

/* For the rules of a set, which must stay. Returns NULL: no memory; the caller owns the result. */
struct vfw_message *vfw_message_new(const struct vfw_rule_set *set);

void vfw_message_free(struct vfw_message *m);

/* From now on it is about this one, which must stay; NULL, or no memory: about none. */
void vfw_message_set(struct vfw_message *m, const struct vfw_http_side *http);

/* What signatures ask, for vfw_sig_pkt.buffers. */
const struct vfw_sig_buffers *vfw_message_buffers(const struct vfw_message *m);

/* Calls each with every buffer of the message that some rule looks at. */
void vfw_message_each(struct vfw_message *m, void (*each)(void *ctx, const u8 *buf, u32 len),
		      void *ctx);

#endif /* VFW_REPLAY_MESSAGE_H */
