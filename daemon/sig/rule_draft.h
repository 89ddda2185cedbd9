/* SPDX-License-Identifier: GPL-2.0 */
/* A rule on its way into the set: what its options have said so far. */
#ifndef VFW_SIG_RULE_DRAFT_H
#define VFW_SIG_RULE_DRAFT_H

#include "rule_set.h"

#define VFW_DRAFT_BYTES 16384 /* of all contents of one rule */
#define VFW_DRAFT_NAME 64

struct vfw_draft {
	struct vfw_rule_set *set;
	const struct vfw_rule *rule;
	struct vfw_rule_error *e;
	struct vfw_sig sig;
	struct vfw_rule_meta meta; /* msg is owned */
	struct vfw_sig_step
		steps[VFW_SIG_STEPS_MAX]; /* as written; data of contents: into bytes here */
	bool fast[VFW_SIG_STEPS_MAX]; /* fast_pattern */
	bool depth_by_offset[VFW_SIG_STEPS_MAX];
	uint32_t n_steps;
	struct vfw_sig_cond conds[VFW_SIG_CONDS_MAX];
	uint32_t n_conds;
	struct vfw_rule_expr
		exprs[VFW_SIG_STEPS_MAX]; /* regexes owned; data of VFW_SIG_REGEX: number here */
	uint32_t n_exprs;
	uint8_t bytes[VFW_DRAFT_BYTES];
	uint32_t n_bytes;
	char vars[VFW_SIG_VARS_MAX][VFW_DRAFT_NAME];
	uint32_t n_vars;
	uint8_t buffer; /* enum vfw_sig_buffer: where steps go now */
	uint8_t view; /* of that buffer: of the set's views, 0 none */
	bool decoded; /* steps look at what base64_decode has decoded */
	uint32_t decoder; /* the step of that base64_decode */
	bool negates; /* its addresses exclude some */
	bool named; /* the buffer was just named: it may still be transformed */
	uint32_t stream_size; /* 1: the keyword is there */
	bool offsets; /* a content has an offset, be it 0 */
	bool deep; /* set with an error: a protocol's parser is what lacks */
	const char *culprit; /* with an error: what the reasons count; NULL: the option's keyword */
};

/*
 * Readers of one option each, by keyword. Return 0; -EINVAL with d->e set (d->deep: deep);
 * -ENOMEM.
 */
int vfw_draft_content(struct vfw_draft *d, const struct vfw_keyword *k,
		      const struct vfw_rule_option *o);
int vfw_draft_pcre(struct vfw_draft *d, const struct vfw_rule_option *o);
int vfw_draft_bytes(struct vfw_draft *d, const struct vfw_keyword *k,
		    const struct vfw_rule_option *o);
int vfw_draft_more_bytes(struct vfw_draft *d, const struct vfw_keyword *k,
			 const struct vfw_rule_option *o);
int vfw_draft_http(struct vfw_draft *d, const struct vfw_keyword *k,
		   const struct vfw_rule_option *o);
int vfw_draft_header(struct vfw_draft *d, const struct vfw_keyword *k,
		     const struct vfw_rule_option *o);
int vfw_draft_state(struct vfw_draft *d, const struct vfw_keyword *k,
		    const struct vfw_rule_option *o);
int vfw_draft_requires(struct vfw_draft *d, const struct vfw_rule_option *o);

/* A content from an option's value, in the buffer at hand. Returns 0, or -EINVAL with d->e set. */
int vfw_draft_add_content(struct vfw_draft *d, const struct vfw_rule_option *o);

/* The buffer of HTTP that a letter behind pcre's expression stands for, or 0. */
uint8_t vfw_draft_http_letter(char c);

/*
 * Says what buffers of HTTP mean for the whole rule: flags and direction. Returns 0, or -EINVAL with
 * d->e set when they contradict the rest.
 */
int vfw_draft_http_finish(struct vfw_draft *d);

/* The number of a byte_extract variable, or -1. */
int vfw_draft_var(const struct vfw_draft *d, const struct vfw_rule_text *name);

/* A new step in the buffer at hand, or NULL with d->e set: too many. */
struct vfw_sig_step *vfw_draft_step(struct vfw_draft *d, enum vfw_sig_op op,
				    const struct vfw_rule_text *where);

/* A condition: a number with a comparison before it ("<5", "!=3", "3-5", "3<>5", "7"). */
int vfw_draft_compare(struct vfw_draft *d, const struct vfw_rule_text *t, enum vfw_sig_field field,
		      long long most);

#endif /* VFW_SIG_RULE_DRAFT_H */
