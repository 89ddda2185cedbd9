// SPDX-License-Identifier: GPL-2.0
#include "config.h"

#include "cleanup.h"
#include "file.h"
#include "form.h"
#include "toml.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/vfw.h>
#include <pwd.h>
#include <string.h>

#define MAX_USERS 64

/* One path: the key in [paths], where it goes, what it is without the file. */
static const struct path {
	const char *key;
	size_t offset;
	const char *value;
} paths[] = {
	{"vms", offsetof(struct vfw_config, vms), "/etc/vfw/vms.d"},
	{"policy", offsetof(struct vfw_config, policy), "/etc/vfw/policy.d"},
	{"signatures", offsetof(struct vfw_config, signatures), "/etc/vfw/signatures"},
	{"state", offsetof(struct vfw_config, state), "/var/lib/vfw"},
	{"cache", offsetof(struct vfw_config, cache), "/var/cache/vfw"},
	{"socket", offsetof(struct vfw_config, socket), "/run/vfw/vfwd.sock"},
	{"eve", offsetof(struct vfw_config, eve), "/var/log/vfw/eve.json"},
	{"audit", offsetof(struct vfw_config, audit), "/var/log/vfw/audit.json"},
	{"default", offsetof(struct vfw_config, fallback), "/usr/share/vfw/default.vfw"},
};

#define N_PATHS (sizeof(paths) / sizeof(paths[0]))

static const struct list {
	const char *key;
	size_t offset;
} lists[] = {
	{"names", offsetof(struct vfw_config, names)},
	{"bridges", offsetof(struct vfw_config, bridges)},
	{"uplinks", offsetof(struct vfw_config, uplinks)},
};

#define N_LISTS (sizeof(lists) / sizeof(lists[0]))

static char **path_at(struct vfw_config *c, const struct path *p)
{
	return (char **)((char *)c + p->offset);
}

struct reading {
	struct vfw_config *c;
	const char *root;
	const char *path;
	char **error;
};

/* Keeps the first complaint. Always -EINVAL. */
static int wrong(struct reading *rd, const struct vfw_toml *node, const char *expected)
{
	if (!*rd->error)
		*rd->error = vfw_form_format("%s:%u: %s%sexpected %s", rd->path, node->line,
					     node->key ?: "", node->key ? ": " : "", expected);
	return -EINVAL;
}

static int no_user(struct reading *rd, const struct vfw_toml *node)
{
	if (!*rd->error)
		*rd->error = vfw_form_format(
			"%s:%u: expected the name of a user of this host, found \"%s\"", rd->path,
			node->line, node->string);
	return -EINVAL;
}

static int set_path(struct vfw_config *c, const struct path *p, const char *root, const char *value)
{
	char **at = path_at(c, p);

	free(*at);
	*at = vfw_form_format("%s%s", root, value);
	return *at ? 0 : -ENOMEM;
}

static int read_paths(struct reading *rd, const struct vfw_toml *table)
{
	for (size_t i = 0; i < table->n_children; i++) {
		const struct vfw_toml *node = table->children[i];
		const struct path *p = paths;

		while (p < paths + N_PATHS && strcmp(node->key, p->key))
			p++;
		if (p == paths + N_PATHS)
			return wrong(rd, node,
				     "vms, policy, signatures, state, cache, socket, eve, audit or "
				     "default as the key");
		if (node->type != VFW_TOML_STRING || *node->string != '/')
			return wrong(rd, node, "a path that begins with /");
		if (set_path(rd->c, p, rd->root, node->string))
			return -ENOMEM;
	}
	return 0;
}

static int add_user(struct vfw_config *c, const char *name)
{
	struct passwd *pw = getpwnam(name);

	if (pw)
		c->uids[c->n_uids++] = pw->pw_uid;
	return pw ? 0 : -ENOENT;
}

