// SPDX-License-Identifier: GPL-2.0
#include <linux/bitops.h>
#include <linux/in.h>
#include <linux/minmax.h>

#include "pkt.h"
#include "profile.h"
#include "scan_flow.h"
#include "scan_sig.h"
#include "sig_count.h"

#define SIG_HEADER 8 /* bytes, of UDP and of ICMP */

/* The fragment that completes a packet knows no ports: they stand before the payload of the whole. */
static void sig_rebuild(struct vfw_frame *f, const struct vfw_pkt *p)
{
	const u8 *h = p->whole - SIG_HEADER;

	*f = p->f;
	/* what is put together is of its transport, and no fragment any more */
	f->flags &= ~VFW_FRAME_F_FRAG;
	if (f->proto == IPPROTO_UDP) {
		f->sport = vfw_get16(h);
		f->dport = vfw_get16(h + 2);
	} else if (f->proto == IPPROTO_ICMP || f->proto == IPPROTO_ICMPV6) {
		f->icmp_type = h[0];
		f->icmp_code = h[1];
	} else {
		return;
	}
	f->flags |= VFW_FRAME_F_L4;
}

/* What a signature that fits does. */
static u32 sig_does(const struct vfw_sigs *sigs, const struct vfw_sig *sig,
		    const struct vfw_sig_pkt *pkt)
{
	u32 fit =
		sig->flags & (VFW_SIG_DROP | VFW_SIG_REJECT) ? VFW_SCAN_PREVENTS : VFW_SCAN_REPORTS;

	if (sig->state)
		fit |= VFW_SCAN_STATE;
	if (!sig->limit && !(sig->flags & VFW_SIG_NOALERT))
		return fit;
	if (sig->limit && vfw_sig_both_ways(sigs, sig, pkt))
		fit |= VFW_SCAN_TWICE;
	return fit | VFW_SCAN_LIMITED;
}

/* What is asked of signatures about a frame's payload, or a part of it, of len bytes; *rebuilt is room for its header. */
static struct vfw_sig_pkt sig_pkt(const struct vfw_pkt *p, u32 len, struct vfw_frame *rebuilt)
{
	struct vfw_sig_pkt pkt = {
		.frame = &p->f,
		.head = p->head,
		.head_len = p->head_len,
		.payload_len = len,
		.flags = VFW_SIG_PKT_FLOW | (p->side ? 0 : VFW_SIG_PKT_TO_SERVER),
		.stream_bytes = {p->tcp_sent[0], p->tcp_sent[1]},
	};

	pkt.flags |= (p->src.nic ? VFW_SIG_PKT_SRC_VM : 0) | (p->dst.nic ? VFW_SIG_PKT_DST_VM : 0);
	/* what a receiver's TCP delivers is of a connection */
	if (p->f.proto == IPPROTO_TCP || p->answered)
		pkt.flags |= VFW_SIG_PKT_ESTABLISHED;
	if (p->whole) {
		sig_rebuild(rebuilt, p);
		pkt.frame = rebuilt;
		pkt.flags |= VFW_SIG_PKT_REBUILT;
	}
	return pkt;
}

u32 vfw_scan_sig(const struct vfw_profile *profile, const struct vfw_pkt *p, u32 id, u32 len)
{
	const struct vfw_sigs *sigs = &profile->sigs;
	struct vfw_frame rebuilt;
	struct vfw_sig_pkt pkt = sig_pkt(p, len, &rebuilt);

	if (id >= sigs->n_sigs || !vfw_sig_header(sigs, &sigs->sigs[id], &pkt))
		return VFW_SCAN_UNFIT;
	return sig_does(sigs, &sigs->sigs[id], &pkt);
}

/* Of those known by number, which are for the frame's side of its conversation? */
static noinline u64 sig_segment_sigs(const struct vfw_profile *profile,
				     const struct vfw_sig_pkt *pkt)
{
	const struct vfw_sigs *sigs = &profile->sigs;
	u64 fit = 0;
	u32 i;

	BUILD_BUG_ON(VFW_PROFILE_SEGMENT_SIGS > 64);
	for (i = 0; i < profile->n_segment_sigs; i++)
		if (vfw_sig_ends(sigs, &sigs->sigs[profile->segment_sig[i]], pkt))
			fit |= 1ULL << i;
	return fit;
}

u32 vfw_scan_sig_segment(struct vfw_profile_user *user, const struct vfw_pkt *p, u32 len)
{
	const struct vfw_profile *profile = user->profile;
	const struct vfw_sigs *sigs = &profile->sigs;
	struct vfw_sig_pkt pkt = sig_pkt(p, len, NULL);
	u32 reach = 0;
	u64 left;

	if (profile->n_segment_sigs > VFW_PROFILE_SEGMENT_SIGS)
		return min(profile->segment_reach, len);
	if (!user->segment_known[p->side])
		user->segment_sigs[p->side] = sig_segment_sigs(profile, &pkt);
	user->segment_known[p->side] = true;
	for (left = user->segment_sigs[p->side]; left; left &= left - 1) {
		const struct vfw_sig *sig = &sigs->sigs[profile->segment_sig[__ffs64(left)]];

		if (vfw_sig_conds(sigs, sig, &pkt))
			reach = max(reach, sig->reach ?: U32_MAX);
	}
	return min(reach, len);
}

bool vfw_scan_sig_head(const struct vfw_profile *profile, const struct vfw_pkt *p)
{
	const struct vfw_sigs *sigs = &profile->sigs;
	const struct vfw_sig_pkt pkt = sig_pkt(p, 0, NULL);
	u32 i;

	if (profile->n_head_sigs > VFW_PROFILE_HEAD_SIGS)
		return true;
	for (i = 0; i < profile->n_head_sigs; i++)
		if (vfw_sig_ends(sigs, &sigs->sigs[profile->head_sig[i]], &pkt))
			return true;
	return false;
}

struct sig_programs {
	const struct vfw_sigs *sigs;
	struct vfw_regex_scratch *scratch;
};

static int sig_ends(void *ctx, u32 expr, const u8 *buf, u32 len, u32 *ends, u32 max, u32 *budget)
{
	const struct sig_programs *programs = ctx;
	struct vfw_regex r = vfw_sig_program(programs->sigs, expr);

	return vfw_regex_ends(&r, programs->scratch, buf, len, ends, max, budget);
}

noinline enum vfw_sig_result vfw_scan_sig_steps(const struct vfw_profile *profile,
						const struct vfw_pkt *p, u32 id, const u8 *payload,
						u32 len, u32 *work,
						struct vfw_regex_scratch *scratch)
{
	const struct vfw_sigs *sigs = &profile->sigs;
	const struct vfw_sig_pkt pkt = {
		.frame = &p->f,
		.payload = payload,
		.payload_len = len,
		.work = work,
	};
	struct sig_programs programs = {sigs, scratch};
	const struct vfw_sig_regex regex = {.ends = sig_ends, .ctx = &programs};

	return vfw_sig_content(sigs, &sigs->sigs[id], &pkt, payload, len, &regex);
}

enum vfw_sig_told vfw_scan_sig_told(struct vfw_scan *scan, const struct vfw_pkt *p, u32 id, u32 fit)
{
	const struct vfw_sig *sig = &scan->user.profile->sigs.sigs[id];
	enum vfw_sig_told told = sig->limit ? vfw_sig_count(scan, p, id) : VFW_SIG_TOLD;

	if (fit & VFW_SCAN_TWICE)
		told = max(told, vfw_sig_count(scan, p, id));
	return told == VFW_SIG_TOLD && sig->flags & VFW_SIG_NOALERT ? VFW_SIG_SILENT : told;
}
