// SPDX-License-Identifier: GPL-2.0
/*
 * An option's value is read into a JSON object in either of its spellings:
 * {"driver":"virtio-net-pci","mac":"..."} or virtio-net-pci,mac=.... In the
 * second a comma inside a value is written twice, and the first word may stand
 * without its key. A backend (-netdev) and a NIC (-device with netdev=) find each
 * other by the backend's id, whichever comes first.
 */
#include "cmdline.h"

#include "../base/cleanup.h"
#include "../base/form.h"

#include <jansson.h>
#include <string.h>

#define MAX_ARGS 8192
#define MAX_BACKENDS 64

struct backend {
	char id[64];
	char ifname[IF_NAMESIZE];
	int fds[VFW_CMDLINE_FDS];
	size_t n_fds;
	bool tap;
};

struct parse {
	struct vfw_cmdline *c;
	struct backend backends[MAX_BACKENDS];
	size_t n_backends;
	bool smbios_uuid; /* the UUID is of -smbios; -uuid goes before it */
};

/* One word of key=value,...: up to a single comma, ",," being a comma in it. Moves *s behind it. */
static char *next_word(const char **s)
{
	char *word = malloc(strlen(*s) + 1), *out = word;
	const char *p = *s;

	if (!word)
		return NULL;
	while (*p) {
		if (*p == ',') {
			if (p[1] != ',')
				break;
			p++;
		}
		*out++ = *p++;
	}
	*out = '\0';
	*s = *p ? p + 1 : p;
	return word;
}

static void put(json_t *o, const char *key, const char *value)
{
	json_object_set_new(o, key, json_string(value));
}

/*
 * Returns a new object, or NULL when it cannot be read. first: the key of a first word without
 * one.
 */
static json_t *read_value(const char *s, const char *first)
{
	json_t *o;

	if (*s == '{')
		return json_loads(s, 0, NULL);
	o = json_object();
	for (bool leading = true; o && *s; leading = false) {
		_cleanup_free_ char *word = next_word(&s);
		char *equals = word ? strchr(word, '=') : NULL;

		if (!word)
			break;
		if (equals) {
			*equals = '\0';
			put(o, word, equals + 1);
		} else {
			put(o, leading ? first : word, leading ? word : "on");
		}
	}
	return o;
}

static const char *get(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key)) ?: "";
}

static void copy_text(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i]; i++)
		to[i] = (unsigned char)from[i] < 0x20 || from[i] == 0x7f ? '?' : from[i];
	/* not in the middle of a character: half of one is no UTF-8, and JSON would not take it */
	while (i && from[i] && ((unsigned char)from[i] & 0xc0) == 0x80)
		i--;
	to[i] = '\0';
}

static void read_fds(const char *list, struct backend *b)
{
	while (*list && b->n_fds < VFW_CMDLINE_FDS) {
		char *end;
		long fd = strtol(list, &end, 10);

		if (end == list || fd < 0 || fd > 1 << 20)
			return; /* a name given by the monitor: fdinfo will tell */
		b->fds[b->n_fds++] = (int)fd;
		list = *end == ':' ? end + 1 : end;
	}
}

static struct backend *add_backend(struct parse *p, const json_t *o)
{
	struct backend *b;

	if (p->n_backends == MAX_BACKENDS)
		return NULL;
	b = &p->backends[p->n_backends++];
	copy_text(b->id, sizeof(b->id), get(o, "id"));
	copy_text(b->ifname, sizeof(b->ifname), get(o, "ifname"));
	read_fds(get(o, "fd"), b);
	read_fds(get(o, "fds"), b);
	b->tap = !strcmp(get(o, "type"), "tap") || !strcmp(get(o, "type"), "bridge");
	return b;
}

static struct vfw_cmdline_nic *add_nic(struct parse *p, const char *mac)
{
	struct vfw_cmdline_nic *nic;

