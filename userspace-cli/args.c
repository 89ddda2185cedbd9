// SPDX-License-Identifier: GPL-2.0
/* From a command line to a command with its options and operands. */
#include "args.h"
#include "term.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* Options every command takes. */
static const struct vfw_opt args_global[] = {
	{'o', "output", "FORMAT", "json or text"},
	{0, "socket", "PATH", "where vfwd listens"},
	{'h', "help", NULL, "what the command does"},
	{0, "version", NULL, "the version of vfwctl"},
};

#define ARGS_GLOBALS (sizeof(args_global) / sizeof(*args_global))

/* Where parsing stands. */
struct args_scan {
	struct vfw_cli *cli;
	int argc;
	char **argv;
	int at;
	bool help, version;
	bool operands_only; /* "--" was seen */
};

const char *vfw_args_get(const struct vfw_args *args, const char *name)
{
	size_t i;

	for (i = 0; i < VFW_OPTS_MAX && args->cmd->opts[i].name; i++) {
		if (!strcmp(args->cmd->opts[i].name, name))
			return args->value[i];
	}
	return NULL;
}

int vfw_args_number(struct vfw_cli *cli, const struct vfw_args *args, const char *name,
		    unsigned long min, unsigned long max, unsigned long *n)
{
	const char *s = vfw_args_get(args, name);
	unsigned long v;
	char *end;

	if (!s)
		return 0;
	errno = 0;
	v = strtoul(s, &end, strncmp(s, "0x", 2) ? 10 : 16);
	if (*s < '0' || *s > '9' || *end || errno || v < min || v > max)
		return vfw_cli_usage(cli, args->cmd,
				     "--%s: expected a number from %lu to %lu, found '%s'", name,
				     min, max, s);
	*n = v;
	return 0;
}

const struct vfw_cmd *vfw_args_find(const char *group, const char *name)
{
	const struct vfw_cmd *cmd;

	for (cmd = vfw_cmds; cmd->name; cmd++) {
		if (!group != !cmd->group || (group && strcmp(group, cmd->group)))
			continue;
		if (!strcmp(cmd->name, name))
			return cmd;
	}
	return NULL;
}

bool vfw_args_group(const char *word)
{
	const struct vfw_cmd *cmd;

	for (cmd = vfw_cmds; cmd->name; cmd++) {
		if (cmd->group && !strcmp(cmd->group, word))
			return true;
	}
	return false;
}

int vfw_args_unknown(struct vfw_cli *cli, const char *group, const char *word)
{
	const char *name[64];
	const struct vfw_cmd *cmd;
	const char *nearest;
	size_t n = 0;

	for (cmd = vfw_cmds; cmd->name && n < 63; cmd++) {
		if (group ? cmd->group && !strcmp(cmd->group, group) : true)
			name[n++] = group || !cmd->group ? cmd->name : cmd->group;
	}
	name[n] = NULL;
	nearest = vfw_term_nearest(word, name);
	if (nearest)
		vfw_cli_error(cli, "no command '%s%s%s': did you mean '%s%s%s'?",
			      group ? group : "", group ? " " : "", word, group ? group : "",
			      group ? " " : "", nearest);
	else
		vfw_cli_error(cli, "no command '%s%s%s': `vfwctl help%s%s' lists those there are",
			      group ? group : "", group ? " " : "", word, group ? " " : "",
			      group ? group : "");
	return VFW_EXIT_USAGE;
}

/* The option called name (n bytes) or letter, of cmd (may be NULL) or global; NULL if none. */
static const struct vfw_opt *args_opt(const struct vfw_cmd *cmd, const char *name, size_t n,
				      char letter)
{
	const struct vfw_opt *opt;
	size_t i;

	for (i = 0; i < VFW_OPTS_MAX + ARGS_GLOBALS; i++) {
		if (i >= VFW_OPTS_MAX)
			opt = &args_global[i - VFW_OPTS_MAX];
		else if (cmd && cmd->opts[i].name)
			opt = &cmd->opts[i];
		else
			continue;
		if (name ? strlen(opt->name) == n && !memcmp(opt->name, name, n)
			 : opt->letter == letter)
			return opt;
	}
	return NULL;
}

