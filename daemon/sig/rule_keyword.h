/* SPDX-License-Identifier: GPL-2.0 */
/* Every keyword of Suricata 7, and what vfw makes of it; docs/rules.md has the same table. */
#ifndef VFW_SIG_RULE_KEYWORD_H
#define VFW_SIG_RULE_KEYWORD_H

#include "rule.h"

enum vfw_keyword_class {
	VFW_KEYWORD_INFO, /* for people: decides nothing */
	VFW_KEYWORD_HEADER, /* the packet's headers, its flow, state between packets */
	VFW_KEYWORD_PAYLOAD, /* bytes of the payload, or of a header as a buffer */
	VFW_KEYWORD_DEEP, /* needs a protocol's parser */
	VFW_KEYWORD_LATER, /* needs none, and vfw has it not: the rule is refused by name */
	VFW_KEYWORD_CLASS_COUNT
};

/* What reads a keyword's value; its names in the table are the keyword's. */
enum vfw_keyword_id {
	VFW_KW_NONE, /* INFO without use, DEEP, LATER */
	VFW_KW_MSG,
	VFW_KW_SID,
	VFW_KW_GID,
	VFW_KW_REV,
	VFW_KW_CLASSTYPE,
	VFW_KW_PRIORITY,
	VFW_KW_METADATA,
	VFW_KW_REQUIRES,
	VFW_KW_CONTENT,
	VFW_KW_NOCASE,
	VFW_KW_OFFSET,
	VFW_KW_DEPTH,
	VFW_KW_DISTANCE,
	VFW_KW_WITHIN,
	VFW_KW_STARTSWITH,
	VFW_KW_ENDSWITH,
	VFW_KW_FAST_PATTERN,
	VFW_KW_RAWBYTES,
	VFW_KW_PCRE,
	VFW_KW_ISDATAAT,
	VFW_KW_BYTE_TEST,
	VFW_KW_BYTE_JUMP,
	VFW_KW_BYTE_EXTRACT,
	VFW_KW_BSIZE,
	VFW_KW_BYTE_MATH,
	VFW_KW_BASE64_DECODE,
	VFW_KW_BASE64_DATA,
	VFW_KW_BUFFER, /* a header, or the payload again */
	VFW_KW_HTTP_BUFFER,
	VFW_KW_HTTP_CONTENT, /* moves the content before it into a buffer of HTTP */
	VFW_KW_URICONTENT,
	VFW_KW_URILEN,
	VFW_KW_VIEW, /* transforms the buffer that was just named */
	VFW_KW_DSIZE,
	VFW_KW_TTL,
	VFW_KW_TOS,
	VFW_KW_ID,
	VFW_KW_IP_PROTO,
	VFW_KW_FRAGBITS,
	VFW_KW_FRAGOFFSET,
	VFW_KW_IPOPTS,
	VFW_KW_SAMEIP,
	VFW_KW_FLAGS,
	VFW_KW_SEQ,
	VFW_KW_ACK,
	VFW_KW_WINDOW,
	VFW_KW_MSS,
	VFW_KW_ITYPE,
	VFW_KW_ICODE,
	VFW_KW_ICMP_ID,
	VFW_KW_ICMP_SEQ,
	VFW_KW_ICMP6_MTU,
	VFW_KW_FLOW,
	VFW_KW_FLOW_AGE,
	VFW_KW_STREAM_SIZE,
	VFW_KW_FLOWBITS,
	VFW_KW_FLOWINT,
	VFW_KW_XBITS,
	VFW_KW_NOALERT,
	VFW_KW_ALERT,
	VFW_KW_BYPASS,
	VFW_KW_THRESHOLD,
	VFW_KW_DETECTION_FILTER,
};

struct vfw_keyword {
	const char *name;
	enum vfw_keyword_class class;
	enum vfw_keyword_id id;
	const char *scope; /* what it looks at */
};

/* All of them, ended by a NULL name. */
extern const struct vfw_keyword vfw_keywords[];

/* Returns the keyword of that name (case does not matter), or NULL. */
const struct vfw_keyword *vfw_rule_keyword(const struct vfw_rule_text *name);

/* "informational", "header", "payload", "deep", "later". */
const char *vfw_rule_keyword_class(enum vfw_keyword_class class);

/* Is it an application protocol that Suricata 7 takes in a rule's header? */
bool vfw_rule_is_app(const struct vfw_rule_text *protocol);

#endif /* VFW_SIG_RULE_KEYWORD_H */
