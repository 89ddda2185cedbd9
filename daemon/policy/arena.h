/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that is freed all at once: a policy's tree lives in one arena, so no
 * node is ever freed by itself.
 */
#ifndef VFW_POLICY_ARENA_H
#define VFW_POLICY_ARENA_H

#include <stddef.h>

struct vfw_arena_chunk;

struct vfw_arena {
	struct vfw_arena_chunk *chunks; /* newest first */
	size_t left; /* bytes unused in the newest */
};

/* Returns size zeroed bytes aligned for any object, valid until vfw_arena_free(); NULL: no memory. */
void *vfw_arena_alloc(struct vfw_arena *a, size_t size);

/* Returns a NUL-terminated copy of len bytes of s, owned by the arena; NULL: no memory. */
char *vfw_arena_strndup(struct vfw_arena *a, const char *s, size_t len);

/* Frees all that was allocated; the arena is empty and usable afterwards. */
void vfw_arena_free(struct vfw_arena *a);

#endif /* VFW_POLICY_ARENA_H */
