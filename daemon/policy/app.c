// SPDX-License-Identifier: GPL-2.0
#include "app.h"

#include <errno.h>
#include <linux/vfw.h>
#include <string.h>

#include "sha256.h"
#include "tree.h"

uint32_t vfw_policy_app_id(const char *name)
{
	uint8_t digest[VFW_SHA256_LEN];
	uint32_t id;

	vfw_sha256(name, strlen(name), digest);
	id = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
	     digest[3];
	return id == VFW_APP_ID_NONE || id == VFW_APP_ID_PENDING ? 1 : id;
}

/* Who is asked about the words behind `app', and how many were not known. */
struct asking {
	const struct vfw_policy *policy;
	unsigned int (*over)(void *arg, const char *name);
	void *arg;
	struct vfw_diags *d;
	size_t asked, unknown;
};

static void ask_about(struct asking *a, const struct vfw_rule *rule, const struct vfw_word *w)
{
	const struct vfw_source *file = &a->policy->files[w->loc.file];
	unsigned int over = a->over(a->arg, w->s);

	if (!over) {
		a->unknown++;
		vfw_diag_add(a->d, VFW_DIAG_ERROR, file, &w->loc,
			     "there is no app '%s'; `vfwctl app' lists those there are", w->s);
		return;
	}
	if ((rule->proto.kind == VFW_PROTO_TCP && !(over & VFW_POLICY_OVER_TCP)) ||
	    (rule->proto.kind == VFW_PROTO_UDP && !(over & VFW_POLICY_OVER_UDP)))
		vfw_diag_add(a->d, VFW_DIAG_WARNING, file, &w->loc,
			     "the rule never meets '%s', which is recognised over %s alone", w->s,
			     over & VFW_POLICY_OVER_TCP ? "tcp" : "udp");
}

static void ask(struct asking *a, const struct vfw_list *stmts)
{
	for (const struct vfw_stmt *s = stmts->first; s; s = s->link.next) {
		const struct vfw_word *w = s->kind == VFW_STMT_RULE ? s->rule->apps.first : NULL;

		for (; w; w = w->link.next) {
			a->asked++;
			if (a->over)
				ask_about(a, s->rule, w);
		}
		ask(a, &s->items);
	}
}

bool vfw_policy_asks_apps(const struct vfw_policy *p)
{
	struct asking a = {.policy = p};

	ask(&a, &p->stmts);
	return a.asked;
}

int vfw_policy_check_apps(const struct vfw_policy *p,
			  unsigned int (*over)(void *arg, const char *name), void *arg,
			  struct vfw_diags *d)
{
	struct asking a = {.policy = p, .over = over, .arg = arg, .d = d};

	ask(&a, &p->stmts);
	return a.unknown ? -EINVAL : 0;
}
