/* SPDX-License-Identifier: GPL-2.0 */
/* A capture through rules, in one process: no module, no root. */
#ifndef VFW_REPLAY_REPLAY_H
#define VFW_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct vfw_rule_meta;
struct vfw_rule_scan;
struct vfw_rule_set;

struct vfw_replay_options {
	bool checksum; /* packets with wrong checksums are as if they had never come */
	bool midstream; /* TCP conversations are picked up without their handshake */
};

struct vfw_replay_counts {
	uint64_t packets, unknown_link, malformed, bad_checksum, fragments, alerts;
	uint64_t spent; /* evaluations that ran out of their budget */
};

/*
 * Reads the capture and writes alerts to eve (NULL: they are only counted). Returns 0, or a
 * negative errno with a sentence in why.
 */
int vfw_replay_run(const struct vfw_rule_set *set, const char *capture,
		   const struct vfw_replay_options *options, FILE *eve,
		   struct vfw_replay_counts *counts, char *why, size_t size);

/* Frames one by one, as a capture's are, for who wants to know whether one signature matches: */

struct vfw_replay;

/*
 * set and scan must stay. match is told each time that the signature asked about matches, before thresholds. Returns
 * NULL when there is no memory; the caller owns the result.
 */
struct vfw_replay *vfw_replay_open(const struct vfw_rule_set *set, struct vfw_rule_scan *scan,
				   void (*match)(void *ctx), void *ctx);

/*
 * Frames from now on are asked about by signature sig alone: what came before is forgotten, and what the others would
 * have set or passed does not count. Returns 0 or -ENOMEM.
 */
int vfw_replay_begin(struct vfw_replay *r, uint32_t sig);

/* Takes a frame of len bytes at time (microseconds). */
void vfw_replay_frame(struct vfw_replay *r, const uint8_t *frame, uint32_t len, uint64_t time);

/*
 * Flowbits and xbits that rule asks for are set before each frame from now on is asked; NULL: no
 * more.
 */
void vfw_replay_grant(struct vfw_replay *r, const struct vfw_rule_meta *rule);

/* Ends all flows, asking what they still hold. */
void vfw_replay_end(struct vfw_replay *r);

/* Frees r, which may be NULL. */
void vfw_replay_close(struct vfw_replay *r);

#endif /* VFW_REPLAY_REPLAY_H */
