// SPDX-License-Identifier: GPL-2.0
#include "tree.h"

#include <stdlib.h>

#include "policy.h"

void vfw_list_append(struct vfw_list *list, void *node)
{
	if (list->last)
		((struct vfw_link *)list->last)->next = node;
	else
		list->first = node;
	list->last = node;
	list->n++;
}

struct vfw_policy *vfw_policy_new(void)
{
	return calloc(1, sizeof(struct vfw_policy));
}

void vfw_policy_free(struct vfw_policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_files; i++) {
		free(p->files[i].name);
		free(p->files[i].text);
		free(p->files[i].lines);
	}
	free(p->files);
	vfw_arena_free(&p->arena);
	free(p);
}
