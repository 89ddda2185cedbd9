// SPDX-License-Identifier: GPL-2.0
#include "args.h"

#include <string.h>
#include <vfw/ctl_proto.h>

#define HELP_COLUMN 27

/* "  vm show VM                 summary" */
static void help_line(FILE *f, const struct vfw_cmd *cmd)
{
	int n = fprintf(f, "  %s%s%s%s%s", cmd->group ? cmd->group : "", cmd->group ? " " : "",
			cmd->name, cmd->operands ? " " : "", cmd->operands ? cmd->operands : "");

	fprintf(f, "%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", cmd->summary);
}

/* "  vm list|show" */
static void help_group_line(FILE *f, const struct vfw_cmd *first)
{
	const struct vfw_cmd *cmd;
	const char *mark = " ";

	fprintf(f, "  %s", first->group);
	for (cmd = first; cmd->name; cmd++) {
		if (!cmd->group || strcmp(cmd->group, first->group))
			continue;
		fprintf(f, "%s%s", mark, cmd->name);
		mark = "|";
	}
	fputc('\n', f);
}

/* Is it the first of its group? */
static bool help_leads(const struct vfw_cmd *cmd)
{
	const struct vfw_cmd *c;

	for (c = vfw_cmds; c < cmd; c++)
		if (c->group && !strcmp(c->group, cmd->group))
			return false;
	return true;
}

void vfw_help_main(FILE *f)
{
	const struct vfw_cmd *cmd;

	fputs("vfwctl: the firewall for traffic between this host's virtual machines\n"
	      "Usage: vfwctl [-o json] COMMAND...      `vfwctl help COMMAND' says more\n\n",
	      f);
	for (cmd = vfw_cmds; cmd->name; cmd++) {
		if (!cmd->group)
			help_line(f, cmd);
		else if (help_leads(cmd))
			help_group_line(f, cmd);
	}
	fputs("\n-o json prints the exact result; --socket PATH is where vfwd listens.\n"
	      "Exit: 0 ok 1 failed 2 usage 3 denied 4 no vfwd 5 would change 6 check 7 unsaved\n",
	      f);
}

int vfw_help_group(FILE *f, const char *group)
{
	const struct vfw_cmd *cmd;

	for (cmd = vfw_cmds; cmd->name; cmd++) {
		if (cmd->group && !strcmp(cmd->group, group))
			help_line(f, cmd);
	}
	fprintf(f, "`vfwctl help %s COMMAND' says more.\n", group);
	return VFW_EXIT_OK;
}

int vfw_help_command(struct vfw_cli *cli, const struct vfw_cmd *cmd)
{
	const struct vfw_opt *opt;

	fprintf(cli->out, "Usage: vfwctl %s%s%s%s%s%s\n%s\n", cmd->group ? cmd->group : "",
		cmd->group ? " " : "", cmd->name, cmd->opts[0].name ? " [OPTION...]" : "",
		cmd->operands ? " " : "", cmd->operands ? cmd->operands : "", cmd->summary);
	if (cmd->opts[0].name)
		fputc('\n', cli->out);
	for (opt = cmd->opts; opt < cmd->opts + VFW_OPTS_MAX && opt->name; opt++) {
		int n = fprintf(cli->out, opt->letter ? "  -%c, --%s %s" : "  %.0d--%s %s",
				opt->letter, opt->name, opt->arg ? opt->arg : "");

		fprintf(cli->out, "%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", opt->help);
	}
	if (cmd->more)
		fprintf(cli->out, "\n%s\n", cmd->more);
	return VFW_EXIT_OK;
}

int vfw_cmd_help(struct vfw_cli *cli, const struct vfw_args *args)
{
	const struct vfw_cmd *cmd;

	if (!args->n_operands) {
		vfw_help_main(cli->out);
		return VFW_EXIT_OK;
	}
	if (!vfw_args_group(args->operand[0])) {
		cmd = vfw_args_find(NULL, args->operand[0]);
		return cmd ? vfw_help_command(cli, cmd)
			   : vfw_args_unknown(cli, NULL, args->operand[0]);
	}
	if (args->n_operands == 1)
		return vfw_help_group(cli->out, args->operand[0]);
	cmd = vfw_args_find(args->operand[0], args->operand[1]);
	return cmd ? vfw_help_command(cli, cmd)
		   : vfw_args_unknown(cli, args->operand[0], args->operand[1]);
}
