// SPDX-License-Identifier: GPL-2.0
#include "parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.tab.h"
#include "policy.h"
#include "text.h"

/* flex knows bison's default names only */
#define YYSTYPE VFW_YYSTYPE
#define YYLTYPE struct vfw_loc
#include "lex.yy.h"

struct keyword {
	const char *s;
	int token;
};

/* In byte order, for bsearch(). */
static const struct keyword keywords[] = {
	{"and", AND},
	{"any", ANY},
	{"app", APP},
	{"block", BLOCK},
	{"cidr", CIDR},
	{"code", CODE},
	{"declared", DECLARED},
	{"default", DEFAULT},
	{"depth", DEPTH},
	{"detect", DETECT},
	{"dhcp-server", DHCP_SERVER},
	{"ethertype", ETHERTYPE},
	{"external", EXTERNAL},
	{"first", FIRST},
	{"flows", FLOWS},
	{"from", FROM},
	{"group", GROUP},
	{"guard", GUARD},
	{"host", HOST},
	{"icmp", ICMP},
	{"icmp6", ICMP6},
	{"inspect", INSPECT},
	{"ip", IP},
	{"label", LABEL},
	{"last", LAST},
	{"learn", LEARN},
	{"limit", LIMIT},
	{"log", LOG},
	{"mac", MAC},
	{"mode", MODE},
	{"monitor", MONITOR},
	{"new-flows", NEW_FLOWS},
	{"nic", NIC},
	{"no", NO},
	{"on-overload", ON_OVERLOAD},
	{"or", OR},
	{"packets", PACKETS},
	{"pass", PASS},
	{"port", PORT},
	{"prevent", PREVENT},
	{"profile", PROFILE},
	{"proto", PROTO},
	{"rate", RATE},
	{"reject", REJECT},
	{"router", ROUTER},
	{"sctp", SCTP},
	{"shared", SHARED},
	{"signatures", SIGNATURES},
	{"tcp", TCP},
	{"tenant", TENANT},
	{"to", TO},
	{"type", TYPE},
	{"udp", UDP},
	{"unmanaged", UNMANAGED},
	{"until-known", UNTIL_KNOWN},
	{"uuid", UUID},
	{"vm", VM},
	{"yes", YES},
};

static int keyword_cmp(const void *key, const void *member)
{
	return strcmp(key, ((const struct keyword *)member)->s);
}

void vfw_parse_error(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *fmt, ...)
{
	va_list ap;

	ctx->errors++;
	va_start(ap, fmt);
	vfw_diag_vadd(ctx->diags, VFW_DIAG_ERROR, ctx->src, loc, fmt, ap);
	va_end(ap);
}

void *vfw_parse_alloc(struct vfw_parse *ctx, size_t size)
{
	void *p = vfw_arena_alloc(&ctx->policy->arena, size);

	if (!p)
		longjmp(ctx->no_memory, 1);
	return p;
}

static const char *keep(struct vfw_parse *ctx, const char *s, size_t len)
{
	const char *p = vfw_arena_strndup(&ctx->policy->arena, s, len);

	if (!p)
		longjmp(ctx->no_memory, 1);
	return p;
}

void vfw_parse_append(struct vfw_parse *ctx, const struct vfw_loc *loc, struct vfw_list *list,
		      void *node)
{
	if (list->n == VFW_POLICY_LIST_MAX)
		vfw_parse_error(ctx, loc, "a list has at most %d entries", VFW_POLICY_LIST_MAX);
	if (list->n <= VFW_POLICY_LIST_MAX)
		vfw_list_append(list, node);
}

int vfw_parse_atom(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s, size_t len,
		   const char **out)
{
	const struct keyword *k;

	if (len > VFW_POLICY_ATOM_MAX) {
		vfw_parse_error(ctx, loc, "a word has at most %d characters", VFW_POLICY_ATOM_MAX);
		return VFW_YYerror;
	}
	*out = keep(ctx, s, len);
	k = bsearch(*out, keywords, sizeof(keywords) / sizeof(keywords[0]), sizeof(keywords[0]),
		    keyword_cmp);
	if (!k)
		return ATOM;
	ctx->keyword = k->s;
	return k->token;
}

