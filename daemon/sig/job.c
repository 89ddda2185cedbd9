// SPDX-License-Identifier: GPL-2.0
#include "job.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "compiler.h"
#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define ANSWER_MAX 65536 /* bytes; 20 errors are far less */

struct vfw_job {
	pid_t pid;
	int answer; /* pipe */
	int stream, block; /* memory files that it writes */
	char text[ANSWER_MAX + 1];
	size_t n;
	struct vfw_job_limits limits;
	const char *killed; /* why we did */
};

/* In the child, between fork and exec: only what is safe there. */
static __attribute__((noreturn)) void run(const int fds[5], char *const argv[])
{
	char *const env[] = {NULL};
	sigset_t none;
	int high[5];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, 10);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* none of them may stand where another is to go */
	for (int i = 0; i < 5; i++) {
		high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 5);
		if (high[i] < 0)
			_exit(EXIT_FAILURE);
	}
	for (int i = 0; i < 5; i++)
		if (dup2(high[i], i) < 0)
			_exit(EXIT_FAILURE);
	execve("/proc/self/exe", argv, env);
	_exit(EXIT_FAILURE);
}

static int spawn(struct vfw_job *job, int request, int answer)
{
	/* what it says unasked, an assertion's line perhaps, goes where the answer goes */
	const int fds[5] = {request, answer, answer, job->stream, job->block};
	char seconds[16], mebibytes[16];
	char *argv[] = {"vfwd", VFW_COMPILER_OPTION, seconds, mebibytes, NULL};

	snprintf(seconds, sizeof(seconds), "%u", job->limits.seconds);
	snprintf(mebibytes, sizeof(mebibytes), "%u", job->limits.mebibytes);
	job->pid = fork();
	if (!job->pid)
		run(fds, argv);
	return job->pid < 0 ? -errno : 0;
}

/* The request in a file that starts at its beginning. */
static int request_file(const struct vfw_request *r)
{
	int fd = vfw_database_memfd("vfw-request"), err;

	if (fd < 0)
		return fd;
	err = vfw_database_write(fd, r->data, r->n);
	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (err)
		close(fd);
	return err ?: fd;
}

static void free_job(struct vfw_job *job)
{
	int fds[] = {job->answer, job->stream, job->block};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(job);
}

int vfw_job_start(const struct vfw_request *r, const struct vfw_job_limits *limits,
		  struct vfw_job **out)
{
	struct vfw_job *job = calloc(1, sizeof(*job));
	_cleanup_close_ int request = -1, answer = -1;
	int pipefd[2], err;

	if (!job)
		return -ENOMEM;
	job->answer = job->block = -1;
	job->limits = *limits;
	job->stream = err = vfw_database_memfd("vfw-stream");
	if (err >= 0)
		job->block = err = vfw_database_memfd("vfw-block");
	if (err >= 0)
		request = err = request_file(r);
	if (err >= 0)
		err = pipe2(pipefd, O_CLOEXEC) < 0 ? -errno : 0;
	if (!err) {
		job->answer = pipefd[0];
		answer = pipefd[1];
		if (fcntl(job->answer, F_SETFL, O_NONBLOCK) < 0)
			err = -errno;
	}
	if (!err)
		err = spawn(job, request, answer);
	if (err < 0) {
		free_job(job);
		return err;
	}
	*out = job;
	return 0;
}

int vfw_job_fd(const struct vfw_job *job)
{
	return job->answer;
}

bool vfw_job_read(struct vfw_job *job)
{
	for (;;) {
		char beyond[512];
		bool full = job->n == ANSWER_MAX;
		ssize_t got = read(job->answer, full ? beyond : job->text + job->n,
				   full ? sizeof(beyond) : ANSWER_MAX - job->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno != EAGAIN;
		if (!got)
			return true;
		if (!full)
			job->n += (size_t)got;
	}
}

void vfw_job_kill(struct vfw_job *job, const char *reason)
{
	if (!job->killed)
		job->killed = reason;
	kill(job->pid, SIGKILL);
}

/* How a process ended that did not do so of its own will. */
static char *ended(const struct vfw_job *job, int status)
{
	if (job->killed)
		return strdup(job->killed);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return vfw_form_format("compiling took more than %u s of CPU time",
				       job->limits.seconds);
	if (WIFSIGNALED(status))
		return vfw_form_format("the compiler was ended by signal %d (%s)", WTERMSIG(status),
				       strsignal(WTERMSIG(status)));
	return vfw_form_format("the compiler ended with status %d and without an answer",
			       WEXITSTATUS(status));
}

static void add_error(struct vfw_job_result *result, const char *line)
{
	struct vfw_job_error *grown;
	unsigned int index;
	int at = 0;

	if (result->n_errors >= VFW_COMPILER_ERRORS_MAX ||
	    sscanf(line, "error %u %n", &index, &at) != 1 || !at)
		return;
	grown = realloc(result->errors, (result->n_errors + 1) * sizeof(*grown));
	if (!grown)
		return;
	result->errors = grown;
	grown[result->n_errors].index = index;
	grown[result->n_errors].text = strdup(line + at);
	if (grown[result->n_errors].text)
		result->n_errors++;
}

/* What is in a memory file that only we hold by now. */
static int read_file(int fd, void **data, size_t *n)
{
	struct stat st;
	size_t have = 0;
	char *buf;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < 1 || st.st_size > VFW_DATABASE_MAX)
		return -EINVAL;
	*n = (size_t)st.st_size;
	buf = malloc(*n);
	while (buf && have < *n) {
		ssize_t got = pread(fd, buf + have, *n - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			free(buf);
			return got ? -errno : -EINVAL;
		}
		have += (size_t)got;
	}
	*data = buf;
	return buf ? 0 : -ENOMEM;
}

static void take_databases(struct vfw_job *job, struct vfw_job_result *result)
{
	int err = read_file(job->stream, &result->stream, &result->stream_bytes);

	if (!err)
		err = read_file(job->block, &result->block, &result->block_bytes);
	if (!err)
		err = vfw_database_new(result->stream, result->stream_bytes, result->block,
				       result->block_bytes, &result->db);
	if (err)
		result->failure = vfw_form_format("what the compiler wrote is no database: %s",
						  strerror(-err));
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

void vfw_job_finish(struct vfw_job *job, struct vfw_job_result *result)
{
	char *save = NULL, *line;
	struct rusage used = {0};
	bool ok = false;
	int status = 0;

	memset(result, 0, sizeof(*result));
	while (wait4(job->pid, &status, 0, &used) < 0 && errno == EINTR)
		;
	result->cpu_s = seconds(&used.ru_utime) + seconds(&used.ru_stime);
	result->peak_kib = used.ru_maxrss;
	vfw_job_read(job);
	job->text[job->n] = '\0';
	for (line = strtok_r(job->text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strcmp(line, "ok"))
			ok = true;
		else if (!strncmp(line, "failed ", 7) && !result->failure)
			result->failure = strdup(line + 7);
		else
			add_error(result, line);
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status) && ok && !result->n_errors &&
	    !result->failure)
		take_databases(job, result);
	else if (WIFSIGNALED(status) || (!result->n_errors && !result->failure)) {
		free(result->failure);
		result->failure = ended(job, status);
	}
	free_job(job);
}

void vfw_job_result_clear(struct vfw_job_result *result)
{
	for (size_t i = 0; i < result->n_errors; i++)
		free(result->errors[i].text);
	free(result->errors);
	free(result->failure);
	free(result->stream);
	free(result->block);
	vfw_database_unref(result->db);
	memset(result, 0, sizeof(*result));
}
