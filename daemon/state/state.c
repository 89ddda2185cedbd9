// SPDX-License-Identifier: GPL-2.0
#include "state.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../base/log.h"
#include "../eve/event.h"
#include "../eve/mark.h"
#include "../eve/writer.h"
#include "../kern/monitor.h"
#include "../policy/policy.h"
#include "../vm/inventory.h"
#include "../vm/libvirt.h"
#include "../vm/links.h"
#include "../vm/qemu.h"
#include "../vm/registry.h"
#include "publish.h"
#include "signatures.h"
#include "sigset.h"
#include "store.h"
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <time.h>

#define STATS_INTERVAL 60 /* seconds */
#define SYNC_DELAY 1000 /* microseconds in which changes gather to one transaction */
#define INVENTORY_DELAY 10000
#define INVENTORY_LOST_DELAY 1000000

/*
 * Looks at /proc after a device changed, in microseconds after the one before: a tap is
 * announced before its process has it among its descriptors, and QEMU opens an existing one
 * without a word.
 */
static const unsigned int scan_delays[] = {1000,   5000,   15000,  30000,  50000,
					   100000, 200000, 400000, 1000000};

#define N_SCANS (sizeof(scan_delays) / sizeof(scan_delays[0]))

static uint64_t realtime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void arm(struct vfw_state *st, sd_event_source *timer, uint64_t delay_us)
{
	uint64_t now;

	if (sd_event_now(st->event, CLOCK_MONOTONIC, &now) < 0)
		return;
	sd_event_source_set_time(timer, now + delay_us);
	sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

void vfw_state_sync_soon(struct vfw_state *st)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(st->sync_timer, &enabled);
	if (enabled == SD_EVENT_OFF)
		arm(st, st->sync_timer, SYNC_DELAY);
}

void vfw_state_event(struct vfw_state *st, json_t *event)
{
	/* one for which there was no memory is counted there */
	vfw_writer_put(st->eve, event);
	if (!event)
		return;
	if (st->on_event)
		st->on_event(st->on_event_arg, event);
	json_decref(event);
}

void vfw_state_audit(struct vfw_state *st, const char *who, const char *action, json_t *detail)
{
	char time[VFW_FORM_TIME_LEN];
	json_t *event = json_pack("{s:s, s:s, s:{s:s, s:s, s:o*}}", "timestamp",
				  vfw_form_time(realtime_ns(), time), "event_type", "audit",
				  "audit", "who", who, "action", action, "detail", detail);

	if (!event) {
		vfw_log_error("no memory for the audit record of %s", action);
		return;
	}
	vfw_keep_audit(st, event);
	vfw_state_event(st, event);
}

/* ---- names for events ---- */

static const char *name_of_vm(void *arg, const uint8_t uuid[VFW_UUID_LEN])
{
	const struct vfw_state *st = arg;
	const struct vfw_vm *vm = vfw_registry_by_uuid(st->registry, uuid);

	return vm ? vm->name : NULL;
}

static const struct vfw_rule_origin *rule_of_id(void *arg, uint32_t id)
{
	const struct vfw_state *st = arg;

	return vfw_ruleset_rule(st->running, id, NULL) ?: vfw_ruleset_rule(st->previous, id, NULL);
}

static const struct vfw_pattern *signature_of(void *arg, const struct vfw_event *e,
					      const char **profile)
{
	const struct vfw_state *st = arg;

	return vfw_signatures_find(st->signatures, e->revision, e->profile, e->sig, profile);
}

static const char *name_of_app(void *arg, uint32_t id)
{
	return vfw_state_app(arg, id);
}

const char *vfw_state_app(const struct vfw_state *st, uint32_t id)
{
	const char *name = st->running ? vfw_sigset_app(st->running->signatures, id) : NULL;

	if (!name && st->previous)
		name = vfw_sigset_app(st->previous->signatures, id);
	return name;
}

static const char *name_of_device(void *arg, uint32_t ifindex)
{
	const struct vfw_state *st = arg;
	const struct vfw_link *link = vfw_links_by_index(st->links, (int)ifindex);

	if (link)
		return link->name;
	for (size_t i = 0; i < sizeof(st->gone) / sizeof(st->gone[0]); i++)
		if (ifindex && st->gone[i].ifindex == (int)ifindex)
			return st->gone[i].name;
	return NULL;
}

/* ---- what comes in ---- */

static void look_soon(struct vfw_state *st)
{
	st->scan_step = 0;
	arm(st, st->scan_timer, scan_delays[0]);
}

