// SPDX-License-Identifier: GPL-2.0
#include <linux/bitmap.h>
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "addr.h"
#include "bridge.h"
#include "core/types.h"

struct vfw_addr_ent {
	u8 addr[16]; /* masked to len */
	struct vfw_nic *nic;
	struct vfw_port __rcu *port; /* NULL once the port is gone */
	u32 next; /* index + 1 */
	u8 kind;
	u8 len;
};

struct vfw_addrs {
	struct rcu_head rcu;
	u32 seed;
	u32 mask;
	u32 n;
	u32 *heads; /* index + 1, 0: empty */
	unsigned long lens[VFW_ADDR_KINDS][BITS_TO_LONGS(129)]; /* prefix lengths in use */
	struct vfw_addr_ent ents[];
};

static struct vfw_addrs __rcu *vfw_addrs_cur;

static const u8 addr_bits[VFW_ADDR_KINDS] = {32, 128, 48};

/* The first len bits of addr, the rest of 16 bytes zero. */
static void addr_mask(u8 out[16], const u8 *addr, unsigned int len)
{
	memset(out, 0, 16);
	memcpy(out, addr, len / 8);
	if (len % 8)
		out[len / 8] = addr[len / 8] & (0xff << (8 - len % 8));
}

static bool addr_prefix4_has(const struct vfw_addr4 *prefix, u32 addr)
{
	return !((vfw_get32(prefix->addr) ^ addr) >> (32 - prefix->len));
}

static bool addr_prefix_has(const u8 *prefix, unsigned int len, const u8 *addr)
{
	if (memcmp(prefix, addr, len / 8))
		return false;
	return !(len % 8) || !((prefix[len / 8] ^ addr[len / 8]) & (0xff << (8 - len % 8)) & 0xff);
}

bool vfw_addr_declared4(const struct vfw_nic *nic, const u8 addr[4])
{
	u32 a = vfw_get32(addr);
	unsigned int i;

	for (i = 0; i < nic->n_addr4; i++)
		if (addr_prefix4_has(&nic->addr4[i], a))
			return true;
	return false;
}

bool vfw_addr_declared6(const struct vfw_nic *nic, const u8 addr[16])
{
	unsigned int i;

	for (i = 0; i < nic->n_addr6; i++)
		if (addr_prefix_has(nic->addr6[i].addr, nic->addr6[i].len, addr))
			return true;
	return false;
}

static u32 addr_hash(const struct vfw_addrs *t, u8 kind, u8 len, const u8 masked[16])
{
	return jhash(masked, 16, t->seed ^ (kind << 8 | len)) & t->mask;
}

static bool addr_in_domain(const struct vfw_port *port, int domain, u16 vlan)
{
	int master;

	if (domain == VFW_ADDR_ANYWHERE)
		return true;
	master = vfw_port_master(port);
	return (master ?: port->ifindex) == domain && vfw_bridge_port_vlan(port->dev) == vlan;
}

/* The first entry of that prefix, from the one with this index + 1 on along its list; NULL at the end. Each new conversation asks. */
static __always_inline const struct vfw_addr_ent *addr_entry(const struct vfw_addrs *t, u32 i,
							     u8 kind, u8 len, const u8 masked[16])
{
	for (; i; i = t->ents[i - 1].next) {
		const struct vfw_addr_ent *e = &t->ents[i - 1];

		if (e->kind == kind && e->len == len && !memcmp(e->addr, masked, 16))
			return e;
	}
	return NULL;
}

static __always_inline const struct vfw_addr_ent *addr_first(const struct vfw_addrs *t, u8 kind,
							     u8 len, const u8 masked[16])
{
	return addr_entry(t, t->heads[addr_hash(t, kind, len, masked)], kind, len, masked);
}

/* The longest prefix length in use below len, 0 if there is none (no prefix has length 0). */
static unsigned int addr_shorter(const struct vfw_addrs *t, u8 kind, unsigned int len)
{
	unsigned int bit = find_last_bit(t->lens[kind], len);

	return bit < len ? bit : 0;
}

unsigned int vfw_addr_find(enum vfw_addr_kind kind, const u8 *addr, int domain, u16 vlan,
			   struct vfw_addr_hit *hit)
{
	const struct vfw_addrs *t = rcu_dereference(vfw_addrs_cur);
	const struct vfw_addr_ent *e;
	unsigned int found = 0, len;
	u8 masked[16];

