// SPDX-License-Identifier: GPL-2.0
/*
 * The address book: from prefixes that lie in each other to disjoint ranges.
 *
 * All prefixes of all scopes are sorted by first address, shorter ones first.
 * Two prefixes are disjoint or one lies in the other, so a walk over them needs
 * one stack: what is on it contains the point where the walk stands, longest
 * on top. Between two pushes or pops nothing changes; each such stretch becomes a
 * range whose identity the stack tells: for each scope the topmost prefix of
 * that scope wins. The addresses of remote VMs are a scope of their own which
 * comes before all others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "who.h"
#include "../vm/registry.h"

#define SCOPE_REMOTE (UINT32_MAX - 1)

struct claim {
	uint8_t first[16];
	uint8_t last[16];
	uint8_t len;
	uint32_t scope; /* a tenant, VFW_NO_TENANT, or SCOPE_REMOTE */
	uint32_t set; /* of SCOPE_REMOTE: the VM's identity */
};

struct walk {
	struct vfw_who *who;
	unsigned int family;
	size_t size; /* of an address */
	struct claim *claims;
	size_t n, room;
	size_t *stack; /* indices of claims */
	size_t depth;
	uint32_t *sets; /* scratch for one stretch */
	struct vfw_map scopes; /* scopes seen in one stretch: key is the claim's scope */
	uint32_t disputed; /* identity, 0: not made yet */
};

