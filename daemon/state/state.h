/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place that ties together who there is (registry), what is permitted
 * (ruleset) and what the kernel has been given. Whatever changes on one side ends
 * in vfw_publish_sync(). All of it runs in the event loop's one thread.
 */
#ifndef VFW_STATE_STATE_H
#define VFW_STATE_STATE_H

#include "../base/config.h"
#include "keep.h"
#include "population.h"
#include "ruleset.h"

#include <jansson.h>
#include <systemd/sd-event.h>

struct vfw_inventory;
struct vfw_libvirt;
struct vfw_links;
struct vfw_link;
struct vfw_mark;
struct vfw_monitor;
struct vfw_qemu;
struct vfw_registry;
struct vfw_signatures;
struct vfw_writer;

struct vfw_state {
	struct vfw_config config;
	sd_event *event;

	struct vfw_registry *registry;
	struct vfw_inventory *inventory;
	struct vfw_links *links;
	struct vfw_qemu *qemu;
	struct vfw_libvirt *libvirt; /* NULL: not asked */
	uint64_t synced; /* generation of the registry that was compiled last */

	struct vfw_ruleset
		*running; /* in force, or to be as soon as the module is there; NULL: none */
	bool fallback; /* running is the policy of a fresh install, not one that was applied */
	struct vfw_ruleset *previous; /* for events that are still on their way */
	bool trial; /* running is on trial */
	struct vfw_ruleset *before; /* ... and this comes back if it fails; NULL: not known */
	bool before_fallback; /* ... what fallback is then */
	unsigned long trial_number; /* ... of running in the store */

	struct vfw_signatures *signatures; /* their databases, and what matches mean */

	struct vfw_kern *kern; /* NULL: the module is not loaded */
	struct vfw_monitor *monitor;
	struct vfw_population sent; /* what the kernel has */
	bool tables_current; /* the kernel has running's tables */
	uint32_t revision; /* in the kernel; 0: none */
	char *trouble; /* why the kernel does not have what it should; NULL: it has */
	uint64_t events_lost; /* on their way to us, since the start */
	uint64_t unheard; /* alerts while nobody listened, as far as they were told */

	struct vfw_writer *eve, *audit;
	uint64_t eve_lost; /* lines that eve did not take, as far as it says so itself */
	struct vfw_mark *mark; /* how far the module's events are in eve */
	struct vfw_keep keep; /* what is not on disk */
	void (*on_event)(void *arg, json_t *event); /* for observers; does not take the reference */
	void (*on_ready)(void *arg); /* what waited for databases may go on */
	void *on_event_arg;

	sd_event_source *sources[16]; /* to be given up at the end */
	size_t n_sources;
	sd_event_source *scan_timer; /* next look at /proc */
	sd_event_source *inventory_timer; /* files have changed */
	sd_event_source *inventory_watch; /* NULL: not yet, or the folder is gone */
	bool inventory_lost; /* and that was said */
	sd_event_source *sync_timer; /* the kernel is to follow */
	sd_event_source *retry_timer; /* after trouble */
	unsigned int scan_step; /* of the quick looks after a device changed */
	unsigned int retry_s; /* wait before the next try */
	struct vfw_state_device {
		int ifindex;
		char name[IFNAMSIZ];
	} gone[64]; /* devices that vanished, for events that still name them */
	size_t n_gone;
};

/*
 * Reads the inventory, processes and devices, loads the policy that was in force last, and
 * takes the kernel over when the module is loaded. Takes the content of *config. Returns 0 and
 * *st, or a negative errno after a line in the log.
 */
int vfw_state_new(struct vfw_state **st, struct vfw_config *config, sd_event *event);

/* Frees it. The kernel keeps enforcing what it has. st may be NULL. */
void vfw_state_free(struct vfw_state *st);

/* Reads inventory and processes anew, and opens the logs anew (SIGHUP). */
void vfw_state_reload(struct vfw_state *st);

/* The kernel is to follow soon: in at most a few milliseconds vfw_publish_sync() runs. */
void vfw_state_sync_soon(struct vfw_state *st);

/* The name of the app with that number under the policy in force, or the one before; NULL: not known. */
const char *vfw_state_app(const struct vfw_state *st, uint32_t id);

/* Tells of alerts that nobody listened to, if there are more of them than were told. */
void vfw_state_unheard(struct vfw_state *st, uint64_t count);

/* Writes one event to eve.json and to the observers; takes the reference; NULL is passed over. */
void vfw_state_event(struct vfw_state *st, json_t *event);

/*
 * An event of type audit: to the audit log, on disk when it returns (or vfw_keep_failures() says why
 * not), and to eve.json. Takes the reference of detail.
 */
void vfw_state_audit(struct vfw_state *st, const char *who, const char *action, json_t *detail);

#endif /* VFW_STATE_STATE_H */
