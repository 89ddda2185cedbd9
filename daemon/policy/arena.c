// SPDX-License-Identifier: GPL-2.0
#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE (64 * 1024)

struct vfw_arena_chunk {
	struct vfw_arena_chunk *next;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

static struct vfw_arena_chunk *chunk_new(size_t size)
{
	if (size > (size_t)-1 - sizeof(struct vfw_arena_chunk))
		return NULL;
	return calloc(1, sizeof(struct vfw_arena_chunk) + size);
}

void *vfw_arena_alloc(struct vfw_arena *a, size_t size)
{
	struct vfw_arena_chunk *chunk;
	void *p;

	if (size > (size_t)-1 - alignof(max_align_t))
		return NULL;
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (size > a->left) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		chunk = chunk_new(room);
		if (!chunk)
			return NULL;
		chunk->next = a->chunks;
		a->chunks = chunk;
		a->left = room;
	}
	chunk = a->chunks;
	p = chunk->bytes + chunk->used;
	chunk->used += size;
	a->left -= size;
	return p;
}

char *vfw_arena_strndup(struct vfw_arena *a, const char *s, size_t len)
{
	char *copy = len == (size_t)-1 ? NULL : vfw_arena_alloc(a, len + 1);

	if (copy && len)
		memcpy(copy, s, len);
	return copy;
}

void vfw_arena_free(struct vfw_arena *a)
{
	while (a->chunks) {
		struct vfw_arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
	a->left = 0;
}
