/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What outlives the daemon, in its state folder:
 *   policy/N/        the files of the N-th policy that was published, and below signatures/
 *                    those that its profiles name
 *   policy/current   link to the folder of the last one; changed by one rename
 *   published.json   digest, revision and hash of the tables the kernel was given
 *   generations.json since which revision of the kernel which policy/N is, or was, in force
 *   quarantine.json  UUIDs quarantined by command
 *   monitored.json   UUIDs of which nothing is cut, by command
 */
#ifndef VFW_STATE_STORE_H
#define VFW_STATE_STORE_H

#include "ruleset.h"

#include <linux/vfw.h>

/*
 * Reads all *.vfw of a folder, in byte order of their names, or one file. Returns 0 and *files,
 * owned by the caller; -ENOENT: there is no such thing, or no *.vfw in it; -EPERM: it or its folder is
 * neither root's nor of who runs this, or everybody may write it; else a negative errno. vfw_file_words() says it.
 */
int vfw_store_read_files(const char *path, struct vfw_ruleset_file **files, size_t *n);

/* The same for a file that comes with the program: whoever may write it may write the program. */
int vfw_store_read_shipped(const char *path, struct vfw_ruleset_file **files, size_t *n);

/*
 * Writes the files of a policy that is about to be published; they are on disk when it returns
 * 0. *number names them and is for vfw_store_confirm_policy(), or for nothing: the current
 * policy is still the old one. Of older policies a few are kept beside it, among them that numbered
 * stays (0: none). What was written before a failure is removed.
 */
int vfw_store_save_policy(const char *state, const struct vfw_ruleset *rs, unsigned long stays,
			  unsigned long *number);

/* Removes files that have come to nothing; never the current or proposed ones. */
void vfw_store_discard_policy(const char *state, unsigned long number);

/* Makes those files the current policy; on disk when it returns 0. */
int vfw_store_confirm_policy(const char *state, unsigned long number);

/*
 * Makes those files the policy on trial, which is not loaded at the next start of the host; on
 * disk when it returns 0.
 */
int vfw_store_propose_policy(const char *state, unsigned long number);

/* Reads the files of the policy on trial, and their number. -ENOENT: none is. */
int vfw_store_load_proposed(const char *state, struct vfw_ruleset_file **files, size_t *n,
			    unsigned long *number);

/* No policy is on trial any more. */
void vfw_store_drop_proposed(const char *state);

/*
 * Reads the current policy's files, whoever they belong to, with a line in the log if they are not root's. -ENOENT:
 * none was ever published.
 */
int vfw_store_load_policy(const char *state, struct vfw_ruleset_file **files, size_t *n);

/*
 * Reads the files of the policy of that number.
 */
int vfw_store_load_numbered(const char *state, unsigned long number,
			    struct vfw_ruleset_file **files, size_t *n);

/*
 * The folder of a policy's signatures, which is "current", "proposed" or its number; the caller frees it. NULL:
 * no memory.
 */
char *vfw_store_signatures(const char *state, const char *which);

struct vfw_store_published {
	uint8_t digest[VFW_DIGEST_LEN];
	uint32_t revision;
	uint64_t tables; /* vfw_ruleset_hash() */
};

int vfw_store_save_published(const char *state, const struct vfw_store_published *p);

/* *p is zero when nothing was kept. */
void vfw_store_load_published(const char *state, struct vfw_store_published *p);

struct vfw_store_generation {
	uint32_t revision; /* the first */
	unsigned long policy; /* its number in the store */
};

/* Oldest first. */
int vfw_store_save_generations(const char *state, const struct vfw_store_generation *v, size_t n);

/* At most max of them, oldest first. Returns their number; 0 when nothing was kept. */
size_t vfw_store_load_generations(const char *state, struct vfw_store_generation *v, size_t max);

/* The number of the current policy, and of the one on trial or being applied; 0: there is none. */
unsigned long vfw_store_current(const char *state);
unsigned long vfw_store_proposed(const char *state);

int vfw_store_save_quarantine(const char *state, const uint8_t *uuids, size_t n);

/*
 * Returns 0 and *uuids (n of them, the caller frees), also when nothing was kept; -EBADMSG: not
 * readable.
 */
int vfw_store_load_quarantine(const char *state, uint8_t **uuids, size_t *n);

/* The same for VMs of which nothing is cut. */
int vfw_store_save_monitored(const char *state, const uint8_t *uuids, size_t n);
int vfw_store_load_monitored(const char *state, uint8_t **uuids, size_t *n);

/* Says of a file that it may not be the last word, where it cannot be written anew: its time is that of the epoch. */
void vfw_store_doubt(const char *path);

/* Does a file of that folder say so? Returns 0, or a negative errno when it cannot be told. */
int vfw_store_is_doubted(int dirfd, const char *name, bool *doubted);

#endif /* VFW_STATE_STORE_H */
