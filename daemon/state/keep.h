/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What must outlive vfwd is written here: which policy the next start loads, the VMs that commands
 * marked, the audit log. What cannot be written (the disk is full) is in force all the same; it is said
 * to who asked for it and by status, and tried again until it is written.
 */
#ifndef VFW_STATE_KEEP_H
#define VFW_STATE_KEEP_H

#include <jansson.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct vfw_state;

enum vfw_keep_kind {
	VFW_KEEP_POLICY,
	VFW_KEEP_QUARANTINED,
	VFW_KEEP_MONITORED,
	VFW_KEEP_AUDIT,
	VFW_KEEP_N
};

struct vfw_keep {
	char *failed[VFW_KEEP_N]; /* why it is not on disk, a sentence; NULL: it is */
	unsigned long policy; /* in the store, in force but not loaded at the next start; 0: none */
	uint64_t audit_lost; /* records that could not even wait */
	unsigned int retry_s; /* wait before the next try */
	sd_event_source *timer; /* calls vfw_keep_retry() */
};

/* Makes the policy of that number in the store the one that the next start of the host loads. */
void vfw_keep_policy(struct vfw_state *st, unsigned long number);

/* A policy that was proposed has come to nothing: what waits to be kept is proposed in its place. */
void vfw_keep_unpropose(struct vfw_state *st);

/*
 * The folder where marks are left for the next vfwd as long as they cannot be written to disk, NULL: it is the one of
 * what is on disk, under another name. Lives as long as st.
 */
const char *vfw_keep_beside(const struct vfw_state *st);

/* Writes the VMs that are quarantined, or monitored, by command. */
void vfw_keep_quarantined(struct vfw_state *st);
void vfw_keep_monitored(struct vfw_state *st);

/* Writes an audit record; on disk when it returns, if that can be. Does not take the reference. */
void vfw_keep_audit(struct vfw_state *st, json_t *record);

/* Tries again what failed; without success the timer is set anew. */
void vfw_keep_retry(struct vfw_state *st);

/* The sentences about what is not on disk; an empty array: all is. A new reference. */
json_t *vfw_keep_failures(const struct vfw_state *st);

/* Frees the sentences. */
void vfw_keep_clear(struct vfw_keep *keep);

#endif /* VFW_STATE_KEEP_H */