static int add_claim(struct walk *w, const uint8_t *addr, uint8_t len, uint32_t scope, uint32_t set)
{
	struct claim *claim;

	if (vfw_grow(&w->claims, &w->room, w->n + 1, sizeof(*w->claims)))
		return -ENOMEM;
	claim = &w->claims[w->n++];
	memset(claim, 0, sizeof(*claim));
	for (unsigned int bit = 0; bit < w->size * 8; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if (bit < len) {
			claim->first[bit / 8] |= addr[bit / 8] & mask;
			claim->last[bit / 8] |= addr[bit / 8] & mask;
		} else {
			claim->last[bit / 8] |= mask;
		}
	}
	claim->len = len;
	claim->scope = scope;
	claim->set = set;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int cmp = memcmp(x->first, y->first, sizeof(x->first));

	if (cmp)
		return cmp;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	return (x->set > y->set) - (x->set < y->set);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Who holds the stretch of addresses that the stack stands for? */
static int holder(struct walk *w, uint32_t *ident)
{
	const struct claim *remote = NULL;
	size_t n = 0, kept = 0;
	int err = 0;

	vfw_map_free(&w->scopes);
	for (size_t i = w->depth; i-- > 0 && !err;) {
		const struct claim *claim = &w->claims[w->stack[i]];
		const uint32_t *winner;

		if (claim->scope == SCOPE_REMOTE) {
			if (remote && remote->len == claim->len && remote->set != claim->set) {
				*ident = w->disputed;
				return 0;
			}
			remote = remote ? remote : claim;
			continue;
		}
		winner = vfw_map_get(&w->scopes, &claim->scope, sizeof(claim->scope));
		if (!winner)
			err = vfw_map_put(&w->scopes, &claim->scope, sizeof(claim->scope),
					  claim->len);
		else if (*winner != claim->len)
			continue;
		w->sets[n++] = claim->set;
	}
	if (err)
		return err;
	if (remote) {
		*ident = remote->set;
		return 0;
	}
	qsort(w->sets, n, sizeof(*w->sets), by_number);
	for (size_t i = 0; i < n; i++)
		if (!i || w->sets[i] != w->sets[i - 1])
			w->sets[kept++] = w->sets[i];
	return vfw_who_ident(w->who, VFW_WHO_ADDRESS, VFW_NO_TENANT, false, w->sets, kept, ident);
}

/* Adds one to an address; returns false when it was the last. */
static bool next_addr(uint8_t *addr, size_t size)
{
	while (size--)
		if (++addr[size])
			return true;
	return false;
}

static void prev_addr(uint8_t *addr, size_t size)
{
	while (size--)
		if (addr[size]--)
			return;
}

/* Appends a range; joins it to the one before where they touch and mean the same. */
static int add_range4(struct vfw_who *who, const uint8_t *first, const uint8_t *last,
		      uint32_t ident)
{
	struct vfw_range4 *r;

	if (who->n_book4) {
		uint8_t after[4];

		r = &who->book4[who->n_book4 - 1];
		memcpy(after, r->last, 4);
		if (r->ident == ident && next_addr(after, 4) && !memcmp(after, first, 4)) {
			memcpy(r->last, last, 4);
			return 0;
		}
	}
	if (who->n_book4 == VFW_MAX_RANGES)
		return -E2BIG;
	if (vfw_grow(&who->book4, &who->room_book4, who->n_book4 + 1, sizeof(*who->book4)))
		return -ENOMEM;
	r = &who->book4[who->n_book4++];
	memcpy(r->first, first, 4);
	memcpy(r->last, last, 4);
	r->ident = ident;
	return 0;
}

static int add_range6(struct vfw_who *who, const uint8_t *first, const uint8_t *last,
		      uint32_t ident)
{
	struct vfw_range6 *r;

	if (who->n_book6) {
		uint8_t after[16];

		r = &who->book6[who->n_book6 - 1];
		memcpy(after, r->last, 16);
		if (r->ident == ident && next_addr(after, 16) && !memcmp(after, first, 16)) {
			memcpy(r->last, last, 16);
			return 0;
		}
	}
	if (who->n_book6 == VFW_MAX_RANGES)
		return -E2BIG;
	if (vfw_grow(&who->book6, &who->room_book6, who->n_book6 + 1, sizeof(*who->book6)))
		return -ENOMEM;
	r = &who->book6[who->n_book6++];
	memcpy(r->first, first, 16);
	memcpy(r->last, last, 16);
	r->ident = ident;
	return 0;
}

/* The stretch from first to last, both included, as the stack stands. */
static int stretch(struct walk *w, const uint8_t *first, const uint8_t *last)
{
	uint32_t ident;
	int err;

	if (!w->depth || memcmp(first, last, w->size) > 0)
		return 0;
	err = holder(w, &ident);
	if (err || ident == VFW_ID_EXTERNAL)
		return err;
	return w->family == 6 ? add_range6(w->who, first, last, ident)
			      : add_range4(w->who, first, last, ident);
}

static int walk(struct walk *w)
{
	uint8_t at[16] = {0}, end[16];
	bool wrapped = false;
	int err = 0;

	qsort(w->claims, w->n, sizeof(*w->claims), by_place);
	for (size_t i = 0; i <= w->n && !err; i++) {
		const struct claim *next = i < w->n ? &w->claims[i] : NULL;

		/* what ends before the next claim begins */
		while (w->depth && !err) {
			const struct claim *top = &w->claims[w->stack[w->depth - 1]];

			if (next && memcmp(top->last, next->first, w->size) >= 0)
				break;
			if (!wrapped)
				err = stretch(w, at, top->last);
			if (memcmp(at, top->last, w->size) <= 0) {
				memcpy(at, top->last, w->size);
				wrapped = !next_addr(at, w->size);
			}
			w->depth--;
		}
		if (!next || err)
			break;
		if (memcmp(at, next->first, w->size) < 0) {
			memcpy(end, next->first, w->size);
			prev_addr(end, w->size);
			err = stretch(w, at, end);
			memcpy(at, next->first, w->size);
		}
		w->stack[w->depth++] = i;
	}
	return err;
}

static int claim_sets(struct walk *w, const struct vfw_resolved *r)
{
	int err = 0;

	for (size_t s = 0; s < r->n_sets && !err; s++) {
		const struct vfw_set *set = &r->sets[s];
		const struct vfw_prefix *p = NULL;

		if (set->stmt && set->stmt->kind == VFW_STMT_CIDR)
			p = set->stmt->prefixes.first;
		for (; p && !err; p = p->link.next)
			if (p->family == w->family)
				err = add_claim(w, p->addr, p->len, set->tenant, (uint32_t)s);
	}
	return err;
}

static int claim_remotes(struct walk *w, const struct vfw_vm *const *vms, size_t n_vms)
{
	int err = 0;

	for (size_t v = 0; v < n_vms; v++)
		for (size_t n = 0; vms[v]->remote && n < vms[v]->n_nics; n++)
			for (size_t a = 0; a < vms[v]->nics[n].n_addrs && !err; a++) {
				const struct vfw_address *addr = &vms[v]->nics[n].addrs[a];

				if (addr->family == w->family && addr->len <= w->size * 8)
					err = add_claim(w, addr->addr, addr->len, SCOPE_REMOTE,
							w->who->vm_idents[v]);
			}
	return err;
}

/* Two remote VMs of different identity that claim the same: nobody may say whose it is. */
static int settle_disputes(struct walk *w, const struct vfw_vm *const *vms, size_t n_vms,
			   struct vfw_diags *d)
{
	bool warned = false;

	qsort(w->claims, w->n, sizeof(*w->claims), by_place);
	for (size_t i = 1; i < w->n; i++) {
		const struct claim *a = &w->claims[i - 1], *b = &w->claims[i];
		const char *names[2] = {"?", "?"};

		if (a->scope != SCOPE_REMOTE || b->scope != SCOPE_REMOTE || a->set == b->set ||
		    a->len != b->len || memcmp(a->first, b->first, w->size))
			continue;
		if (warned)
			continue;
		for (size_t v = 0; v < n_vms; v++) {
			if (w->who->vm_idents[v] == a->set)
				names[0] = vms[v]->name;
			if (w->who->vm_idents[v] == b->set)
				names[1] = vms[v]->name;
		}
		vfw_diag_add(d, VFW_DIAG_WARNING, NULL, NULL,
			     "remote VMs claim the same addresses (VMs with the groups of '%s' and "
			     "of '%s'): these addresses count as unmanaged",
			     names[0], names[1]);
		warned = true;
	}
	return warned ? vfw_who_ident(w->who, VFW_WHO_UNMANAGED, VFW_NO_TENANT, true, NULL, 0,
				      &w->disputed)
		      : 0;
}

int vfw_book_fill(const struct vfw_resolved *r, const struct vfw_vm *const *vms, size_t n_vms,
		  struct vfw_diags *d, struct vfw_who *who)
{
	int err = 0;

	for (unsigned int family = 4; family <= 6 && !err; family += 2) {
		struct walk w = {.who = who, .family = family, .size = family == 6 ? 16 : 4};

		err = claim_sets(&w, r);
		if (!err)
			err = claim_remotes(&w, vms, n_vms);
		if (!err && w.n) {
			w.stack = calloc(w.n, sizeof(*w.stack));
			w.sets = calloc(w.n, sizeof(*w.sets));
			err = w.stack && w.sets ? settle_disputes(&w, vms, n_vms, d) : -ENOMEM;
			if (!err)
				err = walk(&w);
		}
		free(w.claims);
		free(w.stack);
		free(w.sets);
		vfw_map_free(&w.scopes);
	}
	return err;
}