static int read_users(struct reading *rd, const struct vfw_toml *node)
{
	if (node->type != VFW_TOML_ARRAY || node->n_children > MAX_USERS)
		return wrong(rd, node, "an array of at most 64 user names");
	rd->c->n_uids = 0;
	for (size_t i = 0; i < node->n_children; i++) {
		const struct vfw_toml *user = node->children[i];

		if (user->type != VFW_TOML_STRING)
			return wrong(rd, user, "the name of a user");
		if (add_user(rd->c, user->string))
			return no_user(rd, user);
	}
	return 0;
}

static int read_qemu(struct reading *rd, const struct vfw_toml *table)
{
	int err = 0;

	for (size_t i = 0; i < table->n_children && !err; i++) {
		const struct vfw_toml *node = table->children[i];

		if (!strcmp(node->key, "users")) {
			err = read_users(rd, node);
		} else if (!strcmp(node->key, "interval")) {
			if (node->type != VFW_TOML_INTEGER || node->integer < 1 ||
			    node->integer > 3600)
				return wrong(rd, node, "1 to 3600 seconds");
			rd->c->interval = (unsigned int)node->integer;
		} else {
			err = wrong(rd, node, "users or interval as the key");
		}
	}
	return err;
}

/* One number: its key, where it goes, its bounds, its value without the file. */
static const struct number {
	const char *key;
	size_t offset;
	unsigned int least, most, value;
} numbers[] = {
	{"compile-seconds", offsetof(struct vfw_config, compile_seconds), 1, 86400, 300},
	{"compile-mib", offsetof(struct vfw_config, compile_mib), 64, 1048576, 4096},
	{"cache-mib", offsetof(struct vfw_config, cache_mib), 0, 1048576, 256},
};

#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static unsigned int *number_at(struct vfw_config *c, const struct number *number)
{
	return (unsigned int *)((char *)c + number->offset);
}

static int read_signatures(struct reading *rd, const struct vfw_toml *table)
{
	for (size_t i = 0; i < table->n_children; i++) {
		const struct vfw_toml *node = table->children[i];
		const struct number *number = numbers;
		char expected[64];

		while (number < numbers + N_NUMBERS && strcmp(node->key, number->key))
			number++;
		if (number == numbers + N_NUMBERS)
			return wrong(rd, node,
				     "compile-seconds, compile-mib or cache-mib as the key");
		snprintf(expected, sizeof(expected), "a number of %u to %u", number->least,
			 number->most);
		if (node->type != VFW_TOML_INTEGER || node->integer < number->least ||
		    node->integer > number->most)
			return wrong(rd, node, expected);
		*number_at(rd->c, number) = (unsigned int)node->integer;
	}
	return 0;
}

static int read_list(struct reading *rd, const struct vfw_toml *node, struct vfw_config_list *list)
{
	if (node->type != VFW_TOML_ARRAY || node->n_children > VFW_MAX_SCOPE)
		return wrong(rd, node, "an array of at most 64 device names or patterns");
	list->given = true;
	list->v = calloc(node->n_children + 1, sizeof(*list->v));
	if (!list->v)
		return -ENOMEM;
	for (size_t i = 0; i < node->n_children; i++) {
		const struct vfw_toml *entry = node->children[i];

		if (entry->type != VFW_TOML_STRING || !*entry->string ||
		    strlen(entry->string) >= IFNAMSIZ)
			return wrong(rd, entry, "a device name or pattern of 1 to 15 characters");
		list->v[i] = strdup(entry->string);
		if (!list->v[i])
			return -ENOMEM;
		list->n++;
	}
	return 0;
}

static int read_scope(struct reading *rd, const struct vfw_toml *table)
{
	int err = 0;

	for (size_t i = 0; i < table->n_children && !err; i++) {
		const struct vfw_toml *node = table->children[i];
		const struct list *l = lists;

		while (l < lists + N_LISTS && strcmp(node->key, l->key))
			l++;
		if (l == lists + N_LISTS)
			return wrong(rd, node, "names, bridges or uplinks as the key");
		err = read_list(rd, node, (void *)((char *)rd->c + l->offset));
	}
	return err;
}

