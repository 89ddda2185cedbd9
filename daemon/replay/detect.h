/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures asked about packets and about what streams deliver, in Suricata's order, with the
 * state they keep. docs/rules.md says what is asked of a single packet and what of a stream.
 */
#ifndef VFW_REPLAY_DETECT_H
#define VFW_REPLAY_DETECT_H

#include "../sig/rule_set.h"
#include "track.h"

struct vfw_detect;
struct vfw_rule_scan;

/* Told of each alert, after thresholds. */
typedef void (*vfw_detect_alert_fn)(void *ctx, const struct vfw_rule_meta *rule,
				    const struct vfw_sig_pkt *p, bool stream);

/* set and scan must stay. Returns NULL when there is no memory; the caller owns the result. */
struct vfw_detect *vfw_detect_new(const struct vfw_rule_set *set, struct vfw_rule_scan *scan,
				  vfw_detect_alert_fn alert, void *ctx);

void vfw_detect_free(struct vfw_detect *d);

/* Told that a signature matches, before its threshold and noalert have their say. */
typedef void (*vfw_detect_match_fn)(void *ctx);

/*
 * From now on only signature sig is asked, as if the others were not there, nor anything that was asked before, and
 * match is told of it with the context of alert. Returns 0 or -ENOMEM.
 */
int vfw_detect_only(struct vfw_detect *d, u32 sig, vfw_detect_match_fn match);

/*
 * Sets the flowbits and xbits that rule asks for, as if rules that set them had matched this
 * packet.
 */
void vfw_detect_grant(struct vfw_detect *d, const struct vfw_rule_meta *rule,
		      const struct vfw_sig_pkt *p, struct vfw_track_flow *flow, u64 time);

/* What is asked next is another packet: 15 alerts are kept of one. */
void vfw_detect_next(struct vfw_detect *d);

/*
 * Asks all signatures about a packet. flow: its flow or NULL, in which its flowbits are kept;
 * window, window_len: bytes of its direction that are to be inspected now (NULL: none); time in
 * microseconds.
 */
void vfw_detect_packet(struct vfw_detect *d, const struct vfw_sig_pkt *p,
		       struct vfw_track_flow *flow, unsigned int side, const u8 *window,
		       u32 window_len, u64 time);

/*
 * Asks the signatures about messages about one that has ended. window: bytes of the stream up to its end, for
 * their steps in the payload. p describes the last packet of that side, without its bytes.
 */
void vfw_detect_message(struct vfw_detect *d, const struct vfw_sig_pkt *p,
			struct vfw_track_flow *flow, unsigned int side, const u8 *window,
			u32 window_len, const struct vfw_http_side *message, u64 time);

/* How often a chain's budget was spent. */
u64 vfw_detect_spent(const struct vfw_detect *d);

#endif /* VFW_REPLAY_DETECT_H */
