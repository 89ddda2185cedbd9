/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lexer, grammar and node constructors share while one file is parsed.
 * Private to the parser: lex.l, parse.y, parse.c, node.c.
 */
#ifndef VFW_POLICY_PARSE_H
#define VFW_POLICY_PARSE_H

#include <setjmp.h>

#include "literal.h"
#include "tree.h"

struct vfw_parse {
	struct vfw_policy *policy;
	const struct vfw_source *src;
	uint32_t file;
	struct vfw_diags *diags;
	size_t errors; /* in this file */
	uint32_t line, col; /* where the lexer stands */
	uint32_t depth; /* open parentheses */
	uint32_t terms; /* of the group being read */
	const char *keyword; /* the last keyword read, for messages; "" at first */
	char found[96]; /* the last token as messages show it */
	struct vfw_arena lexer; /* the lexer's own memory */
	jmp_buf no_memory; /* any allocation that fails ends the parse here */
};

/* Complains about a place of the file being parsed. */
void vfw_parse_error(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns zeroed memory from the policy's arena; does not return when there is none. */
void *vfw_parse_alloc(struct vfw_parse *ctx, size_t size);

/* Appends to a list that stands in braces; complains once when it grows beyond VFW_POLICY_LIST_MAX. */
void vfw_parse_append(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_list *list,
		      void *node);

/* Lexer's helpers: keep the text of an atom (a keyword's token, else ATOM's) or of a string. */
int vfw_parse_atom(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s, size_t len,
		   const char **out);
int vfw_parse_string(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s, size_t len,
		     const char **out);

/* Remembers a token as messages will show it. */
void vfw_parse_found(struct vfw_parse *ctx, const char *s, size_t len);

/*
 * Says "expected ..., found ..."; expected are the n names of the tokens that could stand here.
 */
void vfw_parse_unexpected(struct vfw_parse *ctx, const struct vfw_loc *loc,
			  const char *const *expected, size_t n, bool at_end);

/* Constructors, node.c. Those that read a literal complain and return a harmless node if it is wrong. */
const char *vfw_node_name(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s);
struct vfw_word *vfw_node_word(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s);
struct vfw_expr *vfw_node_term(struct vfw_parse *ctx, const struct vfw_loc *loc,
			       enum vfw_expr_kind kind, const char *key, const char *value);
struct vfw_expr *vfw_node_join(struct vfw_parse *ctx, enum vfw_expr_kind kind,
			       struct vfw_expr *left, struct vfw_expr *right);
struct vfw_prefix *vfw_node_prefix(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s);
struct vfw_end *vfw_node_end(struct vfw_parse *ctx, const struct vfw_loc *loc,
			     enum vfw_end_kind kind, const char *s);
void vfw_node_nic(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_end *end,
		  const char *s);
struct vfw_range *vfw_node_port(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s);
struct vfw_range *vfw_node_code(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s);
void vfw_node_proto(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_proto *proto,
		    enum vfw_proto_kind kind, const char *s);
/* Turns proto->ranges, read as words, into ICMP types. */
void vfw_node_types(struct vfw_parse *ctx, struct vfw_proto *proto, enum vfw_proto_kind kind);
void vfw_node_rule(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_rule *rule);
struct vfw_quantity vfw_node_quantity(struct vfw_parse *ctx, const struct vfw_loc *loc,
				      enum vfw_unit unit, const char *s);

/* Notes that item stands in a statement; complains when it stood there before. */
void vfw_node_once(struct vfw_parse *ctx, const struct vfw_loc *loc, uint8_t *order, uint8_t *n,
		   uint8_t item, const char *word);

/* Returns a statement; counts what is bounded and complains beyond the bounds. */
struct vfw_stmt *vfw_node_stmt(struct vfw_parse *ctx, const struct vfw_loc *loc,
			       enum vfw_stmt_kind kind);

#endif /* VFW_POLICY_PARSE_H */
