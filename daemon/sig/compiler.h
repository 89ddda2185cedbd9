/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process that compiles signatures: vfwd started anew with VFW_COMPILER_OPTION by job.c.
 * Descriptors: 0 the request, 1 the answer in lines, 3 and 4 memory files for the streaming and
 * the block database. Answers: "ok", or lines "error INDEX TEXT" about single patterns, or
 * "failed TEXT". Everything foreign is read inside the sandbox.
 */
#ifndef VFW_SIG_COMPILER_H
#define VFW_SIG_COMPILER_H

#define VFW_COMPILER_OPTION "--compile-signatures"
#define VFW_COMPILER_STREAM_FD 3
#define VFW_COMPILER_BLOCK_FD 4
#define VFW_COMPILER_ERRORS_MAX 20 /* lines about patterns */

/*
 * The process's whole life; arguments are seconds of CPU time and MiB of memory. Does not return.
 */
__attribute__((noreturn)) void vfw_compiler_main(const char *seconds, const char *mebibytes);

/* The text by which Hyperscan calls itself: "5.4.0 2022-12-01". Lives for ever. */
const char *vfw_compiler_version(void);

#endif /* VFW_SIG_COMPILER_H */
