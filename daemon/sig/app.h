/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of apps, docs/apps.md:
 *
 *   app NAME ["title"]
 *   over NAME...
 *   port tcp|udp NUMBER...
 *   tcp|udp ROLE /REGEX/FLAGS [server /REGEX/FLAGS]
 *
 * read into a list, and the tables kmod/core/app.h decides by. Nothing here knows Hyperscan.
 */
#ifndef VFW_SIG_APP_H
#define VFW_SIG_APP_H

#include "core/app.h"
#include "reader.h"

#define VFW_APP_FILE_MAX (1U << 20) /* bytes */

#define VFW_APP_TCP 6 /* IP protocols */
#define VFW_APP_UDP 17

#define VFW_APP_F_CASELESS (1U << 0) /* i */
#define VFW_APP_F_DOTALL (1U << 1) /* s */

/* What an app says; its number is that of the pattern in the tables and of the expression in a database. */
struct vfw_app_regex {
	const char *regex; /* without its slashes */
	uint32_t flags; /* VFW_APP_F_* */
	uint8_t proto; /* VFW_APP_TCP or VFW_APP_UDP */
	struct vfw_loc loc;
};

/* An app as people write it; its number is that in the tables. */
struct vfw_app_text {
	const char *name, *title; /* title may be NULL */
	struct vfw_loc loc; /* of the name */
	uint32_t patterns; /* so many lines name it */
};

/* A name in an `over' line, before it is known whether there is such an app. */
struct vfw_app_over {
	const char *name;
	struct vfw_loc loc;
};

/* Strings belong to the list. */
struct vfw_app_list {
	struct vfw_texts texts;
	struct vfw_app_text *text; /* n_apps */
	struct vfw_app_regex *regex; /* n_patterns */
	struct vfw_app_over *names; /* n_over */
	struct vfw_apps tables; /* what follows, sound once finished */
	struct vfw_app *apps;
	struct vfw_app_pattern *patterns;
	u16 *over;
	u32 *ports;
};

/* Returns an empty list, owned by the caller; NULL: no memory. */
struct vfw_app_list *vfw_app_list_new(void);

/* Frees it all; NULL is fine. */
void vfw_app_list_free(struct vfw_app_list *l);

/*
 * Reads one file's text and appends its apps. name is for messages; both are copied. Returns 0; -EINVAL after
 * complaints in d, all of the file's lines having been looked at; -ENOMEM. After a failure the list is
 * good for messages only.
 */
int vfw_app_list_add(struct vfw_app_list *l, const char *name, const char *text, size_t len,
		     struct vfw_diags *d);

/*
 * After the last file: finds the apps that `over' names. Returns 0 and l->tables are whole; -EINVAL after
 * complaints in d.
 */
int vfw_app_list_finish(struct vfw_app_list *l, struct vfw_diags *d);

/* Complains (an error in d) about the pattern with that number, which must exist. */
void vfw_app_list_complain(const struct vfw_app_list *l, size_t pattern, struct vfw_diags *d,
			   const char *what);

#endif /* VFW_SIG_APP_H */
