/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What TCP conversations carry, recognised on any port by what either side says first: HTTP/1, and SMTP, of which
 * the files count. A file of a mail is a message that has a body and nothing else.
 */
#ifndef VFW_REPLAY_WEB_H
#define VFW_REPLAY_WEB_H

#include "core/http.h"

#define VFW_WEB_HEAD 32768 /* bytes of a message's line and headers */
#define VFW_WEB_BODY 102400 /* of its body, as Suricata's limit */

struct vfw_web;

/* Returns NULL when there is no memory; the caller owns the result. */
struct vfw_web *vfw_web_new(void);

void vfw_web_free(struct vfw_web *w);

/* Is the conversation HTTP, as far as is known? */
bool vfw_web_is_http(const struct vfw_web *w);

/* Sees whether the bytes that a side is about to say, fed next, make the conversation HTTP. */
void vfw_web_look(struct vfw_web *w, unsigned int side, const u8 *bytes, u32 len);

/*
 * Takes bytes of a side (0: who opened) in the order of the stream. Returns a message that ended with the
 * *used bytes taken, valid until the next call, which is to bring the rest; or NULL when all were taken.
 * Bytes of which too few are there to tell whether they are HTTP are not taken: *used is 0, and they
 * are to be brought again with more.
 */
const struct vfw_http_side *vfw_web_feed(struct vfw_web *w, unsigned int side, const u8 *bytes,
					 u32 len, u32 *used);

/* Would a message end within these bytes? Changes nothing. */
bool vfw_web_ends(const struct vfw_web *w, unsigned int side, const u8 *bytes, u32 len);

/* A side is over. Returns the message that was under way, or NULL. */
const struct vfw_http_side *vfw_web_end(struct vfw_web *w, unsigned int side);

/* Bytes of a side are missing: what comes behind them is not read any more. As vfw_web_end(). */
const struct vfw_http_side *vfw_web_lose(struct vfw_web *w, unsigned int side);

#endif /* VFW_REPLAY_WEB_H */
