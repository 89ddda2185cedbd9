// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "event.h"

#define EVENT_BATCH 64 /* events of one message */

struct event_ring {
	spinlock_t lock; /* protects the ring; taken with interrupts off */
	u32 head; /* free-running; the next to write */
	u32 tail; /* free-running; the next to read */
	u64 gone; /* numbers to leave out before the next event: nobody will see theirs */
	u64 lost; /* events that found the ring full, since load */
	u64 unheard; /* matches that alerts stood for while nobody listened, since load */
	struct vfw_event *slots;
};

static struct event_ring __percpu *event_rings;
static struct genl_family __rcu *event_family;

/* of the work item alone */
static struct vfw_event *event_batch;
static u64 event_seq;
static u64 event_unsent; /* lost for want of memory at sending */

static void event_drain(struct work_struct *work);
static DECLARE_DELAYED_WORK(event_work, event_drain);

void vfw_event_post(const struct vfw_event *ev)
{
	struct genl_family *family;
	struct event_ring *ring;
	struct vfw_event *slot;
	unsigned long flags;
	bool listened;
	u32 fill;

	rcu_read_lock();
	family = rcu_dereference(event_family);
	listened = family && genl_has_listeners(family, &init_net, 0);
	local_irq_save(flags);
	ring = this_cpu_ptr(event_rings);
	spin_lock(&ring->lock);
	fill = ring->head - ring->tail;
	if (!listened) {
		ring->gone++;
		if (ev->type == VFW_EVENT_ALERT)
			WRITE_ONCE(ring->unheard, ring->unheard + max(ev->count, 1U));
	} else if (fill >= VFW_EVENT_RING) {
		ring->gone++;
		WRITE_ONCE(ring->lost, ring->lost + 1);
	} else {
		slot = &ring->slots[ring->head % VFW_EVENT_RING];
		*slot = *ev;
		/* until the event is numbered: how many numbers to leave out before it */
		slot->seq = ring->gone;
		ring->gone = 0;
		if (!slot->time_ns)
			slot->time_ns = ktime_get_real_ns();
		if (!slot->count)
			slot->count = 1;
		ring->head++;
	}
	spin_unlock(&ring->lock);
	local_irq_restore(flags);
	/* inside the read section: vfw_event_detach() waits for it before it cancels the work */
	if (listened && fill == VFW_EVENT_RING / 2)
		mod_delayed_work(system_unbound_wq, &event_work, 0);
	else if (listened)
		queue_delayed_work(system_unbound_wq, &event_work,
				   msecs_to_jiffies(VFW_EVENT_DELAY_MS));
	rcu_read_unlock();
}

u64 vfw_event_lost(void)
{
	u64 sum = READ_ONCE(event_unsent);
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(event_rings, cpu)->lost);
	return sum;
}

u64 vfw_event_unheard(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(event_rings, cpu)->unheard);
	return sum;
}

/* Moves up to EVENT_BATCH events of a ring into the batch and numbers them. Returns how many. */
static u32 event_take(struct event_ring *ring)
{
	u32 i, n;

	spin_lock_irq(&ring->lock);
	n = min_t(u32, ring->head - ring->tail, EVENT_BATCH);
	for (i = 0; i < n; i++)
		event_batch[i] = ring->slots[(ring->tail + i) % VFW_EVENT_RING];
	ring->tail += n;
	spin_unlock_irq(&ring->lock);
	for (i = 0; i < n; i++) {
		event_seq += event_batch[i].seq + 1;
		event_batch[i].seq = event_seq;
	}
	return n;
}

static void event_send(struct genl_family *family, u32 n)
{
	size_t size = n * sizeof(*event_batch);
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(nla_total_size(size) + nla_total_size_64bit(sizeof(u64)), GFP_KERNEL);
	if (!skb)
		goto lost;
	hdr = genlmsg_put(skb, 0, 0, family, 0, VFW_CMD_EVENT);
	if (!hdr || nla_put(skb, VFW_A_EVENTS, size, event_batch) ||
	    nla_put_u64_64bit(skb, VFW_A_EVENTS_LOST, vfw_event_lost(), VFW_A_PAD))
		goto lost;
	genlmsg_end(skb, hdr);
	/* an error here is a reader that left or is too slow: its own numbers show it */
	genlmsg_multicast(family, skb, 0, 0, GFP_KERNEL);
	return;
lost:
	nlmsg_free(skb);
	WRITE_ONCE(event_unsent, event_unsent + n);
}

/* Numbers what of a ring nobody will see: before its next event, and since its last one. */
static void event_leave_out(struct event_ring *ring)
{
	struct vfw_event *next = &ring->slots[ring->tail % VFW_EVENT_RING];

	spin_lock_irq(&ring->lock);
	if (ring->head != ring->tail) {
		event_seq += next->seq;
		next->seq = 0;
	}
	event_seq += ring->gone;
	ring->gone = 0;
	spin_unlock_irq(&ring->lock);
}

static void event_drain(struct work_struct *work)
{
	struct genl_family *family;
	u32 n, todo;
	int cpu;

	/* it stays registered until vfw_event_detach() has waited for this work */
	family = rcu_access_pointer(event_family);
	if (!family)
		return;
	/* of all rings first: what happened on another CPU before a reader listened is no loss to it */
	for_each_possible_cpu(cpu)
		event_leave_out(per_cpu_ptr(event_rings, cpu));
	for_each_possible_cpu(cpu) {
		struct event_ring *ring = per_cpu_ptr(event_rings, cpu);

		/* what comes in the meantime has queued the work anew */
		for (todo = VFW_EVENT_RING; todo; todo -= n) {
			n = event_take(ring);
			if (!n)
				break;
			event_send(family, n);
		}
	}
}

void vfw_event_attach(struct genl_family *family)
{
	rcu_assign_pointer(event_family, family);
}

void vfw_event_detach(void)
{
	RCU_INIT_POINTER(event_family, NULL);
	synchronize_rcu();
	cancel_delayed_work_sync(&event_work);
}

int vfw_event_init(void)
{
	int cpu;

	event_batch = kcalloc(EVENT_BATCH, sizeof(*event_batch), GFP_KERNEL);
	event_rings = alloc_percpu(struct event_ring);
	if (!event_batch || !event_rings)
		goto err;
	for_each_possible_cpu(cpu) {
		struct event_ring *ring = per_cpu_ptr(event_rings, cpu);

		spin_lock_init(&ring->lock);
		ring->slots = kvcalloc(VFW_EVENT_RING, sizeof(*ring->slots), GFP_KERNEL);
		if (!ring->slots)
			goto err;
	}
	return 0;
err:
	vfw_event_exit();
	return -ENOMEM;
}

void vfw_event_exit(void)
{
	int cpu;

	if (event_rings)
		for_each_possible_cpu(cpu)
			kvfree(per_cpu_ptr(event_rings, cpu)->slots);
	free_percpu(event_rings);
	event_rings = NULL;
	kfree(event_batch);
	event_batch = NULL;
}
