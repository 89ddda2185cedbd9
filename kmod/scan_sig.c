// SPDX-License-Identifier: GPL-2.0
#include <linux/in.h>

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

u32 vfw_scan_sig(const struct vfw_profile *profile, const struct vfw_pkt *p, u32 id, u32 len)
{
	const struct vfw_sigs *sigs = &profile->sigs;
	struct vfw_frame rebuilt;
	struct vfw_sig_pkt pkt = {
		.frame = &p->f,
		.payload_len = len,
		.flags = VFW_SIG_PKT_FLOW | (p->side ? 0 : VFW_SIG_PKT_TO_SERVER),
	};

	if (id >= sigs->n_sigs)
		return VFW_SCAN_UNFIT;
	/* what a receiver's TCP delivers is of a connection */
	if (p->f.proto == IPPROTO_TCP || p->answered)
		pkt.flags |= VFW_SIG_PKT_ESTABLISHED;
	if (p->whole) {
		sig_rebuild(&rebuilt, p);
		pkt.frame = &rebuilt;
		pkt.flags |= VFW_SIG_PKT_REBUILT;
	}
	if (!vfw_sig_header(sigs, &sigs->sigs[id], &pkt))
		return VFW_SCAN_UNFIT;
	return sig_does(sigs, &sigs->sigs[id], &pkt);
}

bool vfw_scan_sig_segment(const struct vfw_profile *profile, const struct vfw_pkt *p, u32 len)
{
	u32 i;

	if (profile->n_segment_sigs > VFW_PROFILE_SEGMENT_SIGS)
		return true;
	for (i = 0; i < profile->n_segment_sigs; i++)
		if (vfw_scan_sig(profile, p, profile->segment_sig[i], len) != VFW_SCAN_UNFIT)
			return true;
	return false;
}

noinline enum vfw_sig_result vfw_scan_sig_steps(const struct vfw_profile *profile,
						const struct vfw_pkt *p, u32 id, const u8 *payload,
						u32 len, u32 *work)
{
	const struct vfw_sigs *sigs = &profile->sigs;
	const struct vfw_sig_pkt pkt = {
		.frame = &p->f,
		.payload = payload,
		.payload_len = len,
		.work = work,
	};

	return vfw_sig_content(sigs, &sigs->sigs[id], &pkt, payload, len, NULL);
}

enum vfw_sig_told vfw_scan_sig_told(struct vfw_scan *scan, const struct vfw_pkt *p, u32 id, u32 fit)
{
	const struct vfw_sig *sig = &scan->user.profile->sigs.sigs[id];
	enum vfw_sig_told told = sig->limit ? vfw_sig_count(scan, p, id) : VFW_SIG_TOLD;

	if (fit & VFW_SCAN_TWICE)
		told = max(told, vfw_sig_count(scan, p, id));
	return told == VFW_SIG_TOLD && sig->flags & VFW_SIG_NOALERT ? VFW_SIG_SILENT : told;
}
