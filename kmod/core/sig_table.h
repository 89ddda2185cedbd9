/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures as one piece of bytes: what goes beside a database from who translated rules to
 * who enforces them. Signature n speaks of expression n: a match counts where vfw_sig_header() agrees and, if
 * it has steps, vfw_sig_content() over the payload of the packet. Steps are contents, byte_*, expressions (programs of
 * core/regex.h) and the like in the payload: no other buffers. A table is bound to one build, as a database
 * is to one version of Hyperscan: sizes of elements stand in its head.
 */
#ifndef VFW_CORE_SIG_TABLE_H
#define VFW_CORE_SIG_TABLE_H

#include "sig.h"

#define VFW_SIG_TABLE_MAX (32U << 20) /* bytes */
#define VFW_SIG_TABLE_MAGIC 0x41737676U /* "vvsA" */

/* The arrays follow it, in the order of their counts, without gaps. */
struct vfw_sig_table_head {
	u32 magic;
	u32 sizes; /* VFW_SIG_TABLE_SIZES of who wrote it */
	u64 sum; /* vfw_sig_table_sum() of all behind the head */
	u32 n_sigs, n_conds, n_range4, n_range6, n_ports, n_limits, n_states, n_bits;
	u32 n_parts, n_steps, n_exprs, n_code, n_sets, n_bytes;
};

#define VFW_SIG_TABLE_SIZES                                                       \
	((u32)(sizeof(struct vfw_sig_step) << 24 | sizeof(struct vfw_sig) << 16 | \
	       sizeof(struct vfw_sig_cond) << 8 | VFW_SIG_FIELD_COUNT))

/* FNV-1a over n bytes: tells damage, and proves nothing. Any context. */
u64 vfw_sig_table_sum(const u8 *data, size_t n);

/* Bytes of a table with the counts of s. */
size_t vfw_sig_table_size(const struct vfw_sigs *s);

/* Writes s into buf, vfw_sig_table_size() bytes, aligned to 8. */
void vfw_sig_table_write(const struct vfw_sigs *s, u8 *buf);

/*
 * Points *s into a table of len bytes at buf (aligned to 8; must stay) once it has proved to be sound: then
 * vfw_sig_header() and vfw_sig_content() may be asked. Returns NULL, or a static sentence with *s unchanged. Linear in
 * len. Any context.
 */
const char *vfw_sig_table_read(const void *buf, size_t len, struct vfw_sigs *s);

#endif /* VFW_CORE_SIG_TABLE_H */
