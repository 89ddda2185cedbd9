// SPDX-License-Identifier: GPL-2.0
/*
 * Compressed bodies, whose room is never left and of which less room gives a part of the same; and
 * mail, whose files do not depend on how the bytes are cut.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../daemon/replay/mail.h"
#include "core/inflate.h"

#define ROOM 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inflate(enum vfw_inflate_frame frame, const u8 *data, u32 len)
{
	static struct vfw_inflate z;
	u8 *all = malloc(ROOM), *part;
	u32 n, less;

	assert(all);
	n = vfw_inflate(&z, frame, data, len, all, ROOM);
	assert(n <= ROOM);
	less = n / 2;
	part = malloc(less ? less : 1);
	assert(part && vfw_inflate(&z, frame, data, len, part, less) == less);
	assert(!less || !memcmp(part, all, less));
	free(part);
	free(all);
}

static u64 files(const u8 *data, u32 len, u32 piece)
{
	struct vfw_mail *m = calloc(1, sizeof(*m));
	u64 hash = 1;
	u32 at, used, i;

	assert(m);
	m->room = 64;
	m->file = malloc(m->room);
	assert(m->file);
	for (at = 0; at < len; at += used) {
		u32 n = len - at < piece ? len - at : piece;

		if (vfw_mail_feed(m, data + at, n, &used)) {
			assert(m->file_len && m->file_len <= m->room);
			for (i = 0; i < m->file_len; i++)
				hash = (hash ^ m->file[i]) * 0x100000001b3ULL;
			hash = (hash ^ m->file_len) * 0x100000001b3ULL;
		} else {
			assert(used == n);
		}
		assert(used && used <= n);
	}
	free(m->file);
	free(m);
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u32 len = (u32)size - 1;

	if (!size)
		return 0;
	if (data[0] & 2) {
		inflate(data[0] & 1 ? VFW_INFLATE_DEFLATE : VFW_INFLATE_GZIP, data + 1, len);
	} else {
		u64 whole = files(data + 1, len, UINT32_MAX);

		assert(files(data + 1, len, 1 + data[0] / 4) == whole);
	}
	return 0;
}
