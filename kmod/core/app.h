/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which app a conversation is, decided from the patterns that its first bytes hit (docs/apps.md). The scanner
 * is the caller's: it looks at the first VFW_APP_BYTES of each side, of TCP what is delivered, else datagram by
 * datagram, and tells each pattern that hits. What it has told is a state of fixed size; the decision is a
 * function of that state alone, so it may be asked at any time and again: more bytes may name an app more
 * exactly, or contradict.
 *
 * A pattern stands for its app by itself, or together with another one that must hit on the other side. Of several
 * apps those go that another one is declared to be over; if more than one stays, the port decides
 * between them; if it does not, the conversation is none of them. Who must not be deceived asks besides which ones lost though they hit
 * where the one that is named did not: vfw_app_doubts().
 */
#ifndef VFW_CORE_APP_H
#define VFW_CORE_APP_H

#include "types.h"

#define VFW_APP_BYTES 4096 /* of each side */
#define VFW_APP_DATAGRAMS 32 /* of each side */
#define VFW_APP_HITS 24 /* different ones; a conversation with more is ambiguous */
#define VFW_APP_STAY (VFW_APP_HITS + 1) /* apps that hits may name, and the one it was before */
#define VFW_APP_NONE 0xffff
#define VFW_APP_OVER_MAX 256 /* apps that one may be over */
#define VFW_APP_PORTS_MAX 256 /* of one app */
#define VFW_APPS_MAX 2048
#define VFW_APP_PATTERNS_MAX 8192 /* a pattern and a side fit 16 bits */

enum vfw_app_role {
	VFW_APP_ANY, /* either end may say it */
	VFW_APP_CLIENT,
	VFW_APP_SERVER,
	VFW_APP_ROLES,
};

struct vfw_app_pattern {
	u16 app;
	u16 with; /* the pattern that must hit on the other side, perhaps this one; or VFW_APP_NONE */
	u16 role; /* enum vfw_app_role */
	u16 proto; /* IP protocol it is about */
};

struct vfw_app {
	u16 over, n_over; /* in vfw_apps.over: apps that this one is more exact than */
	u16 port, n_ports; /* in vfw_apps.ports */
	u32 id; /* its number for others: VFW_APP_ID_* are none */
};

/* All immutable, sound by vfw_apps_check(). */
struct vfw_apps {
	const struct vfw_app *apps;
	const struct vfw_app_pattern *patterns;
	const u16 *over;
	const u32 *ports; /* IP protocol << 16 | port */
	u16 n_apps, n_patterns, n_over, n_ports;
};

/* Of one conversation; zeroed at its begin. */
struct vfw_app_state {
	u16 bytes[2]; /* looked at, by side: 0 is who opened */
	u8 datagrams[2];
	u8 n_hits;
	u8 lost; /* by bit of the side: hits found no room, or what was said in part is forgotten */
	u16 named; /* index + 1 of the app it was by other tables; 0: none */
	u16 hit[VFW_APP_HITS]; /* pattern << 1 | side */
	u32 where
		[VFW_APP_HITS]; /* of each, by bit: in which of its side's datagrams; TCP: the first bit */
};

/* The tables as one piece of bytes: the arrays follow it, in the order of their counts, without gaps. */
struct vfw_app_head {
	u32 magic;
	u16 n_apps, n_patterns, n_over, n_ports;
	u32 sizes; /* of the elements, of who wrote it */
};

#define VFW_APP_TABLE_MAX (1U << 20) /* bytes */

enum vfw_app_answer {
	VFW_APP_UNKNOWN, /* nothing names it, so far */
	VFW_APP_KNOWN,
	VFW_APP_AMBIGUOUS,
};

struct vfw_app_verdict {
	u8 answer; /* enum vfw_app_answer */
	u8 client; /* the side that speaks as client, 2: not known */
	u16 app; /* VFW_APP_NONE unless known */
};

/* Checks tables by meaning. Returns NULL or a static sentence. Any context. */
const char *vfw_apps_check(const struct vfw_apps *a);

/*
 * How many of len further bytes of a side are to be scanned; counts them as looked at. datagram: they
 * are one. Any context.
 */
u32 vfw_app_take(struct vfw_app_state *s, u32 side, u32 len, bool datagram);

/* Can a side still say something that is looked at? Any context. */
bool vfw_app_open(const struct vfw_app_state *s, u32 side);

/* A pattern has hit on a side; again, or a number that is none, changes nothing. Any context. */
void vfw_app_hit(struct vfw_app_state *s, const struct vfw_apps *a, u32 pattern, u32 side);

/* Nothing that a side said was let pass: what hit on it is forgotten, and it begins anew. Any context. */
void vfw_app_forget(struct vfw_app_state *s, u32 side);

/* Nothing more that a side says is looked at. Any context. */
void vfw_app_close(struct vfw_app_state *s, u32 side);

/*
 * Other tables from now on, a, by which what has hit means nothing; NULL: they are not there yet, and this is asked once more. id: of the
 * app that it is known to be, which stays, or of none; NULL: it is not known. A side that said nothing, or by datagrams what hit nothing, is
 * looked at as before; of one in the midst of its stream nothing more is learnt. What such a one said, or what hit, where it is not known
 * what it is, may be any app's: lost. Any context.
 */
void vfw_app_carry(struct vfw_app_state *s, const struct vfw_apps *a, const u32 *id);

/*
 * The apps that it may be by all hits so far, none of them beaten by another one. Returns how many; where hits were
 * lost it may be any. Any context.
 */
u32 vfw_app_stay(const struct vfw_apps *a, const struct vfw_app_state *s, u16 stay[VFW_APP_STAY]);

/* An app that lost against the one that is named. */
struct vfw_app_doubt {
	u16 app;
	bool beaten; /* the other one is over it; else the port decided */
};

/*
 * The apps that lost against app, which vfw_app_decide() names, though they hit on a side, or in a datagram, where that did not:
 * there something else was said than it says. Returns how many. Any context.
 */
u32 vfw_app_doubts(const struct vfw_apps *a, const struct vfw_app_state *s, u16 app,
		   struct vfw_app_doubt doubt[VFW_APP_STAY]);

/* Bytes of the tables in one piece, and the same written into buf. Any context. */
size_t vfw_apps_size(const struct vfw_apps *a);
void vfw_apps_write(const struct vfw_apps *a, u8 *buf);

/*
 * Points *a into len bytes at buf (aligned to 4; must stay), sound by vfw_apps_check(). Returns NULL, or a static
 * sentence with *a unchanged. Any context.
 */
const char *vfw_apps_read(const void *buf, size_t len, struct vfw_apps *a);

/* The decision by all hits so far. proto: IP protocol; port: the opened side's, 0 if it has none. Any context. */
struct vfw_app_verdict vfw_app_decide(const struct vfw_apps *a, const struct vfw_app_state *s,
				      u8 proto, u16 port);

#endif /* VFW_CORE_APP_H */
