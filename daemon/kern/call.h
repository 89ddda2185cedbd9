/* SPDX-License-Identifier: GPL-2.0 */
/* Inside kern/: making a message, sending it, reading the answers. */
#ifndef VFW_KERN_CALL_H
#define VFW_KERN_CALL_H

#include "kern.h"

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

/*
 * Called for each answer with its attributes (VFW_A_MAX + 1, NULL where absent). Returns 0 or a
 * negative errno, which the call returns.
 */
typedef int (*vfw_kern_answer)(void *arg, struct nlattr **attrs);

/* A new message of that command, NULL when there is no memory. flags: 0 or NLM_F_DUMP. */
struct nl_msg *vfw_kern_message(const struct vfw_kern *k, enum vfw_cmd cmd, int flags);

/*
 * Sends the message, which it consumes (NULL: -ENOMEM; so does a msg that is not whole), and reads
 * all answers. answer may be NULL. A dump that the kernel calls inconsistent returns -EINTR.
 */
int vfw_kern_call(struct vfw_kern *k, struct nl_msg *msg, vfw_kern_answer answer, void *arg);

#endif /* VFW_KERN_CALL_H */