	if (!t)
		return 0;
	/* From the longest prefix down; the first length that has it decides. */
	for (len = addr_shorter(t, kind, addr_bits[kind] + 1); len && !found;
	     len = addr_shorter(t, kind, len)) {
		addr_mask(masked, addr, len);
		for (e = addr_first(t, kind, len, masked); e;
		     e = addr_entry(t, e->next, kind, len, masked)) {
			struct vfw_port *port = rcu_dereference(e->port);

			if (!port || !addr_in_domain(port, domain, vlan))
				continue;
			if (found && e->nic->vm != hit->nic->vm)
				return 2;
			hit->nic = e->nic;
			hit->port = port;
			hit->whole = len == addr_bits[kind];
			found = 1;
		}
	}
	return found;
}

struct vfw_port *vfw_addr_port(const u8 mac[ETH_ALEN], const struct net_device *bridge)
{
	const struct vfw_addrs *t = rcu_dereference(vfw_addrs_cur);
	const struct vfw_addr_ent *e;
	u8 addr[16];

	if (!t)
		return NULL;
	addr_mask(addr, mac, 48);
	for (e = addr_first(t, VFW_ADDR_MAC, 48, addr); e;
	     e = addr_entry(t, e->next, VFW_ADDR_MAC, 48, addr)) {
		struct vfw_port *port = rcu_dereference(e->port);

		if (port && rcu_access_pointer(port->master) == bridge)
			return port;
	}
	return NULL;
}

struct vfw_addrs *vfw_addr_new(u32 n)
{
	struct vfw_addrs *t;
	u32 slots = roundup_pow_of_two(max(n, 8U));

	t = kvzalloc(struct_size(t, ents, n), GFP_KERNEL);
	if (!t)
		return NULL;
	t->heads = kvcalloc(slots, sizeof(*t->heads), GFP_KERNEL);
	if (!t->heads) {
		kvfree(t);
		return NULL;
	}
	t->seed = get_random_u32();
	t->mask = slots - 1;
	return t;
}

void vfw_addr_free(struct vfw_addrs *t)
{
	if (!t)
		return;
	kvfree(t->heads);
	kvfree(t);
}

static void addr_put(struct vfw_addrs *t, u8 kind, const u8 *addr, u8 len, struct vfw_nic *nic,
		     struct vfw_port *port)
{
	struct vfw_addr_ent *e = &t->ents[t->n];
	u32 *head;

	addr_mask(e->addr, addr, len);
	e->kind = kind;
	e->len = len;
	e->nic = nic;
	RCU_INIT_POINTER(e->port, port);
	head = &t->heads[addr_hash(t, kind, len, e->addr)];
	e->next = *head;
	*head = ++t->n;
	__set_bit(len, t->lens[kind]);
}

void vfw_addr_add(struct vfw_addrs *t, struct vfw_nic *nic, struct vfw_port *port)
{
	unsigned int i;

	addr_put(t, VFW_ADDR_MAC, nic->mac, 48, nic, port);
	for (i = 0; i < nic->n_addr4; i++)
		addr_put(t, VFW_ADDR_IP4, nic->addr4[i].addr, nic->addr4[i].len, nic, port);
	for (i = 0; i < nic->n_addr6; i++)
		addr_put(t, VFW_ADDR_IP6, nic->addr6[i].addr, nic->addr6[i].len, nic, port);
}

static void addr_free_rcu(struct rcu_head *head)
{
	vfw_addr_free(container_of(head, struct vfw_addrs, rcu));
}

void vfw_addr_publish(struct vfw_addrs *t)
{
	struct vfw_addrs *old;

	old = rcu_replace_pointer(vfw_addrs_cur, t, lockdep_is_held(&vfw_config_mutex));
	if (old)
		call_rcu(&old->rcu, addr_free_rcu);
}

void vfw_addr_forget(const struct vfw_port *port)
{
	struct vfw_addrs *t;
	u32 i;

	t = rcu_dereference_protected(vfw_addrs_cur, lockdep_is_held(&vfw_config_mutex));
	for (i = 0; t && i < t->n; i++)
		if (rcu_access_pointer(t->ents[i].port) == port)
			RCU_INIT_POINTER(t->ents[i].port, NULL);
}
