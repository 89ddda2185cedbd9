/* SPDX-License-Identifier: GPL-2.0 */
/* The apps of a capture, conversation by conversation, by kmod/core/app.c: no module, no root. */
#ifndef VFW_REPLAY_RECOGNISE_H
#define VFW_REPLAY_RECOGNISE_H

#include <stddef.h>

#include "core/app.h"

struct vfw_app_list;
struct vfw_app_scan;

/* Why a conversation is none of the apps. */
enum vfw_recognise_why {
	VFW_RECOGNISE_NAMED, /* it is one */
	VFW_RECOGNISE_NO_HANDSHAKE, /* TCP whose begin is not in the capture */
	VFW_RECOGNISE_NO_PAYLOAD, /* nobody said anything */
	VFW_RECOGNISE_NO_MATCH,
	VFW_RECOGNISE_AMBIGUOUS,
	VFW_RECOGNISE_WHYS,
};

/* A conversation over TCP or UDP. Index 0: who opened it. */
struct vfw_recognised {
	u8 family, proto; /* 4 or 6; IP protocol */
	u8 addr[2][16]; /* IPv4 in the first four bytes */
	u16 port[2];
	u64 number; /* of its first packet in the capture */
	u64 began; /* microseconds since 1970 */
	u64 packets[2];
	struct vfw_app_verdict verdict;
	enum vfw_recognise_why why;
};

/* Told of each conversation in the order in which they began. */
typedef void (*vfw_recognise_fn)(void *ctx, const struct vfw_recognised *flow);

struct vfw_recognise_counts {
	u64 packets, unknown_link, malformed, fragments;
};

/*
 * Reads a capture and tells its conversations to each. midstream: TCP is taken up without its handshake.
 * Returns 0, or a negative errno with a sentence in why.
 */
int vfw_recognise_run(const struct vfw_app_list *apps, struct vfw_app_scan *scan,
		      const char *capture, bool midstream, vfw_recognise_fn each, void *ctx,
		      struct vfw_recognise_counts *counts, char *why, size_t size);

#endif /* VFW_REPLAY_RECOGNISE_H */
