// SPDX-License-Identifier: GPL-2.0
/*
 * HTTP/1 as one side says it: how the bytes are cut must not matter, windows are never left, and every
 * buffer of every message fits the room that is promised.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/http.h"

#define HEAD 400
#define BODY 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of all messages and their buffers. */
struct digest {
	u64 hash;
	u32 messages;
};

static void mix(struct digest *d, const u8 *bytes, u32 len)
{
	u32 i;

	d->hash = (d->hash ^ len) * 0x100000001b3ULL;
	for (i = 0; i < len; i++)
		d->hash = (d->hash ^ bytes[i]) * 0x100000001b3ULL;
}

static void look(struct digest *d, const struct vfw_http_side *m)
{
	u8 *room = malloc(VFW_HTTP_ROOM(HEAD));
	const u8 *bytes;
	u32 b, k, len;

	assert(room && m->head_len <= HEAD && m->body_len <= BODY);
	d->messages++;
	for (b = 0; b < VFW_HTTP_BUFFER_COUNT; b++) {
		for (k = 0; vfw_http_buffer(m, b, k, room, VFW_HTTP_ROOM(HEAD), &bytes, &len);
		     k++) {
			assert(k <= VFW_HTTP_HEADERS_MAX);
			mix(d, bytes, len);
			/* one byte too few is no buffer, and nothing is written behind it */
			if (bytes == room && len) {
				u8 *tight = malloc(len - 1 ? len - 1 : 1);
				const u8 *none;
				u32 n;

				assert(tight);
				if (vfw_http_buffer(m, b, k, tight, len - 1, &none, &n))
					assert(none != tight || n < len);
				free(tight);
			}
		}
	}
	free(room);
}

static struct digest read_all(const u8 *data, u32 len, u32 side, u32 before, u32 piece)
{
	static const char *const asked[] = {"GET / HTTP/1.0\n\n", "HEAD / HTTP/1.0\n\n",
					    "CONNECT a HTTP/1.0\n\n"};
	struct vfw_http *h = calloc(1, sizeof(*h));
	struct digest d = {0};
	u32 i, at, used;

	assert(h);
	for (i = 0; i < 2; i++) {
		h->side[i].head = malloc(HEAD);
		h->side[i].body = malloc(BODY);
		assert(h->side[i].head && h->side[i].body);
		h->side[i].head_room = HEAD;
		h->side[i].body_room = BODY;
	}
	if (side && before < 3)
		vfw_http_feed(h, 0, (const u8 *)asked[before], (u32)strlen(asked[before]), &used);
	for (at = 0; at < len; at += used) {
		u32 n = len - at < piece ? len - at : piece;

		if (vfw_http_feed(h, side, data + at, n, &used) == VFW_HTTP_MESSAGE)
			look(&d, &h->side[side]);
		else
			assert(used == n);
		assert(used <= n && used);
	}
	if (vfw_http_end(h, side))
		look(&d, &h->side[side]);
	assert(!vfw_http_end(h, side));
	for (i = 0; i < 2; i++) {
		free(h->side[i].head);
		free(h->side[i].body);
	}
	free(h);
	return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest whole, cut;
	u32 side, before, piece;

	if (size < 2)
		return 0;
	side = data[0] & 1;
	before = data[0] >> 1 & 3;
	piece = 1 + data[1] % 64;
	whole = read_all(data + 2, (u32)size - 2, side, before, UINT32_MAX);
	cut = read_all(data + 2, (u32)size - 2, side, before, piece);
	assert(whole.hash == cut.hash && whole.messages == cut.messages);
	return 0;
}
