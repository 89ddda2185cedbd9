// SPDX-License-Identifier: GPL-2.0

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>

#include "db.h"
#include "hs.h"
#include "runtime.h"
#include "section.h"

/* The runtime calls this for each match; it may not stop the scan, for a stopped stream is dead. */
static int on_match(unsigned int id, unsigned long long from, unsigned long long to,
		    unsigned int flags, void *ctx)
{
	struct vfw_hs_hits *hits = ctx;
	u32 what = id;

	if (hits->fits && !hits->fits(hits, &what, to, hits->arg))
		return 0;
	if (hits->count < hits->max) {
		hits->hit[hits->count].id = what;
		hits->hit[hits->count].to = to;
		hits->count++;
	} else {
		hits->lost++;
	}
	return 0;
}

/* Inside a section. Not NULL once a database has been loaded. */
static struct hs_scratch *this_scratch(void)
{
	return rcu_dereference_sched(this_cpu_ptr(&vfw_hs_cpu)->scratch);
}

int vfw_hs_stream_open(const struct vfw_hs_db *db, void *mem)
{
	struct vfw_hs_heap heap = {.mem = mem, .size = ALIGN(db->stream_size, 64)};
	struct hs_stream *stream = NULL;
	int error;

	if (!db->stream_size || !IS_ALIGNED((unsigned long)mem, 8))
		return -EINVAL;
	if (!vfw_hs_section_enter())
		return -EAGAIN;
	this_cpu_write(vfw_hs_cpu.heap, &heap);
	error = vfw_hs_runtime->stream_open(db->hs, 0, &stream);
	vfw_hs_section_leave();
	return error || stream != mem ? -EINVAL : 0;
}

ssize_t vfw_hs_stream_scan(const struct vfw_hs_db *db, void *mem, const void *data, size_t len,
			   struct vfw_hs_hits *hits)
{
	size_t done, n;
	int error;

	for (done = 0; done < len; done += n) {
		n = min_t(size_t, len - done, VFW_HS_PIECE);
		if (!vfw_hs_section_enter())
			return done ? done : -EAGAIN;
		error = vfw_hs_runtime->stream_scan(mem, data + done, n, 0, this_scratch(),
						    on_match, hits);
		vfw_hs_section_leave();
		if (error)
			return -EIO;
	}
	return done;
}

int vfw_hs_stream_close(const struct vfw_hs_db *db, void *mem, struct vfw_hs_hits *hits)
{
	int error;

	if (!hits)
		return 0;
	if (!vfw_hs_section_enter())
		return -EAGAIN;
	error = vfw_hs_runtime->stream_close(mem, this_scratch(), on_match, hits);
	vfw_hs_section_leave();
	return error ? -EIO : 0;
}

int vfw_hs_block_scan(const struct vfw_hs_db *db, const void *data, size_t len,
		      struct vfw_hs_hits *hits)
{
	int error;

	if (db->stream_size)
		return -EINVAL;
	if (len > VFW_HS_PIECE)
		return -EMSGSIZE;
	if (!vfw_hs_section_enter())
		return -EAGAIN;
	error = vfw_hs_runtime->block_scan(db->hs, data, len, 0, this_scratch(), on_match, hits);
	vfw_hs_section_leave();
	return error ? -EIO : 0;
}
