// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as the table of apps that user space loads: five counts of a byte each, then the elements, and behind them hits.
 * What vfw_apps_read() lets through never leads a decision outside, and what stays is what a decision may name.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/vfw.h>

#include "core/app.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static u8 next(const u8 **at, const u8 *end)
{
	return *at < end ? *(*at)++ : 0;
}

static void decide(const struct vfw_apps *a, const u8 *at, const u8 *end)
{
	struct vfw_app_state s = {0};
	u16 stay[VFW_APP_STAY];

	while (at < end) {
		u8 what = next(&at, end);
		u32 side = what & 1, n, i;
		struct vfw_app_verdict v;
		bool named = false;

		switch (what >> 1 & 7) {
		case 0:
			vfw_app_forget(&s, side);
			break;
		case 1:
			vfw_app_close(&s, side);
			break;
		case 2:
			vfw_app_take(&s, side, next(&at, end), what & 16);
			break;
		default:
			vfw_app_hit(&s, a, next(&at, end), side);
		}
		v = vfw_app_decide(a, &s, what & 32 ? 6 : 17, what >> 6);
		n = vfw_app_stay(a, &s, stay);
		for (i = 0; i < n; i++) {
			if (stay[i] >= a->n_apps)
				abort();
			named |= stay[i] == v.app;
		}
		if (n > VFW_APP_HITS || (v.answer == VFW_APP_KNOWN && !named) ||
		    (n == 1 && !s.lost && v.answer != VFW_APP_KNOWN))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const u8 *at = data, *end = data + size;
	struct vfw_apps a = {0}, got = {0};
	struct vfw_app_head head;
	size_t n, some;
	u8 *buf;

	a.n_apps = next(&at, end) % 9;
	a.n_patterns = next(&at, end) % 17;
	a.n_over = next(&at, end) % 17;
	a.n_ports = next(&at, end) % 9;
	n = vfw_apps_size(&a) - next(&at, end) % 2;
	/* of that exact size, so that a byte too many is seen */
	buf = calloc(n, 1);
	if (!buf)
		return 0;
	vfw_apps_write(&(struct vfw_apps){0}, (u8 *)&head);
	head.n_apps = a.n_apps;
	head.n_patterns = a.n_patterns;
	head.n_over = a.n_over;
	head.n_ports = a.n_ports;
	memcpy(buf, &head, n < sizeof(head) ? n : sizeof(head));
	some = n < sizeof(head) ? 0 : n - sizeof(head);
	if (some > (size_t)(end - at))
		some = (size_t)(end - at);
	if (some)
		memcpy(buf + sizeof(head), at, some);
	if (!vfw_apps_read(buf, n, &got))
		decide(&got, at + some, end);
	else if (got.n_apps)
		abort();
	free(buf);
	return 0;
}
