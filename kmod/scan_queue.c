// SPDX-License-Identifier: GPL-2.0
/*
 * The worker. A frame that finds no FPU section (a softirq that interrupted one, too little stack), an
 * owner, or others that wait, is taken from its hook and waits behind them. A work item of the
 * conversation, on the CPU that queued first, scans them in order, gives each its verdict, and sends
 * it on from where it was taken. The first stays in the list until it is sent, so nobody overtakes it.
 *
 * What a hook knows of a frame by RCU pointers is looked up again; the rest is copied.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>

#include "own.h"
#include "path.h"
#include "scan.h"
#include "scan_flow.h"
#include "who.h"

#define QUEUE_MAX 256 /* frames of one conversation */
#define QUEUE_BATCH 32 /* before others on this CPU have their turn */
#define QUEUE_TRIES 1000 /* for an FPU section, in task context */

static bool scan_worker;
module_param(scan_worker, bool, 0644);
MODULE_PARM_DESC(scan_worker,
		 "every scanned frame goes by way of the worker: for tests (default off)");

struct vfw_scan_job {
	struct list_head node;
	struct sk_buff *skb;
	int (*okfn)(struct net *net, struct sock *sk, struct sk_buff *skb);
	u32 charge;
	u32 tries;
	u32 revision; /* that p.rule belongs to */
	u32 ident[2]; /* of source and destination, by which it was found */
	int port; /* ifindex, 0: none */
	int end_port[2]; /* the same of source and destination */
	u32 nic[2]; /* of the two, where a VM is */
	u8 uuid[2][VFW_UUID_LEN]; /* that VM's: another may have its slot since */
	u8 *whole; /* p.whole_buf, whose owner it is now */
	struct vfw_pkt p; /* only up to buf */
};

#define JOB_SIZE (offsetof(struct vfw_scan_job, p) + offsetof(struct vfw_pkt, buf))

static struct workqueue_struct *queue_wq;
static bool queue_stopping;
DEFINE_PER_CPU(const struct sk_buff *, vfw_scan_receiving);

bool vfw_scan_queue_forced(void)
{
	return READ_ONCE(scan_worker);
}

static int queue_port(const struct vfw_port *port)
{
	return port ? port->ifindex : 0;
}

static void queue_nic(struct vfw_scan_job *job, unsigned int i, const struct vfw_end *end)
{
	job->nic[i] = end->nic ? end->nic->index : 0;
	if (end->nic)
		memcpy(job->uuid[i], end->nic->vm->uuid, VFW_UUID_LEN);
}

/* The frame is the job's from here on; not shared, and with what it points to. */
static bool queue_take(struct vfw_scan_job *job, struct vfw_pkt *p)
{
	struct sk_buff *skb = p->skb;

	if (skb_dst(skb) && !skb_dst_force(skb))
		return false;
	if (skb_shared(skb)) {
		skb = skb_clone(p->skb, GFP_ATOMIC | __GFP_NOWARN);
		if (!skb)
			return false;
		consume_skb(p->skb);
	}
	job->skb = skb;
	if (p->in)
		dev_hold(p->in);
	if (p->out)
		dev_hold(p->out);
	dev_hold(skb->dev);
	return true;
}

static void queue_free(struct vfw_budget *budget, struct vfw_scan_job *job, struct net_device *dev)
{
	dev_put(dev);
	if (job->p.out)
		dev_put(job->p.out);
	if (job->p.in)
		dev_put(job->p.in);
	vfw_budget_give(budget, job->charge);
	kfree(job->whole);
	kfree(job);
}

static struct vfw_scan_job *queue_job(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_job *job = kmalloc(JOB_SIZE, GFP_ATOMIC | __GFP_NOWARN);

	if (!job)
		return NULL;
	memcpy(&job->p, p, offsetof(struct vfw_pkt, buf));
	job->p.lent = vfw_own_shared(p);
	job->okfn = p->state->okfn;
	job->tries = 0;
	job->whole = p->whole_buf;
	job->revision = p->pol->revision;
	job->ident[0] = vfw_who_ident(p, &p->src);
	job->ident[1] = vfw_who_ident(p, &p->dst);
	job->port = queue_port(p->port);
	job->end_port[0] = queue_port(p->src.port);
	job->end_port[1] = queue_port(p->dst.port);
	queue_nic(job, 0, &p->src);
	queue_nic(job, 1, &p->dst);
	job->charge = JOB_SIZE + p->skb->truesize;
	if (!vfw_budget_take(scan->dir[p->side].budget, job->charge)) {
		kfree(job);
		return NULL;
	}
	if (!queue_take(job, p)) {
		vfw_budget_give(scan->dir[p->side].budget, job->charge);
		kfree(job);
		return NULL;
	}
	return job;
}

