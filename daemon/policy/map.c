// SPDX-License-Identifier: GPL-2.0
#include "map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t vfw_map_hash(const void *key, size_t len)
{
	const unsigned char *p = key;
	uint64_t h = 0xcbf29ce484222325ULL ^ len;

	for (; len >= 8; len -= 8, p += 8) {
		uint64_t word;

		memcpy(&word, p, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
	}
	for (; len; len--, p++)
		h = (h ^ *p) * 0x100000001b3ULL;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	return h ^ h >> 33;
}

static struct vfw_map_slot *find(const struct vfw_map *m, const void *key, size_t len,
				 uint64_t hash)
{
	size_t at = hash & (m->room - 1);

	for (;; at = (at + 1) & (m->room - 1)) {
		struct vfw_map_slot *slot = &m->slots[at];

		if (!slot->key)
			return slot;
		if (slot->hash == hash && slot->len == len && !memcmp(slot->key, key, len))
			return slot;
	}
}

uint32_t *vfw_map_get(const struct vfw_map *m, const void *key, size_t len)
{
	struct vfw_map_slot *slot;

	if (!m->n)
		return NULL;
	slot = find(m, key, len, vfw_map_hash(key, len));
	return slot->key ? &slot->value : NULL;
}

static int double_room(struct vfw_map *m)
{
	struct vfw_map bigger = {.room = m->room ? 2 * m->room : 64, .n = m->n};

	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->room; i++) {
		const struct vfw_map_slot *old = &m->slots[i];

		if (old->key)
			*find(&bigger, old->key, old->len, old->hash) = *old;
	}
	free(m->slots);
	*m = bigger;
	return 0;
}

int vfw_map_put(struct vfw_map *m, const void *key, size_t len, uint32_t value)
{
	uint64_t hash = vfw_map_hash(key, len);

	if (2 * (m->n + 1) > m->room) {
		int err = double_room(m);

		if (err)
			return err;
	}
	*find(m, key, len, hash) = (struct vfw_map_slot){key, len, hash, value};
	m->n++;
	return 0;
}

void vfw_map_free(struct vfw_map *m)
{
	free(m->slots);
	memset(m, 0, sizeof(*m));
}

int vfw_grow(void *array_ptr, size_t *room, size_t need, size_t element)
{
	size_t more = *room;
	void *old, *grown;

	if (need <= *room)
		return 0;
	while (more < need)
		more = more ? 2 * more : 16;
	if (more > (size_t)-1 / element)
		return -ENOMEM;
	memcpy(&old, array_ptr, sizeof(old));
	grown = realloc(old, more * element);
	if (!grown)
		return -ENOMEM;
	memcpy(array_ptr, &grown, sizeof(grown));
	*room = more;
	return 0;
}