static int args_unknown_opt(struct args_scan *s, const struct vfw_cmd *cmd, const char *word)
{
	const char *name[VFW_OPTS_MAX + ARGS_GLOBALS + 1];
	const char *nearest = NULL;
	size_t n = 0, i;

	for (i = 0; cmd && i < VFW_OPTS_MAX && cmd->opts[i].name; i++)
		name[n++] = cmd->opts[i].name;
	for (i = 0; i < ARGS_GLOBALS; i++)
		name[n++] = args_global[i].name;
	name[n] = NULL;
	if (!strncmp(word, "--", 2))
		nearest = vfw_term_nearest(word + 2, name);
	if (nearest)
		return vfw_cli_usage(s->cli, cmd, "no option '%s' (did you mean '--%s'?)", word,
				     nearest);
	return vfw_cli_usage(s->cli, cmd, "no option '%s'", word);
}

static int args_set_global(struct args_scan *s, const struct vfw_cmd *cmd,
			   const struct vfw_opt *opt, const char *value)
{
	if (!strcmp(opt->name, "help")) {
		s->help = true;
	} else if (!strcmp(opt->name, "version")) {
		s->version = true;
	} else if (!strcmp(opt->name, "socket")) {
		s->cli->socket = value;
	} else if (!strcmp(value, "json")) {
		s->cli->json = true;
	} else if (!strcmp(value, "text")) {
		s->cli->json = false;
	} else {
		return vfw_cli_usage(s->cli, cmd, "-o: expected json or text, found '%s'", value);
	}
	return 0;
}

/* Reads the option at s->at, and its argument. args is NULL before the command is known. */
static int args_read_opt(struct args_scan *s, const struct vfw_cmd *cmd, struct vfw_args *args)
{
	const char *word = s->argv[s->at++];
	const char *value = NULL;
	const struct vfw_opt *opt;

	if (word[1] == '-') {
		const char *eq = strchr(word, '=');
		size_t n = eq ? (size_t)(eq - word) - 2 : strlen(word) - 2;

		opt = args_opt(cmd, word + 2, n, 0);
		value = eq ? eq + 1 : NULL;
	} else {
		opt = args_opt(cmd, NULL, 0, word[1]);
		value = word[2] ? word + 2 : NULL;
		if (opt && value && !opt->arg)
			opt = NULL; /* letters are not bundled */
	}
	if (!opt)
		return args_unknown_opt(s, cmd, word);
	if (!opt->arg && value)
		return vfw_cli_usage(s->cli, cmd, "--%s takes no argument", opt->name);
	if (opt->arg && !value) {
		if (s->at >= s->argc)
			return vfw_cli_usage(s->cli, cmd, "--%s: expected %s behind it", opt->name,
					     opt->arg);
		value = s->argv[s->at++];
	}
	if (opt >= args_global && opt < args_global + ARGS_GLOBALS)
		return args_set_global(s, cmd, opt, value);
	args->value[opt - cmd->opts] = value ? value : "";
	return 0;
}

/* Moves to the next word that is no option; NULL in *word at the end. */
static int args_word(struct args_scan *s, const struct vfw_cmd *cmd, struct vfw_args *args,
		     char **word)
{
	*word = NULL;
	while (s->at < s->argc) {
		char *w = s->argv[s->at];
		int rc;

		if (!s->operands_only && !strcmp(w, "--")) {
			s->operands_only = true;
			s->at++;
			continue;
		}
		if (s->operands_only || w[0] != '-' || !w[1]) {
			s->at++;
			*word = w;
			return 0;
		}
		rc = args_read_opt(s, cmd, args);
		if (rc)
			return rc;
	}
	return 0;
}

