/* SPDX-License-Identifier: GPL-2.0 */
/* A hash map from bytes to a number, and arrays that grow. */
#ifndef VFW_POLICY_MAP_H
#define VFW_POLICY_MAP_H

#include <stddef.h>
#include <stdint.h>

struct vfw_map_slot {
	const void *key; /* NULL: empty; owned by who put it */
	size_t len;
	uint64_t hash;
	uint32_t value;
};

/* All zero is an empty map. */
struct vfw_map {
	struct vfw_map_slot *slots;
	size_t room; /* a power of two, at most half full */
	size_t n;
};

/* What the map finds bytes by: not for what an enemy chooses. */
uint64_t vfw_map_hash(const void *key, size_t len);

/* Returns the value kept for the key, NULL if there is none. Valid until the next put. */
uint32_t *vfw_map_get(const struct vfw_map *m, const void *key, size_t len);

/*
 * Keeps a value for a key that is not in the map; the key's bytes (not NULL)
 * must outlive the map. 0 or -ENOMEM.
 */
int vfw_map_put(struct vfw_map *m, const void *key, size_t len, uint32_t value);

/* Frees the map, not its keys. */
void vfw_map_free(struct vfw_map *m);

/*
 * Makes room for at least need elements of a malloc'ed array; *room is how many
 * it has room for. 0 or -ENOMEM, then nothing changed.
 */
int vfw_grow(void *array_ptr, size_t *room, size_t need, size_t element);

#endif /* VFW_POLICY_MAP_H */
