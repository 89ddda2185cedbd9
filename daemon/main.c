// SPDX-License-Identifier: GPL-2.0
#include "base/config.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/form.h"
#include "base/log.h"
#include "base/protection.h"
#include "ctl/server.h"
#include "ctl/verbs.h"
#include "ctl/watch.h"
#include "kern/kern.h"
#include "sig/compiler.h"
#include "state/publish.h"
#include "state/state.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

static const char usage[] =
	"usage: vfwd [--config FILE] [--root DIR] [--check-config | --check-protection]\n"
	"The daemon of vfw: knows the VMs, compiles policy, gives it to the module, writes events.\n"
	"  --config FILE  settings, instead of " VFW_CONFIG_FILE "\n"
	"  --root DIR     put before every path, the settings' own too\n"
	"  --check-config      say what is wrong with the settings, and what of vms,\n"
	"                      policy and signatures would not be read for who may write it, and end\n"
	"  --check-protection  may a guest start? exit 1 if [boot] require-protection asks for a\n"
	"                      module that is armed and has a policy, and there is none\n"
	"  --version\n"
	"SIGHUP reads the inventory anew and opens the logs anew. SIGTERM ends vfwd; the module\n"
	"keeps enforcing what it has.\n";

struct daemon {
	struct vfw_state *state;
	struct vfw_server *server;
	struct vfw_watch *watch;
	bool ready; /* as told to systemd */
};

static int on_end(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	(void)si, (void)arg;
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static uint64_t monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static int on_hangup(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	struct daemon *d = arg;

	(void)s, (void)si;
	vfw_log_info("reading the inventory anew");
	if (d->ready)
		sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, monotonic_us());
	vfw_state_reload(d->state);
	if (d->ready)
		sd_notify(0, "READY=1");
	return 0;
}

/*
 * After each turn of the loop until READY, which guests wait for: the policy that was confirmed last is in
 * force, or cannot be. A minute is the longest that the loop sleeps, compiling takes as long as it may.
 */
static int on_turn_end(sd_event_source *s, void *arg)
{
	struct daemon *d = arg;

	if (!d->ready && !vfw_publish_settled(d->state)) {
		sd_notify(0, "STATUS=compiling signatures\nEXTEND_TIMEOUT_USEC=150000000");
		return 0;
	}
	if (!d->ready)
		sd_notify(0, "READY=1\nSTATUS=");
	d->ready = true;
	return s ? sd_event_source_set_enabled(s, SD_EVENT_OFF) : 0;
}

static void on_event(void *arg, json_t *event)
{
	vfw_server_event(arg, event);
}

static void on_ready(void *arg)
{
	vfw_server_resume(arg);
}

static int add_signals(sd_event *event, struct daemon *d)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	err = sd_event_add_signal(event, NULL, SIGTERM, on_end, NULL);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGINT, on_end, NULL);
	if (err >= 0)
		err = sd_event_add_signal(event, NULL, SIGHUP, on_hangup, d);
	return err;
}

