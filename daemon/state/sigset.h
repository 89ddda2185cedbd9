/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The signatures of a policy's profiles, by profile and expression. Shared by the
 * policy they came with and by whoever must still tell old matches apart.
 */
#ifndef VFW_STATE_SIGSET_H
#define VFW_STATE_SIGSET_H

#include "../sig/pattern.h"

#include <linux/vfw.h>
#include <stdbool.h>

#define VFW_SIGSET_APPS "(apps)" /* name of the profile that only recognises */

struct vfw_app_list;
struct vfw_policy;
struct vfw_ruleset_file;

struct vfw_sigset_profile {
	char *name;
	struct vfw_profile_conf conf;
	struct vfw_patterns *patterns;
	uint8_t digest[VFW_SHA256_LEN]; /* vfw_patterns_digest() */
};

/*
 * Where rules ask for apps the last profile has no signatures: it only recognises. So do all others that prevent
 * (VFW_PROFILE_F_APPS).
 */
struct vfw_sigset {
	unsigned int refs;
	struct vfw_sigset_profile *v; /* in the order of the kernel's indices */
	size_t n;
	struct vfw_app_list *apps; /* NULL: no rule asks for one */
};

/*
 * Reads the files that the profiles of p name, each once. Returns 0 and *files, owned by the
 * caller (n of them, at least room for one); -EINVAL after complaints in d, at p's places;
 * -ENOMEM. own: vfwd wrote them itself, and they count whoever they belong to.
 */
int vfw_sigset_read(const struct vfw_policy *p, const char *folder, bool own, struct vfw_diags *d,
		    struct vfw_ruleset_file **files, size_t *n);

/*
 * Makes patterns of those files, and apps of those; folder is for messages. Returns 0 and *set, a strong reference;
 * -EINVAL after complaints in d; -ENOMEM.
 */
int vfw_sigset_new(const struct vfw_policy *p, const char *folder,
		   const struct vfw_ruleset_file *files, size_t n,
		   const struct vfw_ruleset_file *apps, size_t n_apps, struct vfw_diags *d,
		   struct vfw_sigset **set);

struct vfw_sigset *vfw_sigset_ref(struct vfw_sigset *set);

/* NULL is fine. */
void vfw_sigset_unref(struct vfw_sigset *set);

/* The name of the app with that number, NULL: not known. set may be NULL. */
const char *vfw_sigset_app(const struct vfw_sigset *set, uint32_t id);

/* Do both tell every match the same? */
bool vfw_sigset_same(const struct vfw_sigset *a, const struct vfw_sigset *b);

#endif /* VFW_STATE_SIGSET_H */
