/* SPDX-License-Identifier: GPL-2.0 */
/* The grammar of docs/policy.md, section 3. */
%require "3.8"
%define api.pure full
%define api.prefix {vfw_yy}
%define api.location.type {struct vfw_loc}
%define parse.error custom
%define parse.lac full
%locations
%param { void *scanner }
%parse-param { struct vfw_parse *ctx }
%expect 0

%code requires {
#include "parse.h"
}

%code {
#include <string.h>

#define YYLLOC_DEFAULT(cur, rhs, n)                                                                \
	do {                                                                                       \
		if (n) {                                                                           \
			(cur) = YYRHSLOC(rhs, 1);                                                  \
			(cur).end_line = YYRHSLOC(rhs, n).end_line;                                \
			(cur).end_col = YYRHSLOC(rhs, n).end_col;                                  \
		} else {                                                                           \
			(cur) = YYRHSLOC(rhs, 0);                                                  \
			(cur).line = (cur).end_line;                                               \
			(cur).col = (cur).end_col;                                                 \
		}                                                                                  \
	} while (0)

int vfw_yylex(VFW_YYSTYPE *value, struct vfw_loc *loc, void *scanner);

/* Memory exhausted inside bison's own stacks; syntax errors go through yyreport_syntax_error(). */
static void yyerror(const struct vfw_loc *loc, void *scanner, struct vfw_parse *ctx, const char *msg)
{
	(void)scanner;
	vfw_parse_error(ctx, loc, "%s", msg);
}

}

%union {
	const char *s;
	struct vfw_list list;
	struct vfw_expr *expr;
	struct vfw_end *end;
	struct vfw_range *range;
	struct vfw_prefix *prefix;
	struct vfw_word *word;
	struct vfw_proto proto;
	struct vfw_rule *rule;
	struct vfw_limit *limit;
	struct vfw_guard *guard;
	struct vfw_profile *profile;
	struct vfw_stmt *stmt;
	enum vfw_verdict verdict;
	enum vfw_guard_word guard_word;
	bool flag;
	struct { bool log; const char *message; } log;
	struct { struct vfw_list names; bool block; } apps;
	struct { uint8_t item; const char *word; struct vfw_quantity quantity; } limit_item;
	struct { uint8_t item; const char *text; enum vfw_guard_word word; } guard_item;
}

%token END 0 "the end of the file"
%token <s> ATOM "name"
%token <s> STRING "text"

/* reserved: never a name */
%token <s> ANY "any" HOST "host" EXTERNAL "external" UNMANAGED "unmanaged" TENANT "tenant"
%token <s> VM "vm" UUID "uuid" FROM "from" TO "to"

/* keywords that may be names as well */
%token <s> FIRST "first" LAST "last" GROUP "group" CIDR "cidr" LIMIT "limit" GUARD "guard"
%token <s> PROFILE "profile" DEFAULT "default" LABEL "label" OR "or" AND "and"
%token <s> PASS "pass" BLOCK "block" REJECT "reject" MONITOR "monitor" NIC "nic"
%token <s> APP "app" UNTIL_KNOWN "until-known" INSPECT "inspect" LOG "log"
%token <s> TCP "tcp" UDP "udp" SCTP "sctp" ICMP "icmp" ICMP6 "icmp6" PROTO "proto"
%token <s> ETHERTYPE "ethertype" PORT "port" TYPE "type" CODE "code"
%token <s> RATE "rate" PACKETS "packets" NEW_FLOWS "new-flows" FLOWS "flows" SHARED "shared"
%token <s> MAC "mac" IP "ip" DHCP_SERVER "dhcp-server" ROUTER "router"
%token <s> DECLARED "declared" LEARN "learn" YES "yes" NO "no"
%token <s> SIGNATURES "signatures" MODE "mode" DETECT "detect" PREVENT "prevent"
%token <s> DEPTH "depth" ON_OVERLOAD "on-overload"

%type <s> ident word soft reserved name pattern
%type <list> rules tenant-items unmanaged-rules ends end-list ports port-list type-list codes
%type <list> code-list prefixes prefix-list names name-list texts
%type <proto> types protocol
%type <expr> or-terms and-terms term
%type <end> end bare-end group-ref
%type <range> port code
%type <word> type inspect
%type <prefix> prefix
%type <rule> rule unmanaged-rule tail
%type <limit> limit-items
%type <guard> guard-items
%type <profile> profile-items
%type <stmt> statement tenant-item group cidr limit-stmt
%type <verdict> verdict default-verdict
%type <guard_word> address-word yes-no
%type <flag> mode overload shared
%type <limit_item> limit-item
%type <guard_item> guard-item
%type <log> log
%type <apps> apps

