/* SPDX-License-Identifier: GPL-2.0 */
/* A capture through rules, in one process: no module, no root. */
#ifndef VFW_REPLAY_REPLAY_H
#define VFW_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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
 * Reads the capture and writes alerts to eve (NULL: they are only counted). Returns 0, or a negative errno with a
 * sentence in why.
 */
int vfw_replay_run(const struct vfw_rule_set *set, const char *capture,
		   const struct vfw_replay_options *options, FILE *eve,
		   struct vfw_replay_counts *counts, char *why, size_t size);

#endif /* VFW_REPLAY_REPLAY_H */
