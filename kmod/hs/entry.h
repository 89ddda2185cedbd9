/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VFW_HS_ENTRY_H
#define VFW_HS_ENTRY_H

/*
 * The entries of one instruction set's runtime, as a table. Seen by the runtime's files and by
 * kernel code, so it includes nothing of either. All of them may only be called inside a section
 * (section.h).
 */
struct hs_database;
struct hs_scratch;
struct hs_stream;

typedef int (*vfw_hs_on_match)(unsigned int id, unsigned long long from, unsigned long long to,
			       unsigned int flags, void *ctx);

struct vfw_hs_entry {
	const char *name;
	const char *version;
	unsigned int db_version;
	int (*db_size)(const char *bytes, unsigned long len, unsigned long *size);
	int (*db_load)(const char *bytes, unsigned long len, struct hs_database *db);
	int (*db_info)(const struct hs_database *db, char **info);
	int (*stream_size)(const struct hs_database *db, unsigned long *size);
	int (*scratch_alloc)(const struct hs_database *db, struct hs_scratch **scratch);
	int (*scratch_clone)(const struct hs_scratch *from, struct hs_scratch **scratch);
	int (*scratch_size)(const struct hs_scratch *scratch, unsigned long *size);
	int (*stream_open)(const struct hs_database *db, unsigned int flags,
			   struct hs_stream **stream);
	int (*stream_scan)(struct hs_stream *stream, const char *data, unsigned int len,
			   unsigned int flags, struct hs_scratch *scratch, vfw_hs_on_match on,
			   void *ctx);
	int (*stream_close)(struct hs_stream *stream, struct hs_scratch *scratch,
			    vfw_hs_on_match on, void *ctx);
	int (*block_scan)(const struct hs_database *db, const char *data, unsigned int len,
			  unsigned int flags, struct hs_scratch *scratch, vfw_hs_on_match on,
			  void *ctx);
	unsigned int (*crc)(unsigned int crc, const void *buf, unsigned long len);
};

extern const struct vfw_hs_entry vfw_hs_entry_sse42;
extern const struct vfw_hs_entry vfw_hs_entry_avx2;
extern const struct vfw_hs_entry vfw_hs_entry_avx512;

#endif