/* Finds the command: its one or two words. *cmd is NULL when help or nothing was asked. */
static int args_command(struct args_scan *s, const struct vfw_cmd **cmd, const char **group)
{
	char *word, *sub;
	int rc = args_word(s, NULL, NULL, &word);

	*cmd = NULL;
	*group = NULL;
	if (rc || !word)
		return rc;
	if (!vfw_args_group(word)) {
		*cmd = vfw_args_find(NULL, word);
		return *cmd ? 0 : vfw_args_unknown(s->cli, NULL, word);
	}
	*group = word;
	rc = args_word(s, NULL, NULL, &sub);
	if (rc || !sub)
		return rc;
	*cmd = vfw_args_find(word, sub);
	return *cmd ? 0 : vfw_args_unknown(s->cli, word, sub);
}

static int args_run(struct args_scan *s, const struct vfw_cmd *cmd)
{
	struct vfw_args args = {.cmd = cmd, .operand = s->argv};
	char *word;
	int rc;

	/* operands move to the front of argv, over words that were read already */
	while (!(rc = args_word(s, cmd, &args, &word)) && word)
		args.operand[args.n_operands++] = word;
	if (rc)
		return rc;
	if (s->help)
		return vfw_help_command(s->cli, cmd);
	if (s->version)
		return vfw_cmd_version(s->cli, &args);
	if (args.n_operands < cmd->min_operands)
		return vfw_cli_usage(s->cli, cmd, "expected %s", cmd->operands);
	if (args.n_operands > cmd->max_operands)
		return vfw_cli_usage(s->cli, cmd, "'%s' is one word too many",
				     args.operand[cmd->max_operands]);
	rc = cmd->run(s->cli, &args);
	return !rc && s->cli->unsaved ? VFW_EXIT_UNSAVED : rc;
}

/* All of it may have to travel as JSON. */
static int args_utf8(struct vfw_cli *cli, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		json_t *j = json_string(argv[i]);

		if (!j)
			return vfw_cli_usage(cli, NULL, "word %d of the command line is not UTF-8",
					     i);
		json_decref(j);
	}
	return 0;
}

int vfw_cli_run(struct vfw_cli *cli, int argc, char **argv)
{
	struct args_scan s = {.cli = cli, .argc = argc, .argv = argv, .at = 1};
	const struct vfw_cmd *cmd;
	const char *group;
	int rc;

	if (argc < 2) {
		vfw_help_main(cli->err);
		return VFW_EXIT_USAGE;
	}
	rc = args_utf8(cli, argc, argv);
	if (rc)
		return rc;
	rc = args_command(&s, &cmd, &group);
	if (rc)
		return rc;
	if (cmd)
		return args_run(&s, cmd);
	if (s.help && group)
		return vfw_help_group(cli->out, group);
	if (s.help) {
		vfw_help_main(cli->out);
		return VFW_EXIT_OK;
	}
	if (s.version)
		return vfw_cmd_version(cli, NULL);
	if (group)
		vfw_help_group(cli->err, group);
	else
		vfw_cli_error(cli, "expected a command: `vfwctl help' lists them");
	return VFW_EXIT_USAGE;
}

void vfw_cli_error(struct vfw_cli *cli, const char *fmt, ...)
{
	char buf[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	fputs("vfwctl: ", cli->err);
	vfw_term_safe(cli->err, buf);
	fputc('\n', cli->err);
}

int vfw_cli_usage(struct vfw_cli *cli, const struct vfw_cmd *cmd, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (!cmd)
		vfw_cli_error(cli, "%s; `vfwctl help' says more", buf);
	else
		vfw_cli_error(cli, "%s%s%s: %s; `vfwctl help %s%s%s' says more",
			      cmd->group ? cmd->group : "", cmd->group ? " " : "", cmd->name, buf,
			      cmd->group ? cmd->group : "", cmd->group ? " " : "", cmd->name);
	return VFW_EXIT_USAGE;
}