/* The kernel changed something by itself, or for somebody who did not ask us. */
static void follow_kernel(struct vfw_state *st, const struct vfw_event *e)
{
	if (e->type == VFW_EVENT_CONFIRM)
		vfw_trial_follow(st, "netlink");
	else if (e->type == VFW_EVENT_ROLLBACK)
		vfw_trial_follow(st, e->verdict == VFW_ROLLBACK_TIME ? "kernel" : "netlink");
}

static void on_kernel_events(void *arg, const struct vfw_event *events, size_t n, uint64_t lost)
{
	struct vfw_state *st = arg;
	struct vfw_eve_names names = {st,	   name_of_vm,	rule_of_id, name_of_device,
				      name_of_app, signature_of};
	uint64_t unwritten;

	unwritten = n ? vfw_mark_received(st->mark, events[0].seq, events[n - 1].seq, n) : 0;
	if (unwritten)
		vfw_state_event(st, vfw_eve_unwritten(unwritten, realtime_ns()));
	if (lost) {
		st->events_lost += lost;
		vfw_state_event(st, vfw_eve_lost(lost, realtime_ns()));
	}
	for (size_t i = 0; i < n; i++) {
		if (events[i].type == VFW_EVENT_PORT_ADD)
			look_soon(st);
		vfw_state_event(st, vfw_eve_event(&events[i], &names));
		follow_kernel(st, &events[i]);
	}
	if (lost)
		vfw_trial_follow(st, "unknown");
}

static void on_signatures(void *arg)
{
	struct vfw_state *st = arg;

	/* who asked and waits is to hear of a failure before it is asked for again */
	if (st->on_ready)
		st->on_ready(st->on_event_arg);
	vfw_publish_sync(st);
}

static void on_family(void *arg, bool here)
{
	struct vfw_state *st = arg;

	if (st->kern)
		vfw_log_warning("the module was removed");
	vfw_publish_disconnect(st);
	if (here)
		vfw_publish_connect(st);
	else
		vfw_state_event(st, vfw_eve_anomaly("module-gone",
						    "the module is not loaded: nothing is enforced",
						    realtime_ns()));
}

static const struct vfw_monitor_ops monitor_ops = {on_kernel_events, on_family};

static void on_link(void *arg, const struct vfw_link *link)
{
	struct vfw_state *st = arg;

	if (link->gone) {
		struct vfw_state_device *slot =
			&st->gone[st->n_gone++ % (sizeof(st->gone) / sizeof(st->gone[0]))];

		slot->ifindex = link->ifindex;
		memcpy(slot->name, link->name, sizeof(slot->name));
		vfw_population_drop_port(&st->sent, link->ifindex);
	}
	if (!strcmp(link->kind, "tun") && st->scan_timer)
		look_soon(st);
}

static void process_of_vm(void *arg, const uint8_t *uuid, char text[VFW_TOLD_PROCESS_LEN])
{
	const struct vfw_state *st = arg;

	vfw_qemu_process(st->qemu, uuid, text);
}

static int device_of_name(void *arg, const char *name, uint8_t mac[6])
{
	const struct vfw_state *st = arg;
	const struct vfw_link *link = vfw_links_by_name(st->links, name);

	if (!link || strcmp(link->kind, "tun") != 0)
		return 0;
	memcpy(mac, link->mac, 6);
	return link->ifindex;
}

static void on_inventory_fault(void *arg, const char *text)
{
	struct vfw_state *st = arg;

	vfw_log_error("%s/%s", st->config.vms, text);
	vfw_state_event(st, vfw_eve_anomaly("inventory", text, realtime_ns()));
}

static int on_links_input(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct vfw_state *st = arg;

	(void)s, (void)fd, (void)revents;
	vfw_links_receive(st->links);
	return 0;
}

static int on_monitor_input(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct vfw_state *st = arg;

	(void)s, (void)fd, (void)revents;
	vfw_monitor_receive(st->monitor);
	return 0;
}

static int on_inventory_change(sd_event_source *s, const struct inotify_event *e, void *arg)
{
	struct vfw_state *st = arg;

	(void)s;
	/* the folder is gone, or has another name: whatever has its name now is watched from the next look on */
	if (e->mask & (IN_IGNORED | IN_MOVE_SELF))
		st->inventory_watch = sd_event_source_disable_unref(st->inventory_watch);
	arm(st, st->inventory_timer, INVENTORY_DELAY);
	return 0;
}