void vfw_scan_queue_kick(struct vfw_scan *scan)
{
	if (list_empty(&scan->jobs) || !vfw_scan_hold(scan))
		return;
	if (!queue_work_on(smp_processor_id(), queue_wq, &scan->work))
		vfw_scan_put(scan);
}

/* Nothing passes any more: what was kept is of no use. Scan locked, and nobody scans. */
static void queue_forget(struct vfw_scan *scan)
{
	vfw_scan_dir_end(&scan->dir[0]);
	vfw_scan_dir_end(&scan->dir[1]);
}

/*
 * The frame is given up. What its direction ate of it cannot be taken back: another copy would not be
 * scanned as what follows, so where the profile prevents, nothing follows. Scan locked, the frame in its turn.
 */
static void queue_give_up(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_dir *dir = &scan->dir[p->side];

	if (dir->fed && scan->user.profile) {
		vfw_scan_uneat(dir);
		if (vfw_scan_refuse(scan, p, VFW_REASON_SCAN_OVERLOAD, true))
			queue_forget(scan);
	}
	vfw_pkt_block(p, VFW_REASON_SCAN_OVERLOAD);
}

/* The same of a frame whose ends are gone: nobody can say any more whether it would have been cut. Scan locked. */
static void queue_lost(struct vfw_scan *scan, const struct vfw_scan_job *job)
{
	struct vfw_scan_dir *dir = &scan->dir[job->p.side];

	if (!dir->fed)
		return;
	vfw_scan_uneat(dir);
	if (scan->user.profile && vfw_scan_drops(scan->user.profile, scan->app.spares)) {
		scan->dead = VFW_REASON_SCAN_OVERLOAD;
		queue_forget(scan);
	}
}

/* What was asked of a frame before the worker is to try again is not asked anew. */
static void queue_note(const struct vfw_pkt *p)
{
	struct vfw_pkt *kept = &p->job->p;

	kept->asked = p->asked;
	kept->header_asked = p->header_asked;
	/* unarmed, it may have ended by what was asked */
	kept->verdict = p->verdict;
	kept->reason = p->reason;
	kept->rule = p->rule;
	kept->n_said = p->n_said;
	memcpy(kept->said, p->said, sizeof(kept->said));
}

void vfw_scan_queue(struct vfw_scan *scan, struct vfw_pkt *p)
{
	struct vfw_scan_job *job;

	if (p->job) {
		p->again = true;
		queue_note(p);
		return;
	}
	job = scan->n_jobs < QUEUE_MAX ? queue_job(scan, p) : NULL;
	if (!job) {
		/* out of its turn it has eaten nothing, and what lies there is the owner's */
		if (!scan->busy && list_empty(&scan->jobs))
			queue_give_up(scan, p);
		else
			vfw_pkt_block(p, VFW_REASON_SCAN_OVERLOAD);
		return;
	}
	list_add_tail(&job->node, &scan->jobs);
	scan->n_jobs++;
	p->stolen = true;
	vfw_scan_queue_kick(scan);
}

static bool queue_end(struct vfw_end *end, const struct vfw_scan_job *job, unsigned int i)
{
	u32 nic = job->nic[i];
	struct vfw_vm *vm;

	end->port = job->end_port[i] ? vfw_port_find(job->end_port[i]) : NULL;
	if (!end->port != !job->end_port[i])
		return false;
	if (!end->nic)
		return true;
	vm = end->key < VFW_MAX_VMS ? vfw_vm_slot(end->key) : NULL;
	if (!vm || nic >= vm->n_nics || memcmp(vm->uuid, job->uuid[i], VFW_UUID_LEN))
		return false;
	end->nic = &vm->nics[nic];
	return true;
}

/*
 * Is it still judged as it was when it was taken? Who opens a conversation may have become somebody else under the same rules: one frame that
 * waits is not to say that it was looked at anew. RCU read lock.
 */
static bool queue_rule_stands(const struct vfw_scan_job *job, struct vfw_pkt *p)
{
	return p->pol->revision == job->revision && vfw_who_ident(p, &p->src) == job->ident[0] &&
	       vfw_who_ident(p, &p->dst) == job->ident[1];
}