static int read_boot(struct reading *rd, const struct vfw_toml *table)
{
	for (size_t i = 0; i < table->n_children; i++) {
		const struct vfw_toml *node = table->children[i];

		if (strcmp(node->key, "require-protection") != 0)
			return wrong(rd, node, "require-protection as the key");
		if (node->type != VFW_TOML_BOOL)
			return wrong(rd, node, "true or false");
		rd->c->require_protection = node->boolean;
	}
	return 0;
}

static const char *const timeout_keys[__VFW_TIMEOUT_MAX] = {
	[VFW_TIMEOUT_TCP_SYN_SENT] = "tcp-syn-sent",
	[VFW_TIMEOUT_TCP_SYN_RECV] = "tcp-syn-recv",
	[VFW_TIMEOUT_TCP_ESTABLISHED] = "tcp-established",
	[VFW_TIMEOUT_TCP_FIN_WAIT] = "tcp-fin-wait",
	[VFW_TIMEOUT_TCP_CLOSE_WAIT] = "tcp-close-wait",
	[VFW_TIMEOUT_TCP_LAST_ACK] = "tcp-last-ack",
	[VFW_TIMEOUT_TCP_TIME_WAIT] = "tcp-time-wait",
	[VFW_TIMEOUT_TCP_CLOSE] = "tcp-close",
	[VFW_TIMEOUT_TCP_PICKED_UP] = "tcp-picked-up",
	[VFW_TIMEOUT_UDP_UNANSWERED] = "udp-unanswered",
	[VFW_TIMEOUT_UDP] = "udp",
	[VFW_TIMEOUT_ICMP] = "icmp",
	[VFW_TIMEOUT_OTHER_UNANSWERED] = "other-unanswered",
	[VFW_TIMEOUT_OTHER] = "other",
};

static int read_flow_events(struct reading *rd, const struct vfw_toml *node)
{
	static const char *const words[__VFW_FLOW_EVENTS_MAX] = {
		[VFW_FLOW_EVENTS_NONE] = "none",
		[VFW_FLOW_EVENTS_LOG] = "log",
		[VFW_FLOW_EVENTS_ALL] = "all",
	};

	for (int i = 0; node->type == VFW_TOML_STRING && i < __VFW_FLOW_EVENTS_MAX; i++)
		if (!strcmp(node->string, words[i])) {
			rd->c->flow_events = i;
			return 0;
		}
	return wrong(rd, node, "\"none\", \"log\" or \"all\"");
}

static int read_flow(struct reading *rd, const struct vfw_toml *table)
{
	int err = 0;

	for (size_t i = 0; i < table->n_children && !err; i++) {
		const struct vfw_toml *node = table->children[i];
		int k = 0;

		if (!strcmp(node->key, "events")) {
			err = read_flow_events(rd, node);
			continue;
		}
		while (k < __VFW_TIMEOUT_MAX && strcmp(node->key, timeout_keys[k]))
			k++;
		if (k == __VFW_TIMEOUT_MAX)
			return wrong(rd, node,
				     "events or a state such as tcp-established, udp or icmp");
		if (node->type != VFW_TOML_INTEGER || node->integer < 1 ||
		    node->integer > VFW_TIMEOUT_SECONDS_MAX)
			return wrong(rd, node, "1 to 2592000 seconds");
		rd->c->timeouts.seconds[k] = (uint32_t)node->integer;
	}
	return err;
}

static int read_libvirt(struct reading *rd, const struct vfw_toml *table)
{
	for (size_t i = 0; i < table->n_children; i++) {
		const struct vfw_toml *node = table->children[i];

		if (strcmp(node->key, "uri") != 0)
			return wrong(rd, node, "uri as the key");
		if (node->type != VFW_TOML_STRING)
			return wrong(rd, node, "a URI such as \"qemu:///system\", or \"\"");
		free(rd->c->libvirt);
		rd->c->libvirt = strdup(node->string);
		if (!rd->c->libvirt)
			return -ENOMEM;
	}
	return 0;
}