static int run(struct vfw_config *config)
{
	_cleanup_free_ char *path = strdup(config->socket);
	struct daemon d = {0};
	sd_event *event = NULL;
	int err = path ? sd_event_default(&event) : -ENOMEM;

	if (err >= 0)
		err = add_signals(event, &d);
	/* the socket comes before the state: a second daemon must not touch the kernel */
	if (err >= 0)
		err = vfw_server_new(&d.server, event, path, vfw_verbs);
	if (err < 0) {
		vfw_log_error("%s: %s", path ?: "",
			      err == -EADDRINUSE ? "another vfwd runs" : strerror(-err));
		goto out;
	}
	err = vfw_state_new(&d.state, config, event);
	if (err < 0)
		goto out;
	vfw_server_serve(d.server, d.state);
	d.state->on_event = on_event;
	d.state->on_ready = on_ready;
	d.state->on_event_arg = d.server;
	err = vfw_watch_new(&d.watch, event, d.state);
	if (err < 0)
		goto out;
	/* under systemd with WatchdogSec=: a loop that hangs is ended, and begun anew */
	sd_event_set_watchdog(event, true);
	err = sd_event_add_post(event, NULL, on_turn_end, &d);
	if (err < 0)
		goto out;
	on_turn_end(NULL, &d);
	err = sd_event_loop(event);
	sd_notify(0, "STOPPING=1");
out:
	vfw_watch_free(d.watch);
	vfw_server_free(d.server);
	vfw_state_free(d.state);
	sd_event_unref(event);
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * What a guest would lack if it started now, NULL: nothing. Asks the kernel alone: vfwd need not run.
 * *k is for the caller to close; the words live as long.
 */
static const char *lacking(struct vfw_kern **k)
{
	struct vfw_kern_status status;
	int err = vfw_kern_open(k);

	if (err == -ENOENT)
		return "the module vfw is not loaded";
	if (err)
		return "the module vfw cannot be asked";
	if (vfw_kern_status(*k, &status))
		return vfw_kern_error(*k);
	if (status.mode != VFW_MODE_ARMED)
		return "vfw is not armed: vfwctl arm";
	return status.revision ? NULL : "vfw has no policy: vfwctl policy apply";
}

/* To who asked, who may show it, and to the journal, where it can be found. */
__attribute__((format(printf, 2, 3))) static void tell(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("vfw: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	va_start(ap, fmt);
	vsyslog(priority, fmt, ap);
	va_end(ap);
}

/*
 * May a guest start? Settings that are wrong (then why says how) refuse nobody who is protected, or for
 * whom no protection may have been asked.
 */
static int check_protection(const struct vfw_config *config, const char *path, const char *why)
{
	bool asked = why ? vfw_protection_may_be_asked(path) : config->require_protection;
	struct vfw_kern *k = NULL;
	const char *lacks;

	openlog("vfw", LOG_PID, LOG_DAEMON);
	if (why)
		tell(LOG_ERR, "the settings are wrong, vfwd will not start with them: %s", why);
	if (!asked)
		return EXIT_SUCCESS;
	lacks = lacking(&k);
	if (lacks)
		tell(LOG_ERR,
		     "this guest would not be protected: %s. ([boot] require-protection in vfwd.toml%s)",
		     lacks, why ? ", as far as it can be read" : "");
	vfw_kern_close(k);
	return lacks ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void say_refusal(const char *path, const char *why)
{
	vfw_log_error("%s: %s", path, why);
}

/* What vfwd will read: every file and folder that it would refuse is said. */
static int check_config(const struct vfw_config *config, const char *file)
{
	const char *const folders[] = {config->vms, config->policy, config->signatures};
	bool refused = false;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (vfw_file_check_folder(folders[i], say_refusal))
			refused = true;
	if (refused)
		return EXIT_FAILURE;
	printf("%s: right\n", file);
	return EXIT_SUCCESS;
}

enum task { TASK_RUN, TASK_CHECK_CONFIG, TASK_CHECK_PROTECTION };

/* error: what is wrong with the settings of that file, NULL: nothing. */
static int perform(enum task task, struct vfw_config *config, const char *file, const char *error)
{
	if (task == TASK_CHECK_PROTECTION)
		return check_protection(config, file, error);
	if (error) {
		vfw_log_error("%s", error);
		return EXIT_FAILURE;
	}
	if (task == TASK_CHECK_CONFIG)
		return check_config(config, file);
	return run(config);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"root", required_argument, NULL, 'r'},
		{"check-config", no_argument, NULL, 'C'},
		{"check-protection", no_argument, NULL, 'P'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *path = NULL, *root = NULL;
	_cleanup_free_ char *error = NULL, *file = NULL;
	enum task task = TASK_RUN;
	struct vfw_config config;
	int opt, status;

	/* started by vfwd itself: nothing of what follows is to run in that process */
	if (argc == 4 && !strcmp(argv[1], VFW_COMPILER_OPTION))
		vfw_compiler_main(argv[2], argv[3]);
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			path = optarg;
			break;
		case 'r':
			root = optarg;
			break;
		case 'C':
			task = TASK_CHECK_CONFIG;
			break;
		case 'P':
			task = TASK_CHECK_PROTECTION;
			break;
		case 'V':
			printf("vfwd %s\n", VFW_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "vfwd: unexpected \"%s\"\n%s", argv[optind], usage);
		return 2;
	}
	file = vfw_form_format("%s%s", path ? "" : root ?: "", path ?: VFW_CONFIG_FILE);
	if (vfw_config_load(&config, path, root, &error) && !error)
		error = strdup(strerror(ENOMEM));
	status = file ? perform(task, &config, file, error) : EXIT_FAILURE;
	vfw_config_clear(&config);
	return status;
}
