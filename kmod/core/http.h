/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HTTP/1 out of the ordered bytes of a TCP conversation: where messages begin and end, and the
 * buffers that signatures ask for, made as Suricata 7 (libhtp, its IDS personality) makes them.
 * docs/rules.md says which there are and where they differ.
 *
 * A reader takes what one side sends, in pieces of any size, and stops behind each message. What it
 * keeps is bounded by the two windows it is given: the head (line and headers, as sent), and the body
 * without its chunks. A head that does not fit ends the reading of that side; of a body what does not fit
 * is passed over. Nothing is allocated, nothing recurses, each byte is looked at a bounded
 * number of times. Any context.
 */
#ifndef VFW_CORE_HTTP_H
#define VFW_CORE_HTTP_H

#include "types.h"

#define VFW_HTTP_HEADERS_MAX 128 /* of one message; further ones are not told apart */
#define VFW_HTTP_PROBE 17 /* bytes that always suffice to tell HTTP */

struct vfw_http_span {
	u32 off, len; /* in the head; off VFW_HTTP_NONE: not there */
};

#define VFW_HTTP_NONE 0xffffffffU

struct vfw_http_header {
	struct vfw_http_span name, value; /* the value with its folds */
};

/* Where a reader stands. */
enum vfw_http_state {
	VFW_HTTP_HEAD, /* in a line of a head, or before one */
	VFW_HTTP_BODY, /* left bytes are to come */
	VFW_HTTP_BODY_TO_END,
	VFW_HTTP_CHUNK_SIZE,
	VFW_HTTP_CHUNK_DATA,
	VFW_HTTP_CHUNK_END, /* the line end behind a chunk */
	VFW_HTTP_TRAILER,
	VFW_HTTP_IGNORE, /* no more messages: another protocol, HTTP/0.9, or not understood */
};

/* What one side sends. The caller sets the four fields of windows, zeroes the rest, and keeps it. */
struct vfw_http_side {
	u8 *head; /* the window of the head, head_room bytes */
	u8 *body; /* the window of the body, body_room bytes */
	u32 head_room, body_room;
	/* of the message at hand */
	u32 head_len, body_len;
	u64 left; /* of the body or chunk */
	u32 line; /* where the line at hand begins in the head */
	u32 size_digits; /* of a chunk's size line */
	u8 state; /* enum vfw_http_state */
	bool response;
	bool done; /* the message was told: the next byte begins another */
	bool size_over; /* behind the digits of a chunk's size */
	bool line_seen; /* bytes stand in a trailer's line */
	bool headers_over; /* the head is whole */
	bool body_lacks; /* the body's window was too small */
	const u8 *plain; /* the body without its compression, the caller's; NULL: as it was sent */
	u32 plain_len;
	u32 n_headers, headers_off; /* where the headers begin in the head */
	struct vfw_http_span first; /* the request line, or the status line */
	struct vfw_http_span method, uri, protocol, status, reason;
	struct vfw_http_header headers[VFW_HTTP_HEADERS_MAX];
};

/* Both sides of a conversation; 0: who sends requests. */
struct vfw_http {
	struct vfw_http_side side[2];
	u64 heads; /* requests not answered yet, oldest lowest: was it HEAD? */
	u32 n_heads;
	bool connect; /* CONNECT was asked */
};

enum vfw_http_told {
	VFW_HTTP_MORE, /* all bytes were taken, no message ended */
	VFW_HTTP_MESSAGE, /* one ended: *used bytes were taken; its buffers are valid until the next call */
};

enum vfw_http_probe {
	VFW_HTTP_NO,
	VFW_HTTP_YES,
	VFW_HTTP_SHORT, /* too few bytes to tell */
};

/*
 * Does a side begin as HTTP/1 does: with a method that Suricata knows and a blank, or with "HTTP/" as
 * a server does?
 */
enum vfw_http_probe vfw_http_probe(const u8 *bytes, u32 len, bool response);

/* Takes bytes of side. To be called again with the rest as long as a message is told. */
enum vfw_http_told vfw_http_feed(struct vfw_http *h, u32 side, const u8 *bytes, u32 len, u32 *used);

/*
 * Nothing more will come from side. Returns true when that ends a message, whole or not, which was not
 * told before.
 */
bool vfw_http_end(struct vfw_http *h, u32 side);

/* How a message's body is compressed. */
enum vfw_http_coding {
	VFW_HTTP_IDENTITY, /* not, or in a way nobody here can undo */
	VFW_HTTP_GZIP,
	VFW_HTTP_DEFLATE,
};

enum vfw_http_coding vfw_http_coding(const struct vfw_http_side *m);

/* The buffers of a message. */
enum vfw_http_buffer {
	VFW_HTTP_B_METHOD,
	VFW_HTTP_B_URI,
	VFW_HTTP_B_URI_RAW,
	VFW_HTTP_B_HOST,
	VFW_HTTP_B_HOST_RAW,
	VFW_HTTP_B_REQUEST_LINE,
	VFW_HTTP_B_REQUEST_BODY,
	VFW_HTTP_B_REQUEST_HEADER, /* one of many */
	VFW_HTTP_B_USER_AGENT,
	VFW_HTTP_B_REFERER,
	VFW_HTTP_B_ACCEPT,
	VFW_HTTP_B_ACCEPT_ENC,
	VFW_HTTP_B_ACCEPT_LANG,
	VFW_HTTP_B_CONNECTION,
	VFW_HTTP_B_STAT_CODE,
	VFW_HTTP_B_STAT_MSG,
	VFW_HTTP_B_RESPONSE_LINE,
	VFW_HTTP_B_RESPONSE_HEADER, /* one of many */
	VFW_HTTP_B_SERVER,
	VFW_HTTP_B_LOCATION,
	VFW_HTTP_B_RESPONSE_BODY,
	VFW_HTTP_B_HEADER,
	VFW_HTTP_B_HEADER_RAW,
	VFW_HTTP_B_HEADER_NAMES,
	VFW_HTTP_B_COOKIE,
	VFW_HTTP_B_CONTENT_LEN,
	VFW_HTTP_B_CONTENT_TYPE,
	VFW_HTTP_B_PROTOCOL,
	VFW_HTTP_B_START,
	VFW_HTTP_B_FILE_DATA,
	VFW_HTTP_BUFFER_COUNT
};

/* Which messages have it. */
#define VFW_HTTP_OF_REQUEST 1U
#define VFW_HTTP_OF_RESPONSE 2U

u32 vfw_http_buffer_of(enum vfw_http_buffer b);

/* Room that vfw_http_buffer() never needs more of, for a head of that many bytes. */
#define VFW_HTTP_ROOM(head) ((head) + 6U * VFW_HTTP_HEADERS_MAX + 64U)

/*
 * The k-th (from 0) of the message's buffers b: made in room, size bytes of it, or where it stands already.
 * Returns false when there is none, or it does not fit.
 */
bool vfw_http_buffer(const struct vfw_http_side *m, enum vfw_http_buffer b, u32 k, u8 *room,
		     u32 size, const u8 **bytes, u32 *len);

#endif /* VFW_CORE_HTTP_H */