/* The folder is watched from before it is read, so that nothing falls between. One that is gone is looked for. */
static void watch_inventory(struct vfw_state *st)
{
	int err = sd_event_add_inotify(st->event, &st->inventory_watch, st->config.vms,
				       IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM |
					       IN_MOVED_TO | IN_ATTRIB | IN_MOVE_SELF | IN_ONLYDIR,
				       on_inventory_change, st);

	if (err < 0 && !st->inventory_lost)
		vfw_log_error("%s cannot be watched: %s: what was said of VMs stays",
			      st->config.vms, strerror(-err));
	if (err >= 0 && st->inventory_lost)
		vfw_log_info("%s is watched again", st->config.vms);
	st->inventory_lost = err < 0;
}

static void scan_inventory(struct vfw_state *st)
{
	int err;

	if (!st->inventory_watch)
		watch_inventory(st);
	if (st->inventory_lost)
		arm(st, st->inventory_timer, INVENTORY_LOST_DELAY);
	err = vfw_inventory_scan(st->inventory, st->registry);
	if (err && !st->inventory_lost)
		vfw_log_error("%s: %s", st->config.vms, strerror(-err));
}

/* The kernel has what was reported, and what was told is kept for the processes that run. */
static void follow(struct vfw_state *st)
{
	vfw_publish_sync(st);
	vfw_inventory_forget(st->inventory, st->registry);
	if (st->libvirt)
		vfw_libvirt_forget(st->libvirt, st->registry);
}

static int on_inventory_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct vfw_state *st = arg;

	(void)s, (void)usec;
	scan_inventory(st);
	follow(st);
	return 0;
}

static int on_scan_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct vfw_state *st = arg;
	int err = vfw_qemu_scan(st->qemu, st->registry);

	(void)s, (void)usec;
	if (err)
		vfw_log_error("%s: %s", st->config.proc, strerror(-err));
	if (!st->kern)
		vfw_publish_connect(st);
	vfw_trial_follow(st, "unknown");
	follow(st);
	if (st->scan_step < N_SCANS)
		st->scan_step++;
	arm(st, st->scan_timer,
	    st->scan_step < N_SCANS ? scan_delays[st->scan_step]
				    : st->config.interval * 1000000ULL);
	return 0;
}

static int on_sync_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	(void)s, (void)usec;
	follow(arg);
	return 0;
}

static int on_keep_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	(void)s, (void)usec;
	vfw_keep_retry(arg);
	return 0;
}

void vfw_state_unheard(struct vfw_state *st, uint64_t count)
{
	if (count > st->unheard) {
		vfw_log_warning("signatures matched %llu times while vfwd did not run",
				(unsigned long long)count);
		vfw_state_event(st, vfw_eve_unheard(count, realtime_ns()));
	}
	st->unheard = count;
}

static json_t *stats_event(struct vfw_state *st, const struct vfw_kern_status *status,
			   const struct vfw_kern_reason_info *reasons, size_t n)
{
	char time[VFW_FORM_TIME_LEN];
	json_t *words = json_object();

	for (size_t i = 0; i < n; i++)
		if (reasons[i].packets)
			json_object_set_new(words, reasons[i].word,
					    json_integer((json_int_t)reasons[i].packets));
	return json_pack("{s:s, s:s, s:{s:I, s:I, s:I, s:I, s:I, s:o}}", "timestamp",
			 vfw_form_time(realtime_ns(), time), "event_type", "stats", "stats", "vms",
			 (json_int_t)status->vms, "ports", (json_int_t)status->ports, "flows",
			 (json_int_t)status->flows, "memory", (json_int_t)status->memory,
			 "events_lost", (json_int_t)(status->events_lost + st->events_lost),
			 "reasons", words);
}

static int on_stats_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	_cleanup_free_ struct vfw_kern_reason_info *reasons = NULL;
	struct vfw_kern_status status;
	struct vfw_state *st = arg;
	size_t n;

	(void)usec;
	if (st->kern && !vfw_kern_status(st->kern, &status) &&
	    !vfw_kern_reasons(st->kern, &reasons, &n)) {
		vfw_state_unheard(st, status.alerts_unheard);
		vfw_state_event(st, stats_event(st, &status, reasons, n));
	}
	arm(st, s, STATS_INTERVAL * 1000000ULL);
	return 0;
}

