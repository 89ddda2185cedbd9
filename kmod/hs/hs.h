/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_H
#define VFW_HS_H

#include <linux/types.h>

/*
 * Hyperscan in the kernel: databases, streams, scans. The rest of the module sees this header only.
 *
 * Every call here enters the runtime inside an FPU section by itself and leaves it again; none is
 * made from hard interrupts or NMI. "Any context" means task or softirq, preemption and BH on or
 * off. In a softirq that interrupted a section of the same CPU no section can be had, nor where too
 * little stack is left for a scan: such calls return -EAGAIN, have done nothing, and are for a
 * worker in task context to repeat.
 */

struct vfw_hs_db;

/* Data that one FPU section takes, in bytes. */
#define VFW_HS_PIECE 16384

/* Largest database that is looked at, in bytes. */
#define VFW_HS_DB_MAX (64u << 20)

/* One match: the pattern's id, and the offset behind its last byte from the start of the stream. */
struct vfw_hs_hit {
	u32 id;
	u64 to;
};

/*
 * Where a scan writes its matches: the first `max' into hit[], how many more there were into lost. fits, unless
 * NULL, is asked inside the section whether one (ends before to) counts at all, and may change hit[] itself, and *id to what the
 * match is of; it must neither sleep nor scan.
 */
struct vfw_hs_hits {
	u32 count;
	u32 max;
	u64 lost;
	struct vfw_hs_hit *hit;
	bool (*fits)(struct vfw_hs_hits *hits, u32 *id, u64 to, void *arg);
	void *arg;
};

/**
 * vfw_hs_init() - choose an instruction set and make ready to load databases
 * @set: "sse42", "avx2", "avx512", or NULL or "" for the best one that the processor has
 *
 * May sleep. Returns 0, -EOPNOTSUPP (PREEMPT_RT, or a processor without SSE4.2 or without @set),
 * -EINVAL (no such set), -ENOMEM.
 */
int vfw_hs_init(const char *set);

/**
 * vfw_hs_exit() - give everything back
 *
 * May sleep; all databases have been put, and no scan runs.
 */
void vfw_hs_exit(void);

/*
 * The set in use ("sse42", "avx2", "avx512") and the runtime's version ("5.4.0"); NULL when
 * vfw_hs_init() failed. Any context.
 */
const char *vfw_hs_set(void);
const char *vfw_hs_version(void);

/**
 * vfw_hs_db_load() - check a serialized database and make it ready to scan with
 * @buf: the bytes, as hs_serialize_database() wrote them; copied
 * @len: how many
 * @db: gets a strong reference; unchanged on failure
 * @why: on failure what was expected and what to do, a string constant; may be NULL
 *
 * A database is code: whoever calls this has established that its owner may load code into the
 * kernel. Checked are magic, version, length, platform and CRC, which is integrity and not safety.
 * May sleep. Returns 0, -EINVAL (no database, or damaged), -EFBIG, -EPROTONOSUPPORT (other
 * version), -EMEDIUMTYPE (other instruction set or unsupported mode), -EOPNOTSUPP (vfw_hs_init()
 * failed), -ENOMEM.
 */
int vfw_hs_db_load(const void *buf, size_t len, struct vfw_hs_db **db, const char **why);

/**
 * vfw_hs_db_load_fd() - the same from a file, for a caller whose rights are checked here
 * @fd: a regular file of the current task, read from its start
 * @db: gets a strong reference; unchanged on failure
 * @why: as above
 *
 * Takes CAP_SYS_MODULE in the initial user namespace and a kernel that is not locked down. May
 * sleep. Returns what vfw_hs_db_load() does, or -EPERM, or what reading the file returned.
 */
int vfw_hs_db_load_fd(int fd, struct vfw_hs_db **db, const char **why);

/**
 * vfw_hs_db_get() - take another reference
 *
 * Any context. The caller holds a reference, or found @db under rcu_read_lock(): then NULL means
 * that the last reference has gone. Returns a strong reference or NULL.
 */
struct vfw_hs_db *vfw_hs_db_get(struct vfw_hs_db *db);

/* vfw_hs_db_put() - give a reference back. Any context; memory goes after an RCU grace period. */
void vfw_hs_db_put(struct vfw_hs_db *db);

/*
 * Bytes of one stream's state; 0 for a block-mode database. Constant for a database. Any context.
 */
size_t vfw_hs_db_stream_size(const struct vfw_hs_db *db);

/* Bytes of kernel memory the database holds. Any context. */
size_t vfw_hs_db_bytes(const struct vfw_hs_db *db);

/* May the two be the same, as far as size and checksum tell? Any context. */
bool vfw_hs_db_alike(const struct vfw_hs_db *a, const struct vfw_hs_db *b);

/* Are they, byte by byte? Reads both to the end. Any context. */
bool vfw_hs_db_same(const struct vfw_hs_db *a, const struct vfw_hs_db *b);

/* "Version: 5.4.0 Features: AVX2 Mode: STREAM", in Hyperscan's words; lives as long as @db. */
const char *vfw_hs_db_info(const struct vfw_hs_db *db);

/**
 * vfw_hs_stream_open() - write a new stream's state
 * @db: a streaming database, to be kept while the stream lives
 * @mem: the caller's, vfw_hs_db_stream_size() bytes, aligned to 8
 *
 * Any context; the caller keeps others from @mem. Returns 0, -EAGAIN, -EINVAL.
 */
int vfw_hs_stream_open(const struct vfw_hs_db *db, void *mem);

/**
 * vfw_hs_stream_scan() - scan the next bytes of a stream
 * @db: the database the stream was opened with
 * @mem: the stream's state
 * @data: kernel memory that nobody changes meanwhile
 * @len: how many bytes
 * @hits: matches are added to it
 *
 * Any context; the caller keeps others from @mem; at most VFW_HS_PIECE bytes are scanned in one FPU
 * section. Returns the bytes scanned, which is @len, or fewer when no section could be had for the
 * rest; -EAGAIN when it was so from the start; -EIO when the runtime reports an error of its own:
 * the stream then is of no more use.
 */
ssize_t vfw_hs_stream_scan(const struct vfw_hs_db *db, void *mem, const void *data, size_t len,
			   struct vfw_hs_hits *hits);

/**
 * vfw_hs_stream_close() - end a stream, whose memory is the caller's again
 * @hits: gets the matches of patterns anchored at the end; NULL to leave them
 *
 * With @hits: any context, returns 0, -EAGAIN or -EIO. Without @hits nothing needs to be called at
 * all: a stream holds no memory but the caller's.
 */
int vfw_hs_stream_close(const struct vfw_hs_db *db, void *mem, struct vfw_hs_hits *hits);

/**
 * vfw_hs_block_scan() - scan one datagram with a block-mode database
 *
 * Any context. Returns 0, -EAGAIN, -EIO, -EMSGSIZE (longer than VFW_HS_PIECE), -EINVAL (a streaming
 * database).
 */
int vfw_hs_block_scan(const struct vfw_hs_db *db, const void *data, size_t len,
		      struct vfw_hs_hits *hits);

#endif
