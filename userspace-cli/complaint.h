/* SPDX-License-Identifier: GPL-2.0 */
/* Showing where in a policy something is wrong. */
#ifndef VFW_COMPLAINT_H
#define VFW_COMPLAINT_H

#include <jansson.h>
#include <stdio.h>

struct vfw_cli;

/*
 * Prints one diag of ctl_proto.h: file:line:column, kind ("error"), message, then the line of text
 * with a caret under the column (bytes, from 1). What is missing in it is left out.
 */
void vfw_complaint_print(FILE *f, const char *kind, const json_t *diag);

/* Prints every diag of the array. Returns how many there were. */
size_t vfw_complaint_list(FILE *f, const char *kind, const json_t *diags);

/*
 * Says on cli->err what is wrong with a text, and with -o json prints it on cli->out as a refusal of vfwd
 * is printed, with that message.
 */
void vfw_complaint_refuse(struct vfw_cli *cli, const json_t *errors, const char *message);

#endif /* VFW_COMPLAINT_H */
