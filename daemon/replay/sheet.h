/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A message of HTTP/1 in its parts: written so that its reader can make one thing of it only, and what that is, buffer by
 * buffer. It is said here anew, by docs/rules.md, not by kmod/core/http.c, which is to be judged by it.
 */
#ifndef VFW_REPLAY_SHEET_H
#define VFW_REPLAY_SHEET_H

#include "../sig/rule_canvas.h"
#include "core/http.h"

#define VFW_SHEET_HEADERS 32
#define VFW_SHEET_NAME 64
#define VFW_SHEET_VALUE 2048
#define VFW_SHEET_URI 8192

struct vfw_sheet_header {
	u8 name[VFW_SHEET_NAME], value[VFW_SHEET_VALUE];
	u32 name_len, value_len;
	bool given; /* the value is */
};

struct vfw_sheet {
	bool answer;
	bool raw; /* uri is as it is sent, not as it is read */
	bool uri_given;
	u8 method[32], uri[VFW_SHEET_URI], version[16];
	u8 status[4], reason[VFW_SHEET_VALUE];
	u32 method_len, uri_len, version_len, status_len, reason_len;
	struct vfw_sheet_header header[VFW_SHEET_HEADERS];
	u32 n;
	u8 body[VFW_CANVAS_ROOM]; /* without compression and chunks */
	u32 body_len;
};

/* Empties it: "GET / HTTP/1.1" or "HTTP/1.1 200 OK", and nothing else. */
void vfw_sheet_clear(struct vfw_sheet *s, bool answer);

/*
 * Takes bytes that a buffer is to consist of, or to hold, into the parts. What is missing at their edges (a method, the
 * end of a version, a header's name) is added. Returns false when they cannot be, or contradict what is there.
 */
bool vfw_sheet_take(struct vfw_sheet *s, enum vfw_http_buffer b, const u8 *bytes, u32 len);

/* As vfw_sheet_take(), of bytes of the message itself: from its beginning on, or from its headers into its body. */
bool vfw_sheet_take_message(struct vfw_sheet *s, const u8 *bytes, u32 len);

/* Takes bytes in behind what is there already, whatever it is. As vfw_sheet_take() else. */
bool vfw_sheet_append(struct vfw_sheet *s, enum vfw_http_buffer b, const u8 *bytes, u32 len);

/* The name of the header that buffer b is about, or NULL. */
const char *vfw_sheet_name(enum vfw_http_buffer b, bool answer);

/* Can that be a header's name? */
bool vfw_sheet_is_name(const u8 *p, u32 len);

/* The header of that name, or NULL. */
const struct vfw_sheet_header *vfw_sheet_find(const struct vfw_sheet *s, const char *name);

/* The header of that name, made if it is not there; NULL: there is no room. */
struct vfw_sheet_header *vfw_sheet_header(struct vfw_sheet *s, const char *name, bool make);

/*
 * Gives headers without a value one, adds a header Host (1: in front, 0: at the end, -1: none) and a length where there is
 * a body. Returns false when the headers say of the body what it is not.
 */
bool vfw_sheet_complete(struct vfw_sheet *s, int host);

/*
 * The k-th (from 0) buffer b as a reader makes it, at most VFW_CANVAS_ROOM bytes. Returns false when there is none,
 * or the parts are not such that it can be known.
 */
bool vfw_sheet_buffer(const struct vfw_sheet *s, enum vfw_http_buffer b, u32 k, u8 *out, u32 *len);

/* The message, at most VFW_CANVAS_ROOM bytes. Returns false when a reader would make something else of it. */
bool vfw_sheet_write(const struct vfw_sheet *s, u8 *out, u32 *len);

/* Do the headers say that the body is sent in chunks? */
bool vfw_sheet_is_chunked(const struct vfw_sheet *s);

/* Puts `to' for the byte at `at' of each place in the parts where word stands, len bytes. Returns how many there were. */
u32 vfw_sheet_swap(struct vfw_sheet *s, const u8 *word, u32 len, u32 at, u8 to);

#endif /* VFW_REPLAY_SHEET_H */
