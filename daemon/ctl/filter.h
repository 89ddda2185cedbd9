/* SPDX-License-Identifier: GPL-2.0 */
/* What an observer wants to see. */
#ifndef VFW_CTL_FILTER_H
#define VFW_CTL_FILTER_H

#include <jansson.h>
#include <stdbool.h>

struct vfw_filter;

/*
 * From params of observe: vm, verdict, reason, rule, type, each a text or absent. Returns NULL
 * with *wrong the key that is no text, or with *wrong NULL when there is no memory.
 */
struct vfw_filter *vfw_filter_new(json_t *params, const char **wrong);
void vfw_filter_free(struct vfw_filter *f);

/* Does the EVE event fit? vm fits either end, by name or UUID. */
bool vfw_filter_match(const struct vfw_filter *f, json_t *event);

#endif /* VFW_CTL_FILTER_H */