	if (p->c->n_nics == VFW_MAX_NICS)
		return NULL;
	nic = &p->c->nics[p->c->n_nics++];
	nic->has_mac = !vfw_form_mac_parse(mac, nic->mac);
	return nic;
}

static void use_backend(struct vfw_cmdline_nic *nic, const struct backend *b)
{
	memcpy(nic->ifname, b->ifname, sizeof(nic->ifname));
	memcpy(nic->fds, b->fds, sizeof(nic->fds));
	nic->n_fds = b->n_fds;
}

static void read_netdev(struct parse *p, const char *value)
{
	json_t *o = read_value(value, "type");

	add_backend(p, o);
	json_decref(o);
}

static void read_device(struct parse *p, const char *value)
{
	json_t *o = read_value(value, "driver");
	struct vfw_cmdline_nic *nic;

	if (*get(o, "netdev")) {
		nic = add_nic(p, get(o, "mac"));
		if (nic)
			copy_text(nic->id, sizeof(nic->id), get(o, "netdev"));
	}
	json_decref(o);
}

/* -nic tap,...: backend and NIC in one. */
static void read_nic(struct parse *p, const char *value)
{
	json_t *o = read_value(value, "type");
	struct vfw_cmdline_nic *nic;
	struct backend *b;

	if (strcmp(get(o, "type"), "none")) {
		b = add_backend(p, o);
		nic = add_nic(p, get(o, "mac"));
		if (b && nic)
			use_backend(nic, b);
	}
	json_decref(o);
}

static void read_uuid(struct parse *p, const char *value)
{
	if (!vfw_form_uuid_parse(value, p->c->uuid)) {
		p->c->has_uuid = true;
		p->smbios_uuid = false;
	}
}

static void read_smbios(struct parse *p, const char *value)
{
	json_t *o = read_value(value, "type");

	if (!strcmp(get(o, "type"), "1") && (!p->c->has_uuid || p->smbios_uuid) &&
	    !vfw_form_uuid_parse(get(o, "uuid"), p->c->uuid)) {
		p->c->has_uuid = true;
		p->smbios_uuid = true;
	}
	json_decref(o);
}

static void read_name(struct parse *p, const char *value)
{
	json_t *o = read_value(value, "guest");

	copy_text(p->c->name, sizeof(p->c->name), get(o, "guest"));
	json_decref(o);
}

static const struct option {
	const char *word;
	void (*read)(struct parse *p, const char *value);
} options[] = {
	{"uuid", read_uuid},	 {"smbios", read_smbios}, {"name", read_name},
	{"netdev", read_netdev}, {"device", read_device}, {"nic", read_nic},
};

static void read_option(struct parse *p, const char *option, const char *value)
{
	while (*option == '-')
		option++;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(option, options[i].word))
			options[i].read(p, value);
}

static void join(struct parse *p)
{
	for (size_t i = 0; i < p->c->n_nics; i++) {
		struct vfw_cmdline_nic *nic = &p->c->nics[i];

		for (size_t k = 0; *nic->id && k < p->n_backends; k++)
			if (p->backends[k].tap && !strcmp(p->backends[k].id, nic->id)) {
				use_backend(nic, &p->backends[k]);
				break;
			}
	}
}

void vfw_cmdline_parse(const char *args, size_t n, struct vfw_cmdline *c)
{
	_cleanup_free_ struct parse *p = calloc(1, sizeof(*p));
	_cleanup_free_ char *copy = malloc(n + 2);
	const char *option = NULL;
	size_t at = 0, count = 0;

	memset(c, 0, sizeof(*c));
	if (!p || !copy)
		return;
	memcpy(copy, args, n);
	copy[n] = copy[n + 1] = '\0';
	p->c = c;
	/* the first argument is the program */
	for (at = strlen(copy) + 1; at < n && count < MAX_ARGS; count++) {
		const char *arg = copy + at;

		at += strlen(arg) + 1;
		if (option) {
			read_option(p, option, arg);
			option = NULL;
		}
		if (*arg == '-' && arg[1])
			option = arg;
	}
	join(p);
}