static void write_events(struct vfw_state *st)
{
	uint64_t lost = vfw_writer_lost(st->eve);

	if (vfw_writer_flush(st->eve))
		return;
	if (lost != st->eve_lost) {
		vfw_state_event(st, vfw_eve_no_room(lost - st->eve_lost, realtime_ns()));
		st->eve_lost = lost;
		if (vfw_writer_flush(st->eve))
			return;
	}
	vfw_mark_written(st->mark);
}

/* At the end of each turn of the loop, so that a burst of events is one write. */
static int on_turn_end(sd_event_source *s, void *arg)
{
	struct vfw_state *st = arg;

	(void)s;
	write_events(st);
	return 0;
}

/* ---- life ---- */

/* Keeps a source that was made (err >= 0), to be given up at the end. Returns it, or NULL. */
static sd_event_source *keep(struct vfw_state *st, int err, sd_event_source **source)
{
	if (err < 0)
		return NULL;
	return st->sources[st->n_sources++] = *source;
}

static sd_event_source *add_timer(struct vfw_state *st, sd_event_time_handler_t handler,
				  uint64_t delay_us)
{
	sd_event_source *s = NULL;
	int err = sd_event_add_time_relative(st->event, &s, CLOCK_MONOTONIC, delay_us, 1000,
					     handler, st);

	return keep(st, err, &s);
}

static bool add_input(struct vfw_state *st, int fd, sd_event_io_handler_t handler)
{
	sd_event_source *s = NULL;
	int err = sd_event_add_io(st->event, &s, fd, EPOLLIN, handler, st);

	return keep(st, err, &s);
}

static bool add_sources(struct vfw_state *st)
{
	sd_event_source *post = NULL, *stats;
	int err;

	st->scan_timer = add_timer(st, on_scan_timer, scan_delays[0]);
	st->inventory_timer = add_timer(st, on_inventory_timer, 0);
	st->sync_timer = add_timer(st, on_sync_timer, 0);
	st->retry_timer = add_timer(st, on_sync_timer, 0);
	st->keep.timer = add_timer(st, on_keep_timer, 0);
	stats = add_timer(st, on_stats_timer, STATS_INTERVAL * 1000000ULL);
	if (!st->scan_timer || !st->inventory_timer || !st->sync_timer || !st->retry_timer ||
	    !st->keep.timer || !stats)
		return false;
	sd_event_source_set_enabled(st->inventory_timer, SD_EVENT_OFF);
	sd_event_source_set_enabled(st->sync_timer, SD_EVENT_OFF);
	sd_event_source_set_enabled(st->retry_timer, SD_EVENT_OFF);
	sd_event_source_set_enabled(st->keep.timer, SD_EVENT_OFF);
	err = sd_event_add_post(st->event, &post, on_turn_end, st);
	return keep(st, err, &post) && add_input(st, vfw_links_fd(st->links), on_links_input) &&
	       add_input(st, vfw_monitor_fd(st->monitor), on_monitor_input);
}

/* Where vfwd itself lies. */
static bool program_folder(char folder[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", folder, PATH_MAX - 1);

	folder[len > 0 ? len : 0] = '\0';
	*(strrchr(folder, '/') ?: folder) = '\0';
	return *folder;
}

static void on_libvirt_change(void *arg)
{
	vfw_state_sync_soon(arg);
}

static void on_libvirt_fault(void *arg, const char *text)
{
	struct vfw_state *st = arg;

	vfw_log_error("%s", text);
	vfw_state_event(st, vfw_eve_anomaly("libvirt", text, realtime_ns()));
}

/* libvirt is asked if vfw was built for it: its reader lies beside vfwd, or where it was installed. */
static void ask_libvirt(struct vfw_state *st)
{
	static const char *const beside[] = {"/vfw-libvirt", "/../lib/vfw/vfw-libvirt"};
	static const struct vfw_libvirt_ops ops = {on_libvirt_change, on_libvirt_fault,
						   process_of_vm};
	_cleanup_free_ char *told = vfw_form_format("%s/libvirt", st->config.run);
	char folder[PATH_MAX];
	int err = -ENOENT;

	if (!*st->config.libvirt || !program_folder(folder))
		return;
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]) && err == -ENOENT; i++) {
		_cleanup_free_ char *path = vfw_form_format("%s%s", folder, beside[i]);

		err = !path || !told
			      ? -ENOMEM
			      : vfw_libvirt_new(&st->libvirt, st->event, path, st->config.libvirt,
						told, st->registry, &ops, st);
	}
	if (err && err != -ENOENT)
		vfw_log_error("libvirt is not asked: %s", strerror(-err));
}

