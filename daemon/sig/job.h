/* SPDX-License-Identifier: GPL-2.0 */
/* One run of the compiler, as its parent sees it. Nothing here blocks but vfw_job_finish(). */
#ifndef VFW_SIG_JOB_H
#define VFW_SIG_JOB_H

#include "request.h"

#include <stdbool.h>

struct vfw_database;
struct vfw_job;

struct vfw_job_limits {
	unsigned int seconds; /* of CPU time, and of waiting */
	unsigned int mebibytes; /* of memory */
};

/*
 * Starts the compiler, a copy of the running program, with a request's bytes. Returns 0 and *job,
 * or a negative errno.
 */
int vfw_job_start(const struct vfw_request *r, const struct vfw_job_limits *limits,
		  struct vfw_job **job);

/* The descriptor to poll for input, owned by job: then vfw_job_read() is to be called. */
int vfw_job_fd(const struct vfw_job *job);

/* Takes what the compiler has said by now. Returns true when it has ended. */
bool vfw_job_read(struct vfw_job *job);

/* Kills it, for the reason given; it has ended then. */
void vfw_job_kill(struct vfw_job *job, const char *reason);

/* One pattern that was not taken. */
struct vfw_job_error {
	uint32_t index;
	char *text;
};

struct vfw_job_result {
	struct vfw_database *db; /* NULL: it failed */
	struct vfw_job_error *errors; /* about single patterns */
	size_t n_errors;
	char *failure; /* a sentence about the whole; NULL: none but the errors, or no memory */
	void *stream, *block; /* the databases' bytes, for the cache; owned */
	size_t stream_bytes, block_bytes;
	double cpu_s; /* CPU time the compiler took */
	long peak_kib; /* memory it had at most */
};

/* Waits for the process, which has ended or is ending, and tells what came of it; frees job. */
void vfw_job_finish(struct vfw_job *job, struct vfw_job_result *result);

/* Frees all but what was taken out; gives the reference of db back. */
void vfw_job_result_clear(struct vfw_job_result *result);

#endif /* VFW_SIG_JOB_H */
