/* SPDX-License-Identifier: GPL-2.0 */
/* A file of JSON lines, appended to, and opened anew when it was rotated. */
#ifndef VFW_EVE_WRITER_H
#define VFW_EVE_WRITER_H

#include <jansson.h>
#include <stdint.h>

struct vfw_writer;

/*
 * The file need not exist; its folder is made. NULL when there is no memory. A file that cannot
 * be opened is tried again at every flush.
 */
struct vfw_writer *vfw_writer_new(const char *path);
void vfw_writer_free(struct vfw_writer *w);

/*
 * Puts one object into the buffer, as a line, unless more than 1 MiB waits to be written. Does not take
 * the reference.
 */
void vfw_writer_put(struct vfw_writer *w, const json_t *object);

/* Writes the buffer. Returns 0 or a negative errno: what cannot be written (disk full) waits for the next time. */
int vfw_writer_flush(struct vfw_writer *w);

/*
 * The same, and to the disk itself: for what must survive a crash. Returns 0 or a negative errno:
 * not all is there.
 */
int vfw_writer_sync(struct vfw_writer *w);

/* Closes the file; the next flush opens the path anew. */
void vfw_writer_reopen(struct vfw_writer *w);

/* Lines that did not come into the buffer since the start. */
uint64_t vfw_writer_lost(const struct vfw_writer *w);

#endif /* VFW_EVE_WRITER_H */
