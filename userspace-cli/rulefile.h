/* SPDX-License-Identifier: GPL-2.0 */
/* Files of rules, read and compiled in this process. */
#ifndef VFW_RULEFILE_H
#define VFW_RULEFILE_H

struct vfw_args;
struct vfw_cli;
struct vfw_rule_set;

/*
 * Reads n files of rules into a new set with the variables that --home-net and --external-net name,
 * its expressions tried by Hyperscan. Returns an exit code; on VFW_EXIT_OK *set is the caller's, else all there
 * is to say was said.
 */
int vfw_rulefile_load(struct vfw_cli *cli, const struct vfw_args *args, char *const *paths, int n,
		      struct vfw_rule_set **set);

#endif /* VFW_RULEFILE_H */
