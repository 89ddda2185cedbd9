/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A rule of the Suricata language as it is written: header and options, nothing understood yet.
 *
 *   action protocol addresses ports -> addresses ports (name:value; name; ...)
 *
 * One rule a line; a backslash at a line's end joins the next. Within options a backslash keeps
 * the next character from ending the option, in quotes as outside of them.
 */
#ifndef VFW_SIG_RULE_H
#define VFW_SIG_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFW_RULE_FILE_MAX (64U << 20) /* bytes */
#define VFW_RULE_LINE_MAX 65536 /* bytes of one rule */
#define VFW_RULE_OPTIONS_MAX 256

struct vfw_rule_text {
	const char *s; /* not terminated */
	size_t len;
	uint32_t line, col; /* from 1, columns in bytes */
};

struct vfw_rule_option {
	struct vfw_rule_text name;
	struct vfw_rule_text value; /* blanks around it cut off; len 0: none */
	bool has_value;
};

enum vfw_rule_direction {
	VFW_RULE_TO, /* -> */
	VFW_RULE_BOTH, /* <> */
};

/* Texts point into the file's. */
struct vfw_rule {
	struct vfw_rule_text action, protocol, src, sport, dst, dport;
	enum vfw_rule_direction direction;
	struct vfw_rule_option options[VFW_RULE_OPTIONS_MAX];
	size_t n_options;
};

/* What is wrong, and where. */
struct vfw_rule_error {
	uint32_t line, col;
	char text[256];
};

/* Where reading is; all zero but text and len at first. */
struct vfw_rule_reader {
	const char *text;
	size_t len;
	size_t at;
	uint32_t line; /* lines read */
};

enum vfw_rule_read {
	VFW_RULE_READ_END,
	VFW_RULE_READ_OK,
	VFW_RULE_READ_ERROR, /* this rule is broken, reading goes on behind it */
};

/* Reads the next rule, past blank lines and comments. e is set with VFW_RULE_READ_ERROR. */
enum vfw_rule_read vfw_rule_next(struct vfw_rule_reader *r, struct vfw_rule *rule,
				 struct vfw_rule_error *e);

/* Sets e to a place in t, `at' bytes into it, and a message. Returns -EINVAL. */
int vfw_rule_fail(struct vfw_rule_error *e, const struct vfw_rule_text *t, size_t at,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Is t that word, in whatever case? */
bool vfw_rule_is(const struct vfw_rule_text *t, const char *word);

/* Cuts blanks off both ends. */
struct vfw_rule_text vfw_rule_trim(struct vfw_rule_text t);

/*
 * Takes from *rest what stands before the next separator (outside of brackets and quotes) into
 * *part, trimmed. Returns false when nothing was left.
 */
bool vfw_rule_split(struct vfw_rule_text *rest, char separator, struct vfw_rule_text *part);

/*
 * Reads a number, decimal, 0x or with a minus, that must be all of t and lie in [min, max].
 * Returns 0, or -EINVAL with e set.
 */
int vfw_rule_number(const struct vfw_rule_text *t, long long min, long long max, long long *n,
		    struct vfw_rule_error *e);

#endif /* VFW_SIG_RULE_H */
