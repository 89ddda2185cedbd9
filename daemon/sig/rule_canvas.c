// SPDX-License-Identifier: GPL-2.0
#include "rule_canvas.h"

#include <string.h>

void vfw_canvas_clear(struct vfw_canvas *c)
{
	memset(c->settled, 0, sizeof(c->settled));
	c->n = 0;
	c->low = 0;
	c->high = VFW_CANVAS_ROOM;
}

u32 vfw_canvas_choose(struct vfw_canvas *c, u32 n)
{
	c->seed ^= c->seed << 13;
	c->seed ^= c->seed >> 7;
	c->seed ^= c->seed << 17;
	return (u32)((c->seed >> 16) % n);
}

bool vfw_canvas_at_least(struct vfw_canvas *c, u32 n)
{
	if (c->low < n)
		c->low = n;
	return c->low <= c->high;
}

bool vfw_canvas_at_most(struct vfw_canvas *c, u32 n)
{
	if (c->high > n)
		c->high = n;
	return c->low <= c->high;
}

bool vfw_canvas_put(struct vfw_canvas *c, u32 at, u8 byte)
{
	if (at >= VFW_CANVAS_ROOM)
		return false;
	if (c->settled[at])
		return c->bytes[at] == byte;
	c->settled[at] = true;
	c->bytes[at] = byte;
	c->order[c->n++] = (u16)at;
	return vfw_canvas_at_least(c, at + 1);
}

struct vfw_canvas_mark vfw_canvas_mark(const struct vfw_canvas *c)
{
	return (struct vfw_canvas_mark){c->n, c->low, c->high};
}

void vfw_canvas_back(struct vfw_canvas *c, const struct vfw_canvas_mark *m)
{
	while (c->n > m->n)
		c->settled[c->order[--c->n]] = false;
	c->low = m->low;
	c->high = m->high;
}