%%

policy:
	%empty
|	policy statement { vfw_list_append(&ctx->policy->stmts, $2); }
;

statement:
	FIRST '{' rules '}' { $$ = vfw_node_stmt(ctx, &@1, VFW_STMT_FIRST); $$->items = $3; }
|	LAST '{' rules '}' { $$ = vfw_node_stmt(ctx, &@1, VFW_STMT_LAST); $$->items = $3; }
|	UNMANAGED '{' unmanaged-rules '}' {
		$$ = vfw_node_stmt(ctx, &@1, VFW_STMT_UNMANAGED);
		$$->items = $3;
	}
|	TENANT name '{' tenant-items '}' {
		$$ = vfw_node_stmt(ctx, &@1, VFW_STMT_TENANT);
		$$->name = $2;
		$$->name_loc = @2;
		$$->items = $4;
	}
|	group
|	cidr
|	limit-stmt
|	GUARD ident '{' guard-items '}' {
		$$ = vfw_node_stmt(ctx, &@$, VFW_STMT_GUARD);
		$$->guard = $4;
		$4->is_default = !strcmp($2, "default");
		if (!$4->is_default)
			$4->group = *vfw_node_end(ctx, &@2, VFW_END_NAME, $2);
	}
|	PROFILE name '{' profile-items '}' {
		$$ = vfw_node_stmt(ctx, &@$, VFW_STMT_PROFILE);
		$$->name = $2;
		$$->name_loc = @2;
		$$->profile = $4;
	}
|	DEFAULT default-verdict log {
		$$ = vfw_node_stmt(ctx, &@$, VFW_STMT_DEFAULT);
		$$->rule = vfw_parse_alloc(ctx, sizeof(*$$->rule));
		$$->rule->verdict = $2;
		$$->rule->log = $3.log;
		$$->rule->message = $3.message;
	}
;

default-verdict:
	PASS { $$ = VFW_PASS; }
|	BLOCK { $$ = VFW_BLOCK; }
|	MONITOR { $$ = VFW_MONITOR; }
;

rules:
	%empty { memset(&$$, 0, sizeof($$)); }
|	rules rule {
		struct vfw_stmt *stmt = vfw_node_stmt(ctx, &@2, VFW_STMT_RULE);

		stmt->rule = $2;
		vfw_list_append(&$1, stmt);
		$$ = $1;
	}
;

unmanaged-rules:
	%empty { memset(&$$, 0, sizeof($$)); }
|	unmanaged-rules unmanaged-rule {
		struct vfw_stmt *stmt = vfw_node_stmt(ctx, &@2, VFW_STMT_RULE);

		stmt->rule = $2;
		vfw_list_append(&$1, stmt);
		$$ = $1;
	}
;

tenant-items:
	%empty { memset(&$$, 0, sizeof($$)); }
|	tenant-items tenant-item { vfw_list_append(&$1, $2); $$ = $1; }
;

tenant-item:
	group
|	cidr
|	limit-stmt
|	rule { $$ = vfw_node_stmt(ctx, &@1, VFW_STMT_RULE); $$->rule = $1; }
;

group:
	GROUP name '=' { ctx->terms = 0; } or-terms {
		$$ = vfw_node_stmt(ctx, &@$, VFW_STMT_GROUP);
		$$->name = $2;
		$$->name_loc = @2;
		$$->expr = $5;
	}
;

or-terms:
	and-terms
|	or-terms OR and-terms { $$ = vfw_node_join(ctx, VFW_EXPR_OR, $1, $3); }
;

and-terms:
	term
|	and-terms AND term { $$ = vfw_node_join(ctx, VFW_EXPR_AND, $1, $3); }
;

term:
	LABEL word '=' pattern { $$ = vfw_node_term(ctx, &@$, VFW_EXPR_LABEL, $2, $4); }