#define TABLES "one of the tables [paths], [qemu], [libvirt], [boot], [flow], [signatures], [scope]"

static int read_top(struct reading *rd, const struct vfw_toml *top)
{
	int err = 0;

	for (size_t i = 0; i < top->n_children && !err; i++) {
		const struct vfw_toml *node = top->children[i];

		if (node->type != VFW_TOML_TABLE)
			err = wrong(rd, node, TABLES);
		else if (!strcmp(node->key, "paths"))
			err = read_paths(rd, node);
		else if (!strcmp(node->key, "qemu"))
			err = read_qemu(rd, node);
		else if (!strcmp(node->key, "libvirt"))
			err = read_libvirt(rd, node);
		else if (!strcmp(node->key, "boot"))
			err = read_boot(rd, node);
		else if (!strcmp(node->key, "flow"))
			err = read_flow(rd, node);
		else if (!strcmp(node->key, "signatures"))
			err = read_signatures(rd, node);
		else if (!strcmp(node->key, "scope"))
			err = read_scope(rd, node);
		else
			err = wrong(rd, node, TABLES);
	}
	return err;
}

static int set_defaults(struct vfw_config *c, const char *root)
{
	static const char *const users[] = {"libvirt-qemu", "qemu"};

	for (size_t i = 0; i < N_PATHS; i++)
		if (set_path(c, &paths[i], root, paths[i].value))
			return -ENOMEM;
	c->run = vfw_form_format("%s/run/vfw", root);
	c->proc = strdup("/proc");
	c->libvirt = strdup("qemu:///system");
	c->uids = calloc(MAX_USERS + 1, sizeof(*c->uids));
	if (!c->run || !c->proc || !c->libvirt || !c->uids)
		return -ENOMEM;
	c->uids[c->n_uids++] = 0;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		add_user(c, users[i]);
	c->interval = 5;
	c->flow_events = VFW_FLOW_EVENTS_LOG;
	for (size_t i = 0; i < N_NUMBERS; i++)
		*number_at(c, &numbers[i]) = numbers[i].value;
	return 0;
}

int vfw_config_load(struct vfw_config *c, const char *path, const char *root, char **error)
{
	_cleanup_free_ char *usual = vfw_form_format("%s%s", root ?: "", VFW_CONFIG_FILE);
	_cleanup_free_ char *text = NULL, *why = NULL;
	struct reading rd = {.c = c, .root = root ?: "", .path = path ?: usual, .error = error};
	struct vfw_toml *top;
	unsigned int line;
	size_t n;
	int err;

	*error = NULL;
	memset(c, 0, sizeof(*c));
	if (!usual || set_defaults(c, rd.root))
		return -ENOMEM;
	err = vfw_file_read_trusted(rd.path, VFW_CONFIG_MAX, &text, &n);
	if (err == -ENOENT && !path)
		return 0;
	if (err) {
		*error = vfw_form_format("%s: %s", rd.path, vfw_file_words(err));
		return err;
	}
	top = vfw_toml_parse(text, n, &why, &line);
	if (!top) {
		if (why)
			*error = vfw_form_format("%s:%u: %s", rd.path, line, why);
		return why ? -EINVAL : -ENOMEM;
	}
	err = read_top(&rd, top);
	vfw_toml_free(top);
	return err;
}

void vfw_config_clear(struct vfw_config *c)
{
	for (size_t i = 0; i < N_PATHS; i++)
		free(*path_at(c, &paths[i]));
	for (size_t i = 0; i < N_LISTS; i++) {
		struct vfw_config_list *list = (void *)((char *)c + lists[i].offset);

		for (size_t k = 0; k < list->n; k++)
			free(list->v[k]);
		free(list->v);
	}
	free(c->run);
	free(c->proc);
	free(c->libvirt);
	free(c->uids);
	memset(c, 0, sizeof(*c));
}
