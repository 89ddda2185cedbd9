/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A conversation made for one signature: a packet that its header and header keywords fit, with
 * what must go before it (a handshake, a greeting), and the same a little wrong.
 */
#ifndef VFW_REPLAY_TALK_H
#define VFW_REPLAY_TALK_H

#include "../sig/rule_set.h"

struct vfw_replay;

struct vfw_talk {
	bool ip6;
	u8 proto;
	u8 src[16], dst[16]; /* of the packet that matters; IPv4 in the first four bytes */
	u16 sport, dport;
	bool answers; /* its sender is who was called */
	bool established; /* after a handshake, or a greeting each way */
	bool alone; /* TCP: nothing goes before it, whatever its flags */
	bool web; /* before an answer something is asked */
	bool grant; /* flowbits and xbits it asks for are set */
	u32 field[VFW_SIG_FIELD_COUNT];
	bool given[VFW_SIG_FIELD_COUNT]; /* field is asked about */
	u32 least, most; /* bytes of payload, by dsize */
	u32 before[2]; /* bytes that client and server have said before, by stream_size */
};

/* Which header fact of a talk is wrong. */
enum vfw_talk_miss {
	VFW_TALK_DST_PORT,
	VFW_TALK_SRC_PORT,
	VFW_TALK_SRC,
	VFW_TALK_DST,
	VFW_TALK_PROTOCOL,
	VFW_TALK_DIRECTION, /* who called is the other one */
	VFW_TALK_NEWLY, /* flow:established, and nothing goes before */
	VFW_TALK_BITS, /* what it asks for is not set */
	VFW_TALK_FIELD, /* + 2 * enum vfw_sig_field (+ 1): a number too large (small) */
	VFW_TALK_MISSES = VFW_TALK_FIELD + 2 * VFW_SIG_FIELD_COUNT
};

/*
 * Makes a talk that sig's header fits. Returns NULL, or a static word or two: for which keyword
 * none was found.
 */
const char *vfw_talk_make(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t);

/* Settles what was said before a payload of len bytes; false: stream_size wants what cannot be. */
bool vfw_talk_settle(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t, u32 len);

/*
 * Makes a fitting talk wrong in one fact. Returns false, and *t is of no use any more, when the
 * signature does not ask for that, or there is no value that is surely wrong. *len: bytes of
 * payload, changed when they are what is wrong.
 */
bool vfw_talk_miss(const struct vfw_rule_set *set, u32 sig, struct vfw_talk *t, unsigned int miss,
		   u32 *len);

/* In a few words, what is wrong then. */
const char *vfw_talk_miss_name(unsigned int miss);

/* Does len bytes of payload suit all dsize of sig? */
bool vfw_talk_dsize(const struct vfw_rule_set *set, u32 sig, u32 len);

/* Plays the conversation with that payload, at most 32 KiB, for rule `rule' of the set. */
void vfw_talk_play(const struct vfw_talk *t, const u8 *payload, u32 len,
		   const struct vfw_rule_meta *rule, struct vfw_replay *r);

#endif /* VFW_REPLAY_TALK_H */