|	VM pattern { $$ = vfw_node_term(ctx, &@2, VFW_EXPR_VM, NULL, $2); }
|	UUID ATOM { $$ = vfw_node_term(ctx, &@2, VFW_EXPR_UUID, NULL, $2); }
|	'(' {
		if (++ctx->depth > VFW_POLICY_DEPTH_MAX) {
			vfw_parse_error(ctx, &@1, "parentheses are more than %d deep",
					VFW_POLICY_DEPTH_MAX);
			YYABORT;
		}
	} or-terms ')' { ctx->depth--; $$ = $3; }
;

cidr:
	CIDR name '=' prefixes {
		$$ = vfw_node_stmt(ctx, &@$, VFW_STMT_CIDR);
		$$->name = $2;
		$$->name_loc = @2;
		$$->prefixes = $4;
	}
;

prefixes:
	prefix { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	'{' prefix-list '}' { $$ = $2; }
;

prefix-list:
	prefix { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	prefix-list ',' prefix { vfw_parse_append(ctx, &@3, &$1, $3); $$ = $1; }
;

prefix:
	ATOM { $$ = vfw_node_prefix(ctx, &@1, $1); }
;

rule:
	verdict FROM ends TO ends tail {
		$$ = $6;
		$$->verdict = $1;
		$$->from = $3;
		$$->to = $5;
		vfw_node_rule(ctx, &@$, $$);
	}
;

unmanaged-rule:
	verdict FROM ends tail {
		$$ = $4;
		$$->verdict = $1;
		$$->from = $3;
		vfw_node_rule(ctx, &@$, $$);
	}
|	verdict TO ends tail {
		$$ = $4;
		$$->verdict = $1;
		$$->to = $3;
		vfw_node_rule(ctx, &@$, $$);
	}
;

verdict:
	PASS { $$ = VFW_PASS; }
|	BLOCK { $$ = VFW_BLOCK; }
|	REJECT { $$ = VFW_REJECT; }
|	MONITOR { $$ = VFW_MONITOR; }
;

ends:
	end { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	'{' end-list '}' { $$ = $2; }
;

end-list:
	end { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	end-list ',' end { vfw_parse_append(ctx, &@3, &$1, $3); $$ = $1; }
;

end:
	ANY { $$ = vfw_node_end(ctx, &@$, VFW_END_ANY, NULL); }
|	HOST { $$ = vfw_node_end(ctx, &@$, VFW_END_HOST, NULL); }
|	EXTERNAL { $$ = vfw_node_end(ctx, &@$, VFW_END_EXTERNAL, NULL); }
|	UNMANAGED { $$ = vfw_node_end(ctx, &@$, VFW_END_UNMANAGED, NULL); }
|	TENANT name { $$ = vfw_node_end(ctx, &@$, VFW_END_TENANT, $2); }
|	group-ref
|	bare-end
|	bare-end NIC ATOM { vfw_node_nic(ctx, &@3, $1, $3); $1->loc = @$; $$ = $1; }
;

bare-end:
	VM pattern { $$ = vfw_node_end(ctx, &@$, VFW_END_VM, $2); }
|	UUID ATOM { $$ = vfw_node_end(ctx, &@2, VFW_END_UUID, $2); }
;

group-ref:
	ident { $$ = vfw_node_end(ctx, &@$, VFW_END_NAME, $1); }
;

tail:
	protocol apps inspect log {
		$$ = vfw_parse_alloc(ctx, sizeof(*$$));
		$$->proto = $1;
		$$->apps = $2.names;
		$$->until_known_block = $2.block;
		$$->inspect = $3;
		$$->log = $4.log;
		$$->message = $4.message;
	}
;

protocol:
	%empty { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_ANY, NULL); }
|	TCP { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_TCP, NULL); }
|	UDP { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_UDP, NULL); }
|	SCTP { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_SCTP, NULL); }
|	TCP PORT ports { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_TCP, NULL); $$.ranges = $3; }
|	UDP PORT ports { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_UDP, NULL); $$.ranges = $3; }
|	SCTP PORT ports { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_SCTP, NULL); $$.ranges = $3; }
|	ICMP { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_ICMP, NULL); }
|	ICMP6 { vfw_node_proto(ctx, &@$, &$$, VFW_PROTO_ICMP6, NULL); }
|	ICMP TYPE types { vfw_node_types(ctx, &$3, VFW_PROTO_ICMP); $$ = $3; }
|	ICMP6 TYPE types { vfw_node_types(ctx, &$3, VFW_PROTO_ICMP6); $$ = $3; }
|	PROTO ident { vfw_node_proto(ctx, &@2, &$$, VFW_PROTO_NUMBER, $2); }
|	ETHERTYPE ident { vfw_node_proto(ctx, &@2, &$$, VFW_PROTO_ETHER, $2); }
;