int vfw_parse_string(struct vfw_parse *ctx, const struct vfw_loc *loc, const char *s, size_t len,
		     const char **out)
{
	char buf[VFW_POLICY_STRING_MAX + 1];
	size_t n = 0;

	for (size_t i = 1; i + 1 < len; i++) {
		if (s[i] == '\\') {
			i++;
			if (s[i] != '"' && s[i] != '\\') {
				vfw_parse_error(ctx, loc,
						"expected \\\" or \\\\ behind a backslash");
				return VFW_YYerror;
			}
		}
		if (n == VFW_POLICY_STRING_MAX) {
			vfw_parse_error(ctx, loc, "a text has at most %d bytes",
					VFW_POLICY_STRING_MAX);
			return VFW_YYerror;
		}
		buf[n++] = s[i];
	}
	if (!vfw_literal_utf8(buf, n)) {
		vfw_parse_error(ctx, loc, "a text must be UTF-8 without control characters");
		return VFW_YYerror;
	}
	*out = keep(ctx, buf, n);
	return STRING;
}

void vfw_parse_found(struct vfw_parse *ctx, const char *s, size_t len)
{
	size_t n = len < 40 ? len : 40;

	while (n < len && n && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--; /* not inside a character */

	snprintf(ctx->found, sizeof(ctx->found), s[0] == '"' ? "%.*s%s%s" : "'%.*s%s'%s", (int)n, s,
		 n < len ? "..." : "", s[0] == '"' && n < len ? "\"" : "");
}

/* What a bare word means behind a keyword. */
static const char *word_meaning(const struct vfw_parse *ctx)
{
	static const struct {
		const char *keyword, *meaning;
	} table[] = {
		{"port", "a port or a range such as 5900-5999"},
		{"nic", "the number of a NIC"},
		{"cidr", "an address such as 192.0.2.0/24"},
		{"uuid", "a UUID"},
		{"rate", "a rate such as 200mbit"},
		{"packets", "a rate such as 50k/s"},
		{"new-flows", "a rate such as 500/s"},
		{"flows", "a number"},
		{"depth", "a size such as 1mb"},
		{"code", "an ICMP code"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(ctx->keyword, table[i].keyword))
			return table[i].meaning;
	return "a word";
}

/* Is one of the n expected tokens called s? */
static bool has(const char *const *expected, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(expected[i], s))
			return true;
	return false;
}

/*
 * Says in few words what may stand here. Where a name may stand every keyword
 * that can be a name may too; the list would be true and useless.
 */
static size_t summary(const struct vfw_parse *ctx, const char *const *expected, size_t n,
		      const char **out)
{
	static const char *const verdicts[] = {"pass", "block", "reject", "monitor"};
	static const char *const opens[] = {"first", "last",	"group",  "cidr",      "limit",
					    "guard", "profile", "tenant", "unmanaged", "default"};
	bool ident = has(expected, n, "name") && has(expected, n, "yes") && has(expected, n, "no");
	bool end = ident && has(expected, n, "any") && has(expected, n, "{");
	bool statement = !ident && has(expected, n, "first");
	bool rule = !ident && has(expected, n, "pass") && has(expected, n, "reject");
	bool any_word = ident && has(expected, n, "to");
	size_t k = 0;

	if (any_word)
		out[k++] = has(expected, n, "text") ? "a word or a text in quotes" : "a word";
	else if (end)
		out[k++] = "a group or cidr set";
	else if (ident)
		out[k++] = !strcmp(ctx->keyword, "ethertype") ? "an ethertype"
			   : !strcmp(ctx->keyword, "proto")   ? "an IP protocol"
			   : !strcmp(ctx->keyword, "type")    ? "an ICMP type"
							      : "a name";
	else if (has(expected, n, "name"))
		out[k++] = word_meaning(ctx);
	if (any_word)
		return k;
	if (rule)
		out[k++] = "a rule";
	if (statement)
		out[k++] = "a statement";
	for (size_t i = 0; i < n; i++) {
		const char *s = expected[i];

		if (!strcmp(s, "name") || (rule && has(verdicts, 4, s)) ||
		    (statement && has(opens, sizeof(opens) / sizeof(opens[0]), s)))
			continue;
		if (ident && strcmp(s, "text") && strcmp(s, "{") && strcmp(s, "any") &&
		    strcmp(s, "host") && strcmp(s, "external") && strcmp(s, "unmanaged") &&
		    strcmp(s, "tenant") && strcmp(s, "vm") && strcmp(s, "uuid"))
			continue;
		out[k++] = s;
	}
	return k;
}

void vfw_parse_unexpected(struct vfw_parse *ctx, const struct vfw_loc *loc,
			  const char *const *expected, size_t n, bool at_end)
{
	const char *words[256];
	struct vfw_text t = {0};
	char *message;
	size_t k;

	k = n <= 200 ? summary(ctx, expected, n, words) : 0;
	for (size_t i = 0; i < k; i++) {
		const char *s = words[i];
		bool bare = strchr(s, ' ') || !strcmp(s, "text");

		vfw_text_str(&t, i == 0 ? "expected " : i + 1 == k ? " or " : ", ");
		vfw_text_str(&t, bare ? "" : "'");
		vfw_text_str(&t, !strcmp(s, "text") ? "a text in quotes" : s);
		vfw_text_str(&t, bare ? "" : "'");
	}
	vfw_text_str(&t, k ? ", found " : "unexpected ");
	vfw_text_str(&t, at_end ? "the end of the file" : ctx->found);
	message = vfw_text_take(&t);
	vfw_parse_error(ctx, loc, "%s", message ? message : "syntax error");
	free(message);
}

/* Fills the table of line beginnings. */
static int index_lines(struct vfw_source *src)
{
	uint32_t n = 1;

	for (size_t i = 0; i < src->len; i++)
		n += src->text[i] == '\n';
	src->lines = calloc(n, sizeof(*src->lines));
	if (!src->lines)
		return -ENOMEM;
	src->n_lines = 1;
	for (size_t i = 0; i < src->len; i++)
		if (src->text[i] == '\n')
			src->lines[src->n_lines++] = (uint32_t)i + 1;
	return 0;
}

/* Adds the file to the policy; it owns its texts from then on. */
static int source_add(struct vfw_policy *p, const char *name, const char *text, size_t len)
{
	struct vfw_source *grown, *src;

	grown = realloc(p->files, (p->n_files + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->files = grown;
	src = &p->files[p->n_files];
	memset(src, 0, sizeof(*src));
	src->name = strdup(name);
	src->text = malloc(len + 1);
	src->len = len;
	if (src->text) {
		if (len)
			memcpy(src->text, text, len);
		src->text[len] = '\0';
	}
	p->n_files++;
	return src->name && src->text ? index_lines(src) : -ENOMEM;
}

int vfw_policy_add_text(struct vfw_policy *p, const char *name, const char *text, size_t len,
			struct vfw_diags *d)
{
	struct vfw_parse ctx = {.policy = p, .diags = d, .line = 1, .col = 1, .keyword = ""};
	struct vfw_source nameless = {.name = (char *)name};
	void *scanner;
	int err;

	if (p->n_files == VFW_POLICY_FILES_MAX || len > VFW_POLICY_FILE_MAX) {
		p->broken = true;
		if (len > VFW_POLICY_FILE_MAX)
			vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL,
				     "a file has at most %u bytes", VFW_POLICY_FILE_MAX);
		else
			vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL,
				     "a policy has at most %d files", VFW_POLICY_FILES_MAX);
		return -EINVAL;
	}
	ctx.file = (uint32_t)p->n_files;
	err = source_add(p, name, text, len);
	if (err)
		goto out;
	ctx.src = &p->files[ctx.file];

	err = -ENOMEM;
	if (setjmp(ctx.no_memory))
		goto out;
	if (vfw_yylex_init_extra(&ctx, &scanner))
		goto out;
	if (!vfw_yy_scan_bytes(ctx.src->text, (int)len, scanner))
		goto out;
	switch (vfw_yyparse(scanner, &ctx)) {
	case 0:
		err = ctx.errors ? -EINVAL : 0;
		break;
	case 2:
		break;
	default:
		err = -EINVAL;
	}
out:
	vfw_arena_free(&ctx.lexer);
	if (err)
		p->broken = true;
	return err;
}
