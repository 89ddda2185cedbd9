// SPDX-License-Identifier: GPL-2.0
#include <linux/vfw.h>

#include "app.h"

#define TABLE_MAGIC 0x31617676U /* "vva1" */
#define TABLE_SIZES                                                                 \
	((u32)(sizeof(struct vfw_app) << 16 | sizeof(struct vfw_app_pattern) << 8 | \
	       sizeof(struct vfw_app_head)))

size_t vfw_apps_size(const struct vfw_apps *a)
{
	return sizeof(struct vfw_app_head) + a->n_apps * sizeof(*a->apps) +
	       a->n_ports * sizeof(*a->ports) + a->n_patterns * sizeof(*a->patterns) +
	       a->n_over * sizeof(*a->over);
}

static u8 *put(u8 *at, const void *data, size_t n)
{
	if (n)
		memcpy(at, data, n);
	return at + n;
}

void vfw_apps_write(const struct vfw_apps *a, u8 *buf)
{
	const struct vfw_app_head head = {
		.magic = TABLE_MAGIC,
		.n_apps = a->n_apps,
		.n_patterns = a->n_patterns,
		.n_over = a->n_over,
		.n_ports = a->n_ports,
		.sizes = TABLE_SIZES,
	};
	u8 *at = put(buf, &head, sizeof(head));

	/* those of four bytes first */
	at = put(at, a->apps, a->n_apps * sizeof(*a->apps));
	at = put(at, a->ports, a->n_ports * sizeof(*a->ports));
	at = put(at, a->patterns, a->n_patterns * sizeof(*a->patterns));
	put(at, a->over, a->n_over * sizeof(*a->over));
}

const char *vfw_apps_read(const void *buf, size_t len, struct vfw_apps *a)
{
	const struct vfw_app_head *head = buf;
	struct vfw_apps t = {0};
	const char *wrong;
	const u8 *at;
	u32 i;

	if (len < sizeof(*head) || len > VFW_APP_TABLE_MAX || head->magic != TABLE_MAGIC)
		return "expected a table of apps";
	if (head->sizes != TABLE_SIZES)
		return "the table is of another build: use vfwd and module of one";
	t.n_apps = head->n_apps;
	t.n_patterns = head->n_patterns;
	t.n_over = head->n_over;
	t.n_ports = head->n_ports;
	if (!t.n_apps || vfw_apps_size(&t) != len)
		return "the table is shorter or longer than it says";
	at = (const u8 *)buf + sizeof(*head);
	t.apps = (const struct vfw_app *)at;
	at += t.n_apps * sizeof(*t.apps);
	t.ports = (const u32 *)at;
	at += t.n_ports * sizeof(*t.ports);
	t.patterns = (const struct vfw_app_pattern *)at;
	at += t.n_patterns * sizeof(*t.patterns);
	t.over = (const u16 *)at;
	wrong = vfw_apps_check(&t);
	for (i = 0; !wrong && i < t.n_apps; i++)
		if (t.apps[i].id == VFW_APP_ID_NONE || t.apps[i].id == VFW_APP_ID_PENDING)
			wrong = "an app has no number";
	if (!wrong)
		*a = t;
	return wrong;
}