ports:
	port { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	'{' port-list '}' { $$ = $2; }
;

port-list:
	port { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	port-list ',' port { vfw_parse_append(ctx, &@3, &$1, $3); $$ = $1; }
;

port:
	ATOM { $$ = vfw_node_port(ctx, &@1, $1); }
;

types:
	type {
		memset(&$$, 0, sizeof($$));
		vfw_list_append(&$$.ranges, $1);
	}
|	type CODE codes {
		memset(&$$, 0, sizeof($$));
		vfw_list_append(&$$.ranges, $1);
		$$.codes = $3;
	}
|	'{' type-list '}' {
		memset(&$$, 0, sizeof($$));
		$$.ranges = $2;
	}
;

type-list:
	type { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	type-list ',' type { vfw_parse_append(ctx, &@3, &$1, $3); $$ = $1; }
;

type:
	ident { $$ = vfw_node_word(ctx, &@1, $1); }
;

codes:
	code { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	'{' code-list '}' { $$ = $2; }
;

code-list:
	code { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, $1); }
|	code-list ',' code { vfw_parse_append(ctx, &@3, &$1, $3); $$ = $1; }
;

code:
	ATOM { $$ = vfw_node_code(ctx, &@1, $1); }
;

apps:
	%empty { memset(&$$, 0, sizeof($$)); }
|	APP names { $$.names = $2; $$.block = false; }
|	APP names UNTIL_KNOWN BLOCK { $$.names = $2; $$.block = true; }
;

names:
	name { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, vfw_node_word(ctx, &@1, $1)); }
|	'{' name-list '}' { $$ = $2; }
;

name-list:
	name { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, vfw_node_word(ctx, &@1, $1)); }
|	name-list ',' name {
		vfw_parse_append(ctx, &@3, &$1, vfw_node_word(ctx, &@3, $3));
		$$ = $1;
	}
;

inspect:
	%empty { $$ = NULL; }
|	INSPECT name { $$ = vfw_node_word(ctx, &@2, $2); }
;

log:
	%empty { $$.log = false; $$.message = NULL; }
|	LOG { $$.log = true; $$.message = NULL; }
|	LOG STRING { $$.log = true; $$.message = $2; }
;

limit-stmt:
	LIMIT group-ref limit-items shared {
		$$ = vfw_node_stmt(ctx, &@$, VFW_STMT_LIMIT);
		$$->limit = $3;
		$3->group = *$2;
		$3->shared = $4;
	}
;

shared:
	%empty { $$ = false; }
|	SHARED { $$ = true; }
;

limit-items:
	limit-item {
		$$ = vfw_parse_alloc(ctx, sizeof(*$$));
		vfw_node_once(ctx, &@1, $$->order, &$$->n, $1.item, $1.word);
		$$->items[$1.item] = $1.quantity;
	}
|	limit-items limit-item {
		vfw_node_once(ctx, &@2, $1->order, &$1->n, $2.item, $2.word);
		$1->items[$2.item] = $2.quantity;
		$$ = $1;
	}
;

limit-item:
	RATE ATOM {
		$$.item = VFW_LIMIT_RATE;
		$$.word = $1;
		$$.quantity = vfw_node_quantity(ctx, &@2, VFW_UNIT_BITS, $2);
	}
|	PACKETS ATOM {
		$$.item = VFW_LIMIT_PACKETS;
		$$.word = $1;
		$$.quantity = vfw_node_quantity(ctx, &@2, VFW_UNIT_RATE, $2);
	}
|	NEW_FLOWS ATOM {
		$$.item = VFW_LIMIT_NEW_FLOWS;
		$$.word = $1;
		$$.quantity = vfw_node_quantity(ctx, &@2, VFW_UNIT_RATE, $2);
	}
|	FLOWS ATOM {
		$$.item = VFW_LIMIT_FLOWS;
		$$.word = $1;
		$$.quantity = vfw_node_quantity(ctx, &@2, VFW_UNIT_COUNT, $2);
	}
;

guard-items:
	%empty { $$ = vfw_parse_alloc(ctx, sizeof(*$$)); }
|	guard-items guard-item {
		vfw_node_once(ctx, &@2, $1->order, &$1->n, $2.item, $2.text);
		$1->items[$2.item] = $2.word;
		$1->locs[$2.item] = @2;
		$$ = $1;
	}
;

guard-item:
	MAC address-word { $$.item = VFW_GUARD_MAC; $$.text = $1; $$.word = $2; }
|	IP address-word { $$.item = VFW_GUARD_IP; $$.text = $1; $$.word = $2; }
|	DHCP_SERVER yes-no { $$.item = VFW_GUARD_DHCP_SERVER; $$.text = $1; $$.word = $2; }
|	ROUTER yes-no { $$.item = VFW_GUARD_ROUTER; $$.text = $1; $$.word = $2; }
;

address-word:
	DECLARED { $$ = VFW_GUARD_DECLARED; }
|	LEARN { $$ = VFW_GUARD_LEARN; }
|	ANY { $$ = VFW_GUARD_ANY; }
;

yes-no:
	YES { $$ = VFW_GUARD_YES; }
|	NO { $$ = VFW_GUARD_NO; }
;

profile-items:
	%empty { $$ = vfw_parse_alloc(ctx, sizeof(*$$)); }
|	profile-items SIGNATURES '{' texts '}' {
		vfw_node_once(ctx, &@2, $1->order, &$1->n, VFW_PROFILE_SIGNATURES, $2);
		$1->signatures = $4;
		$$ = $1;
	}
|	profile-items MODE mode {
		vfw_node_once(ctx, &@2, $1->order, &$1->n, VFW_PROFILE_MODE, $2);
		$1->prevent = $3;
		$$ = $1;
	}
|	profile-items DEPTH ATOM {
		vfw_node_once(ctx, &@2, $1->order, &$1->n, VFW_PROFILE_DEPTH, $2);
		$1->depth = vfw_node_quantity(ctx, &@3, VFW_UNIT_SIZE, $3);
		$$ = $1;
	}
|	profile-items ON_OVERLOAD overload {
		vfw_node_once(ctx, &@2, $1->order, &$1->n, VFW_PROFILE_ON_OVERLOAD, $2);
		$1->overload_pass = $3;
		$$ = $1;
	}
;

texts:
	STRING { memset(&$$, 0, sizeof($$)); vfw_list_append(&$$, vfw_node_word(ctx, &@1, $1)); }
|	texts ',' STRING {
		vfw_parse_append(ctx, &@3, &$1, vfw_node_word(ctx, &@3, $3));
		$$ = $1;
	}
;

mode:
	DETECT { $$ = false; }
|	PREVENT { $$ = true; }
;

overload:
	PASS { $$ = true; }
|	BLOCK { $$ = false; }
;

name:
	ident { $$ = vfw_node_name(ctx, &@1, $1); }
;

pattern:
	word
|	STRING
;

word:
	ident
|	reserved
;

ident:
	ATOM
|	soft
;

reserved:
	ANY | HOST | EXTERNAL | UNMANAGED | TENANT | VM | UUID | FROM | TO
;

soft:
	FIRST | LAST | GROUP | CIDR | LIMIT | GUARD | PROFILE | DEFAULT | LABEL | OR | AND
|	PASS | BLOCK | REJECT | MONITOR | NIC | APP | UNTIL_KNOWN | INSPECT | LOG
|	TCP | UDP | SCTP | ICMP | ICMP6 | PROTO | ETHERTYPE | PORT | TYPE | CODE
|	RATE | PACKETS | NEW_FLOWS | FLOWS | SHARED | MAC | IP | DHCP_SERVER | ROUTER
|	DECLARED | LEARN | YES | NO | SIGNATURES | MODE | DETECT | PREVENT | DEPTH | ON_OVERLOAD
;

%%

static int yyreport_syntax_error(const yypcontext_t *where, void *scanner, struct vfw_parse *ctx)
{
	yysymbol_kind_t kinds[YYNTOKENS];
	const char *names[YYNTOKENS];
	char marks[YYNTOKENS][2];
	int n = yypcontext_expected_tokens(where, kinds, YYNTOKENS);

	(void)scanner;
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		names[i] = yysymbol_name(kinds[i]);
		if (names[i][0] != '\'')
			continue;
		marks[i][0] = names[i][1];
		marks[i][1] = '\0';
		names[i] = marks[i];
	}
	vfw_parse_unexpected(ctx, yypcontext_location(where), names, (size_t)n,
			     yypcontext_token(where) == YYSYMBOL_YYEOF);
	return 0;
}
