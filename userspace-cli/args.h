/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of reading a command line that its help shares. */
#ifndef VFW_ARGS_H
#define VFW_ARGS_H

#include "cli.h"

/* Returns the command, group NULL for those of one word; NULL if there is none. */
const struct vfw_cmd *vfw_args_find(const char *group, const char *name);

/* Returns whether word is the first of commands of two words. */
bool vfw_args_group(const char *word);

/* Says that there is no such command, and the nearest there is. Returns VFW_EXIT_USAGE. */
int vfw_args_unknown(struct vfw_cli *cli, const char *group, const char *word);

/* The help: of vfwctl, of the commands that begin with group, of one command. */
void vfw_help_main(FILE *f);
int vfw_help_group(FILE *f, const char *group);
int vfw_help_command(struct vfw_cli *cli, const struct vfw_cmd *cmd);

#endif /* VFW_ARGS_H */