/* The frame as its hook knew it; false: an end of it is gone. RCU read lock. */
static bool queue_restore(struct vfw_scan_job *job, struct vfw_pkt *p)
{
	memcpy(p, &job->p, offsetof(struct vfw_pkt, buf));
	p->skb = job->skb;
	p->job = job;
	p->again = false;
	p->head = NULL;
	p->head_len = 0;
	p->flow = p->known = NULL;
	p->state = NULL;
	p->whole_buf = NULL;
	p->src.ident = VFW_PKT_IDENT;
	p->dst.ident = VFW_PKT_IDENT;
	p->pol = rcu_dereference(vfw_policy_cur);
	p->port = job->port ? vfw_port_find(job->port) : NULL;
	if (!p->pol || !p->port != !job->port)
		return false;
	if (!queue_end(&p->src, job, 0) || !queue_end(&p->dst, job, 1))
		return false;
	if (!queue_rule_stands(job, p)) {
		p->rule = VFW_PKT_NO_RULE;
		p->moved = true;
		/* of another profile */
		p->asked = false;
		p->header_asked = false;
		p->n_said = 0;
	}
	return true;
}

/* On from where it was taken. Its stack is not to lie beside that of queue_step(), which has a packet on it. */
static noinline_for_stack void queue_send(struct vfw_scan_job *job)
{
	struct sk_buff *skb = job->skb;

	switch (job->p.where) {
	case VFW_AT_EGRESS:
#ifdef CONFIG_NETFILTER_SKIP_EGRESS
		skb->nf_skip_egress = 1;
#endif
		dev_queue_xmit(skb);
		break;
	case VFW_AT_INGRESS:
		/* it is to come by the hook while that is said, and not from a queue of RPS, as if it were another */
		this_cpu_write(vfw_scan_receiving, skb);
		netif_receive_skb_core(skb);
		this_cpu_write(vfw_scan_receiving, NULL);
		break;
	case VFW_AT_FORWARD:
	case VFW_AT_LOCAL_IN:
		job->okfn(&init_net, NULL, skb);
		break;
	}
}

/* The first of those that wait, locked; NULL: none, or somebody else scans. */
static struct vfw_scan_job *queue_first(struct vfw_scan *scan)
{
	return scan->busy ? NULL : list_first_entry_or_null(&scan->jobs, struct vfw_scan_job, node);
}

enum queue_step {
	QUEUE_EMPTY,
	QUEUE_AGAIN, /* no section yet */
	QUEUE_MORE,
};

static bool queue_scan(struct vfw_scan *scan, struct vfw_scan_job *job, struct vfw_pkt *p)
{
	vfw_scan_frame(scan, p);
	if (!p->again)
		return true;
	if (++job->tries < QUEUE_TRIES)
		return false;
	queue_give_up(scan, p);
	return true;
}

/* One frame. RCU read lock, BH off. */
static enum queue_step queue_step(struct vfw_scan *scan)
{
	struct vfw_scan_job *job;
	struct net_device *dev;
	struct vfw_pkt p __uninitialized;
	bool alive;

	spin_lock(&scan->lock);
	job = queue_first(scan);
	if (!job) {
		spin_unlock(&scan->lock);
		return QUEUE_EMPTY;
	}
	dev = job->skb->dev;
	alive = !READ_ONCE(queue_stopping) && queue_restore(job, &p);
	if (!alive)
		queue_lost(scan, job);
	if (alive && !queue_scan(scan, job, &p)) {
		spin_unlock(&scan->lock);
		return QUEUE_AGAIN;
	}
	spin_unlock(&scan->lock);
	if (alive && vfw_path_end(&p) == NF_ACCEPT)
		queue_send(job);
	else
		kfree_skb(job->skb);
	spin_lock(&scan->lock);
	list_del(&job->node);
	scan->n_jobs--;
	spin_unlock(&scan->lock);
	queue_free(scan->dir[job->p.side].budget, job, dev);
	return QUEUE_MORE;
}

void vfw_scan_queue_work(struct work_struct *work)
{
	struct vfw_scan *scan = container_of(work, struct vfw_scan, work);
	enum queue_step step = QUEUE_MORE;
	u32 i;

	for (i = 0; i < QUEUE_BATCH && step != QUEUE_EMPTY; i++) {
		local_bh_disable();
		rcu_read_lock();
		step = queue_step(scan);
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	}
	if (step != QUEUE_EMPTY) {
		spin_lock_bh(&scan->lock);
		vfw_scan_queue_kick(scan);
		spin_unlock_bh(&scan->lock);
	}
	vfw_scan_put(scan);
}

int vfw_scan_queue_init(void)
{
	queue_wq = alloc_workqueue("vfw_scan", WQ_HIGHPRI, 0);
	return queue_wq ? 0 : -ENOMEM;
}

void vfw_scan_queue_stop(void)
{
	WRITE_ONCE(queue_stopping, true);
	flush_workqueue(queue_wq);
}

void vfw_scan_queue_exit(void)
{
	destroy_workqueue(queue_wq);
}