/* Marks that commands set, a file of UUIDs. */
struct marks {
	const char *name;
	const char *meaning; /* what it means that the file cannot be read */
	bool rather_more; /* where it is not known which marks are the last: both, not those on disk */
	int (*load)(const char *folder, uint8_t **uuids, size_t *n);
	int (*mark)(struct vfw_registry *r, const uint8_t *uuid, bool on);
	void (*keep)(struct vfw_state *st);
};

static const struct marks quarantined = {
	"quarantine.json",
	"VMs quarantined by command may be free",
	true,
	vfw_store_load_quarantine,
	vfw_registry_quarantine,
	vfw_keep_quarantined,
};

static const struct marks monitored = {
	"monitored.json",
	"VMs that were only monitored may be cut",
	false,
	vfw_store_load_monitored,
	vfw_registry_monitor,
	vfw_keep_monitored,
};

/* Is it there, and in a folder that is nobody else's? */
static bool is_left(const struct vfw_state *st, const char *name, bool *doubted)
{
	const char *beside = vfw_keep_beside(st);
	_cleanup_close_ int dir = beside ? open(beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return dir >= 0 && !vfw_file_folder_is_roots(dir) && !faccessat(dir, name, F_OK, 0) &&
	       !vfw_store_is_doubted(dir, name, doubted);
}

static int mark_from(struct vfw_state *st, const struct marks *marks, const char *folder)
{
	_cleanup_free_ uint8_t *uuids = NULL;
	size_t n;
	int err = marks->load(folder, &uuids, &n);

	if (err)
		vfw_log_error("%s/%s is not readable: %s", folder, marks->name, marks->meaning);
	for (size_t i = 0; i < n; i++)
		marks->mark(st->registry, uuids + i * VFW_UUID_LEN, true);
	return err;
}

/* As the vfwd before left them that could not write them to disk, else from there. */
static void load_marks(struct vfw_state *st, const struct marks *marks)
{
	bool doubted = false, left = is_left(st, marks->name, &doubted);
	int err = 0;

	if (left && (!doubted || marks->rather_more))
		err = mark_from(st, marks, st->config.run);
	if (!left || doubted || err)
		err = mark_from(st, marks, st->config.state) ?: err;
	/* what could not be read must not be written over by what is known without it */
	if (left && !err)
		marks->keep(st);
}

static void log_diags(const char *what, const struct vfw_diags *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].severity == VFW_DIAG_ERROR)
			vfw_log_error("%s: %s:%u:%u: %s", what, d->v[i].file ?: "", d->v[i].line,
				      d->v[i].col, d->v[i].message ?: "");
}

/* The policy of a fresh install: where it was installed, or beside the program in its tree. */
static int read_fallback(struct vfw_state *st, struct vfw_ruleset_file **files, size_t *n)
{
	static const char *const beside[] = {"/../share/vfw/default.vfw", "/../rules/default.vfw"};
	int err = vfw_store_read_shipped(st->config.fallback, files, n);
	char folder[PATH_MAX];

	if (!program_folder(folder))
		return err;
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]) && err == -ENOENT; i++) {
		_cleanup_free_ char *path = vfw_form_format("%s%s", folder, beside[i]);

		err = path ? vfw_store_read_shipped(path, files, n) : -ENOMEM;
	}
	return err;
}

/* The policy that was in force last; without one that of a fresh install. */
static void load_policy(struct vfw_state *st)
{
	_cleanup_free_ char *folder = vfw_store_signatures(st->config.state, "current");
	const char *signatures = folder, *what = st->config.state;
	struct vfw_ruleset_file *files;
	struct vfw_diags d = {0};
	size_t n;
	int err = vfw_store_load_policy(st->config.state, &files, &n);

	if (err == -ENOENT) {
		what = st->config.fallback;
		signatures = st->config.signatures;
		st->fallback = true;
		err = read_fallback(st, &files, &n);
	}
	if (!err)
		err = vfw_ruleset_parse(files, n, &d, &st->running);
	if (!err)
		err = !signatures    ? -ENOMEM
		      : st->fallback ? vfw_ruleset_signatures(st->running, signatures, &d)
				     : vfw_ruleset_kept_signatures(st->running, signatures, &d);
	log_diags(what, &d);
	vfw_diags_free(&d);
	if (err) {
		vfw_log_error("%s: no policy to load: %s", what, strerror(-err));
		if (!st->fallback)
			st->trouble = vfw_form_format("%s: the policy that was applied last cannot "
						      "be loaded: %s",
						      what, strerror(-err));
		vfw_ruleset_free(st->running);
		st->running = NULL;
	} else {
		st->running->number = st->fallback ? 0 : vfw_store_current(st->config.state);
		vfw_log_info("policy from %s", what);
	}
}

