/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every part of vfwctl shares: the context of one run, the table of
 * commands, and the arguments of the command that runs.
 */
#ifndef VFW_CLI_H
#define VFW_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct vfw_client;

#define VFW_CLI_CALL_MS 60000 /* how long a call may take */
#define VFW_CLI_APPLY_MS 1800000 /* compiling and loading a large policy, its signatures first */
#define VFW_CLI_PROBE_MS 5000 /* for commands that can do without vfwd */

/* One run of vfwctl. Tests bring their own streams. */
struct vfw_cli {
	FILE *in;
	FILE *out;
	FILE *err;
	bool json; /* -o json: the exact result on out, nothing else there */
	bool term; /* out is a terminal */
	bool quiet; /* a refused call says nothing */
	json_t *faults; /* array: what is wrong with a text is added to it instead of being said; NULL */
	bool unsaved; /* something was done that is not on disk yet */
	bool ask; /* in is a terminal: questions may be asked */
	const char *socket;
	struct vfw_client *client; /* NULL until the first call */
	int refused; /* JSON-RPC code of the last call that was refused, 0: none was */
};

/* An option of a command; arg is the placeholder of its argument, NULL if it takes none. */
struct vfw_opt {
	char letter; /* 0: none */
	const char *name;
	const char *arg;
	const char *help;
};

#define VFW_OPTS_MAX 12

struct vfw_args;

struct vfw_cmd {
	const char *group; /* "vm" of "vm list", else NULL */
	const char *name;
	const char *operands; /* placeholder for the help, NULL if none */
	int min_operands;
	int max_operands;
	const char *summary;
	const char *more; /* further lines of the help, NULL if none */
	struct vfw_opt opts[VFW_OPTS_MAX]; /* ended by a NULL name */
	int (*run)(struct vfw_cli *cli, const struct vfw_args *args);
};

struct vfw_args {
	const struct vfw_cmd *cmd;
	const char *value[VFW_OPTS_MAX]; /* NULL: not given; "" for options without argument */
	char **operand;
	int n_operands;
};

/* All commands in the order of the help, ended by a NULL name. */
extern const struct vfw_cmd vfw_cmds[];

/* Returns the argument of option name of the running command, NULL if it was not given. */
const char *vfw_args_get(const struct vfw_args *args, const char *name);

/*
 * Reads option name as a number in [min, max] into *n, decimal or 0x; *n is unchanged when the
 * option was not given. Returns 0, or VFW_EXIT_USAGE after saying what was expected.
 */
int vfw_args_number(struct vfw_cli *cli, const struct vfw_args *args, const char *name,
		    unsigned long min, unsigned long max, unsigned long *n);

/* Runs one command line; argv[0] is the program. Returns an exit code of ctl_proto.h. */
int vfw_cli_run(struct vfw_cli *cli, int argc, char **argv);

/* Prints "vfwctl: MESSAGE" and a line end on cli->err. */
void vfw_cli_error(struct vfw_cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints a usage error of the running command. Returns VFW_EXIT_USAGE. */
int vfw_cli_usage(struct vfw_cli *cli, const struct vfw_cmd *cmd, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Calls a method of vfwd, connecting first if need be. Takes params (may be NULL). On success
 * returns VFW_EXIT_OK and a result that the caller owns. On failure everything there is to say
 * was said, *result is NULL, and the exit code is returned.
 */
int vfw_cli_call(struct vfw_cli *cli, const char *method, json_t *params, int timeout_ms,
		 json_t **result);

/*
 * The same for commands that have another way when vfwd does not answer: then it says nothing
 * but why, in at most size bytes, and returns VFW_EXIT_NO_DAEMON.
 */
int vfw_cli_probe(struct vfw_cli *cli, const char *method, json_t *params, int timeout_ms,
		  json_t **result, char *why, size_t size);

/* Prints j as JSON on cli->out, its keys in the order in which they came. Returns VFW_EXIT_OK. */
int vfw_cli_json(struct vfw_cli *cli, const json_t *j);

/* The commands, one file each; they return an exit code of ctl_proto.h. */
int vfw_cmd_status(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_arm(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_disarm(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_vm_list(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_vm_show(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_vm_quarantine(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_vm_release(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_vm_monitor(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_policy_check(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_policy_apply(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_policy_confirm(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_policy_rollback(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_policy_diff(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_policy_show(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_policy_lint(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_rule_list(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_rule_add(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_rule_delete(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_explain(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_observe(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_flow_list(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_flow_kill(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_sig_check(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_pattern_check(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_sig_keywords(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_sig_selftest(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_replay(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_app(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_doctor(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_version(struct vfw_cli *cli, const struct vfw_args *args);
int vfw_cmd_help(struct vfw_cli *cli, const struct vfw_args *args);

#endif /* VFW_CLI_H */
