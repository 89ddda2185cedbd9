// SPDX-License-Identifier: GPL-2.0
#include "store.h"

#include <stdlib.h>
#include <sys/random.h>

struct entry {
	struct entry *next;
	struct vfw_store_key key;
	struct vfw_sig_counter counter;
};

struct vfw_store {
	struct entry **slots;
	size_t n, size; /* a power of two */
	u64 seed; /* captures are anybody's: who chooses keys must not choose collisions */
};

struct vfw_store *vfw_store_new(void)
{
	struct vfw_store *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->size = 1024;
	s->slots = calloc(s->size, sizeof(*s->slots));
	if (!s->slots || getrandom(&s->seed, sizeof(s->seed), 0) != sizeof(s->seed)) {
		free(s->slots);
		free(s);
		return NULL;
	}
	return s;
}

void vfw_store_free(struct vfw_store *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->size; i++) {
		while (s->slots[i]) {
			struct entry *e = s->slots[i];

			s->slots[i] = e->next;
			free(e);
		}
	}
	free(s->slots);
	free(s);
}

static size_t hash(const struct vfw_store *s, const struct vfw_store_key *key)
{
	const u8 *p = (const u8 *)key;
	u64 h = s->seed;
	size_t i;

	for (i = 0; i < sizeof(*key); i++) {
		h = (h ^ p[i]) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return h & (s->size - 1);
}

static void grow(struct vfw_store *s)
{
	struct vfw_store bigger = {.size = 2 * s->size, .seed = s->seed, .n = s->n};
	size_t i;

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return;
	for (i = 0; i < s->size; i++) {
		while (s->slots[i]) {
			struct entry *e = s->slots[i];
			size_t at = hash(&bigger, &e->key);

			s->slots[i] = e->next;
			e->next = bigger.slots[at];
			bigger.slots[at] = e;
		}
	}
	free(s->slots);
	*s = bigger;
}

struct vfw_sig_counter *vfw_store_get(struct vfw_store *s, const struct vfw_store_key *key,
				      bool make)
{
	struct entry *e;
	size_t at = hash(s, key);

	for (e = s->slots[at]; e; e = e->next)
		if (!memcmp(&e->key, key, sizeof(*key)))
			return &e->counter;
	if (!make)
		return NULL;
	if (s->n >= s->size)
		grow(s);
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	at = hash(s, key);
	e->key = *key;
	e->next = s->slots[at];
	s->slots[at] = e;
	s->n++;
	return &e->counter;
}