static int open_all(struct vfw_state *st)
{
	_cleanup_free_ char *told = vfw_form_format("%s/inventory", st->config.run);
	_cleanup_free_ char *mark = vfw_form_format("%s/events", st->config.run);
	int err;

	if (!told || !mark)
		return -ENOMEM;
	st->registry = vfw_registry_new();
	st->inventory = vfw_inventory_new(st->config.vms, told, on_inventory_fault, st);
	st->qemu = vfw_qemu_new(st->config.proc, st->config.uids, st->config.n_uids, device_of_name,
				st);
	st->eve = vfw_writer_new(st->config.eve);
	st->audit = vfw_writer_new(st->config.audit);
	st->mark = vfw_mark_new(mark);
	st->signatures = vfw_signatures_new(&st->config, st->event, on_signatures, st);
	if (!st->signatures || !st->registry || !st->inventory || !st->qemu || !st->eve ||
	    !st->audit || !st->mark)
		return -ENOMEM;
	err = vfw_links_new(&st->links, on_link, st);
	if (!err)
		err = vfw_monitor_new(&st->monitor, &monitor_ops, st);
	if (err)
		vfw_log_error("netlink: %s", strerror(-err));
	return err;
}

int vfw_state_new(struct vfw_state **out, struct vfw_config *config, sd_event *event)
{
	struct vfw_state *st = calloc(1, sizeof(*st));
	int err;

	if (!st)
		return -ENOMEM;
	st->config = *config;
	memset(config, 0, sizeof(*config));
	st->event = sd_event_ref(event);
	err = open_all(st);
	if (!err && !add_sources(st))
		err = -ENOMEM;
	if (err) {
		vfw_state_free(st);
		return err;
	}
	vfw_file_mkdirs(st->config.vms, 0755);
	load_marks(st, &quarantined);
	load_marks(st, &monitored);
	/*
	 * who is there must be known before the kernel is told, else it would lose VMs for a
	 * moment; and of which process it was said before it is said again
	 */
	vfw_qemu_scan(st->qemu, st->registry);
	vfw_inventory_ask(st->inventory, process_of_vm, st);
	scan_inventory(st);
	load_policy(st);
	vfw_signatures_recall(st->signatures);
	ask_libvirt(st);
	if (vfw_publish_connect(st) == -ENOENT) {
		vfw_log_warning(
			"the module is not loaded: nothing is enforced until insmod vfw.ko");
		vfw_publish_sync(st);
	}
	*out = st;
	return 0;
}

void vfw_state_free(struct vfw_state *st)
{
	if (!st)
		return;
	/* who listened is gone */
	st->on_event = NULL;
	st->on_ready = NULL;
	for (size_t i = 0; i < st->n_sources; i++)
		sd_event_source_disable_unref(st->sources[i]);
	sd_event_source_disable_unref(st->inventory_watch);
	vfw_libvirt_free(st->libvirt);
	vfw_publish_disconnect(st);
	vfw_signatures_free(st->signatures);
	vfw_monitor_free(st->monitor);
	vfw_links_free(st->links);
	vfw_qemu_free(st->qemu);
	vfw_inventory_free(st->inventory);
	vfw_registry_free(st->registry);
	vfw_ruleset_free(st->running);
	vfw_ruleset_free(st->previous);
	vfw_ruleset_free(st->before);
	if (st->eve && st->mark)
		write_events(st);
	vfw_writer_free(st->eve);
	vfw_writer_free(st->audit);
	vfw_mark_free(st->mark);
	vfw_keep_clear(&st->keep);
	vfw_config_clear(&st->config);
	free(st->trouble);
	sd_event_unref(st->event);
	free(st);
}

void vfw_state_reload(struct vfw_state *st)
{
	write_events(st);
	vfw_mark_reopen(st->mark);
	vfw_writer_reopen(st->eve);
	vfw_writer_reopen(st->audit);
	vfw_signatures_forget(st->signatures);
	if (st->libvirt)
		vfw_libvirt_retry(st->libvirt);
	scan_inventory(st);
	look_soon(st);
	vfw_state_sync_soon(st);
}
