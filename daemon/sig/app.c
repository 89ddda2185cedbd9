// SPDX-License-Identifier: GPL-2.0
#include "app.h"

#include "../policy/literal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a line may say, in the order of the complaint about one that says something else. */
static const char *const statements[] = {"app", "over", "port", "tcp", "udp"};

struct vfw_app_list *vfw_app_list_new(void)
{
	return calloc(1, sizeof(struct vfw_app_list));
}

void vfw_app_list_free(struct vfw_app_list *l)
{
	if (!l)
		return;
	vfw_texts_free(&l->texts);
	free(l->text);
	free(l->regex);
	free(l->names);
	free(l->apps);
	free(l->patterns);
	free(l->over);
	free(l->ports);
	free(l);
}

/*
 * The array with room for one more than its n elements, a power of two at a time; NULL: no memory, and it
 * stays as it was.
 */
static void *grown(void *array, size_t n, size_t size)
{
	if (n & (n - 1) || (n && n < 8))
		return array;
	return realloc(array, (n < 8 ? 8 : 2 * n) * size);
}

/*
 * A word of what names and numbers are made of, NUL-terminated in place; what ended it is in *behind. NULL
 * after a complaint.
 */
static const char *read_word(struct vfw_reader *r, struct vfw_loc *loc, const char *expected)
{
	size_t from = r->at, n = strcspn(r->text + from, " \t\r\n#\"/");

	if (n > r->end - from)
		n = r->end - from;
	if (!n) {
		vfw_reader_wrong(r, from, from, "expected %s", expected);
		return NULL;
	}
	*loc = vfw_reader_place(r, from, from + n);
	r->at = from + n;
	if (r->at < r->end && !strchr(" \t\r", r->text[r->at])) {
		vfw_reader_wrong(r, r->at, r->at + 1, "expected a blank behind %s", expected);
		return NULL;
	}
	r->text[r->at] = '\0';
	if (r->at < r->end)
		r->at++;
	vfw_reader_blanks(r);
	return r->text + from;
}

/* The number of a word in a list, or -1. */
static int which(const char *const *words, int n, const char *word)
{
	while (n--)
		if (!strcmp(words[n], word))
			return n;
	return -1;
}

static const char *name_or_complain(struct vfw_reader *r, struct vfw_loc *loc, const char *what)
{
	const char *name = read_word(r, loc, what);

	if (name && !vfw_literal_name(name)) {
		vfw_reader_wrong(r, r->start + loc->col - 1, r->start + loc->end_col - 1,
				 "expected %s: 1 to 63 of A-Z a-z 0-9 _ -, a letter or _ first",
				 what);
		return NULL;
	}
	return name;
}

static int find(const struct vfw_app_list *l, const char *name)
{
	for (int i = 0; i < l->tables.n_apps; i++)
		if (!strcmp(l->text[i].name, name))
			return i;
	return -1;
}

/* A line's end, where nothing may follow. */
static void read_end(struct vfw_reader *r, const char *expected)
{
	if (!vfw_reader_done(r))
		vfw_reader_wrong(r, r->at, r->end, "expected %s, or the end of the line", expected);
}

static int read_app(struct vfw_app_list *l, struct vfw_reader *r)
{
	struct vfw_apps *t = &l->tables;
	struct vfw_app_text app = {0}, *text;
	struct vfw_app *apps;
	int other;

	app.name = name_or_complain(r, &app.loc, "the app's name");
	if (!app.name)
		return 0;
	other = find(l, app.name);
	if (other >= 0) {
		const struct vfw_loc *first = &l->text[other].loc;

		vfw_reader_wrong(r, r->start + app.loc.col - 1, r->start + app.loc.end_col - 1,
				 "the app %s stands already at %s:%u", app.name,
				 l->texts.files[first->file].name, first->line);
		return 0;
	}
	if (r->at < r->end && r->text[r->at] == '"') {
		if (!vfw_reader_message(r, &app.title))
			return 0;
		vfw_reader_blanks(r);
	}
	read_end(r, "a title in double quotes");
	if (t->n_apps == VFW_APPS_MAX) {
		vfw_reader_wrong(r, r->start, r->end, "expected at most %d apps", VFW_APPS_MAX);
		return 0;
	}
	text = grown(l->text, t->n_apps, sizeof(*text));
	if (!text)
		return -ENOMEM;
	l->text = text;
	apps = grown(l->apps, t->n_apps, sizeof(*apps));
	if (!apps)
		return -ENOMEM;
	l->apps = apps;
	l->text[t->n_apps] = app;
	l->apps[t->n_apps++] = (struct vfw_app){.over = t->n_over, .port = t->n_ports};
	return 0;
}

static int read_over(struct vfw_app_list *l, struct vfw_reader *r)
{
	struct vfw_apps *t = &l->tables;
	struct vfw_app *app = &l->apps[t->n_apps - 1];

	do {
		struct vfw_app_over over, *names;
		u16 *ids;

		over.name = name_or_complain(r, &over.loc, "the name of an app");
		if (!over.name)
			return 0;
		if (!strcmp(over.name, l->text[t->n_apps - 1].name)) {
			vfw_reader_wrong(r, r->start + over.loc.col - 1,
					 r->start + over.loc.end_col - 1,
					 "expected another app than this one");
			return 0;
		}
		if (t->n_over == UINT16_MAX) {
			vfw_reader_wrong(r, r->start, r->end, "expected fewer names in all files");
			return 0;
		}
		names = grown(l->names, t->n_over, sizeof(*names));
		if (!names)
			return -ENOMEM;
		l->names = names;
		ids = grown(l->over, t->n_over, sizeof(*ids));
		if (!ids)
			return -ENOMEM;
		l->over = ids;
		l->over[t->n_over] = 0;
		l->names[t->n_over++] = over;
		app->n_over++;
	} while (!vfw_reader_done(r));
	return 0;
}

static int read_port(struct vfw_app_list *l, struct vfw_reader *r)
{
	static const char *const protos[] = {"tcp", "udp"};
	struct vfw_apps *t = &l->tables;
	struct vfw_loc loc;
	const char *word = read_word(r, &loc, "tcp or udp");
	int proto = word ? which(protos, 2, word) : 0;
	uint32_t port, *ports;

	if (!word)
		return 0;
	if (proto < 0) {
		vfw_reader_wrong(r, r->start + loc.col - 1, r->start + loc.end_col - 1,
				 "expected tcp or udp");
		return 0;
	}
	do {
		word = read_word(r, &loc, "a port");
		if (!word)
			return 0;
		if (!vfw_literal_number(word, 65535, &port) || !port || t->n_ports == UINT16_MAX) {
			vfw_reader_wrong(r, r->start + loc.col - 1, r->start + loc.end_col - 1,
					 "expected a port, 1 to 65535");
			return 0;
		}
		ports = grown(l->ports, t->n_ports, sizeof(*ports));
		if (!ports)
			return -ENOMEM;
		l->ports = ports;
		l->ports[t->n_ports++] = (uint32_t)(proto ? VFW_APP_UDP : VFW_APP_TCP) << 16 | port;
		l->apps[t->n_apps - 1].n_ports++;
	} while (!vfw_reader_done(r));
	return 0;
}

/* The first '|' that stands in no group and no class, or NULL. */
static const char *alternative(const char *s)
{
	unsigned int depth = 0;

	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
		} else if (*s == '[') {
			s += s[1] == '^';
			s += s[1] == ']'; /* first in a class it is itself */
			while (s[1] && *++s != ']')
				s += *s == '\\' && s[1];
		} else if (*s == '(') {
			depth++;
		} else if (*s == ')') {
			depth -= depth > 0;
		} else if (*s == '|' && !depth) {
			return s;
		}
	}
	return NULL;
}

static int read_regex(struct vfw_app_list *l, struct vfw_reader *r, uint8_t proto, uint16_t role)
{
	struct vfw_apps *t = &l->tables;
	struct vfw_app_regex x = {.proto = proto}, *regex;
	struct vfw_app_pattern *patterns;
	size_t slash = r->at, bar;

	if (!vfw_reader_regex(r, &x.regex, &x.loc))
		return -EINVAL;
	if (*x.regex != '^') {
		vfw_reader_wrong(r, slash + 1, slash + 2,
				 "expected '^': a pattern is about what an end says first");
		return -EINVAL;
	}
	if (alternative(x.regex)) {
		bar = slash + 1 + (size_t)(alternative(x.regex) - x.regex);
		vfw_reader_wrong(
			r, bar, bar + 1,
			"expected alternatives in parentheses: '^' holds for the first only");
		return -EINVAL;
	}
	if (!vfw_reader_flags(r, "is", "expected the flags i or s, then a blank", &x.flags))
		return -EINVAL;
	vfw_reader_blanks(r);
	if (t->n_patterns == VFW_APP_PATTERNS_MAX) {
		vfw_reader_wrong(r, slash, r->end, "expected at most %d patterns",
				 VFW_APP_PATTERNS_MAX);
		return -EINVAL;
	}
	regex = grown(l->regex, t->n_patterns, sizeof(*regex));
	if (!regex)
		return -ENOMEM;
	l->regex = regex;
	patterns = grown(l->patterns, t->n_patterns, sizeof(*patterns));
	if (!patterns)
		return -ENOMEM;
	l->patterns = patterns;
	l->regex[t->n_patterns] = x;
	l->patterns[t->n_patterns++] = (struct vfw_app_pattern){
		.app = (u16)(t->n_apps - 1), .with = VFW_APP_NONE, .role = role, .proto = proto};
	l->text[t->n_apps - 1].patterns++;
	return 0;
}

static int read_pattern(struct vfw_app_list *l, struct vfw_reader *r, uint8_t proto)
{
	static const char *const roles[] = {"any", "client", "server", "both"};
	struct vfw_apps *t = &l->tables;
	struct vfw_loc loc;
	const char *word = read_word(r, &loc, "client, server, any or both");
	int role = word ? which(roles, 4, word) : 0, err;

	if (!word)
		return 0;
	if (role < 0) {
		vfw_reader_wrong(r, r->start + loc.col - 1, r->start + loc.end_col - 1,
				 "expected client, server, any or both");
		return 0;
	}
	err = read_regex(l, r, proto, (u16)(role == 3 ? VFW_APP_ANY : role));
	if (!err && role == 3)
		l->patterns[t->n_patterns - 1].with = (u16)(t->n_patterns - 1);
	if (!err && role == VFW_APP_CLIENT && !vfw_reader_done(r)) {
		word = read_word(r, &loc, "server");
		if (!word)
			return 0;
		if (strcmp(word, "server")) {
			vfw_reader_wrong(r, r->start + loc.col - 1, r->start + loc.end_col - 1,
					 "expected server, or the end of the line");
			return 0;
		}
		err = read_regex(l, r, proto, VFW_APP_SERVER);
		if (!err) {
			l->patterns[t->n_patterns - 1].with = (u16)(t->n_patterns - 2);
			l->patterns[t->n_patterns - 2].with = (u16)(t->n_patterns - 1);
		}
	}
	if (!err)
		read_end(r, role == VFW_APP_CLIENT ? "one server pattern" : "a comment");
	return err == -ENOMEM ? err : 0;
}

static int read_line(struct vfw_app_list *l, struct vfw_reader *r, bool *begun)
{
	struct vfw_loc loc;
	const char *word = read_word(r, &loc, "app, over, port, tcp or udp");
	int statement = word ? which(statements, 5, word) : 0;

	if (!word)
		return 0;
	if (statement < 0 || (statement && !*begun)) {
		vfw_reader_wrong(r, r->start + loc.col - 1, r->start + loc.end_col - 1,
				 statement < 0 ? "expected app, over, port, tcp or udp"
					       : "expected app and a name first");
		return 0;
	}
	switch (statement) {
	case 0:
		*begun = true; /* what follows a wrong one is read, too */
		return read_app(l, r);
	case 1:
		return l->tables.n_apps ? read_over(l, r) : 0;
	case 2:
		return l->tables.n_apps ? read_port(l, r) : 0;
	}
	return l->tables.n_apps ? read_pattern(l, r, statement == 3 ? VFW_APP_TCP : VFW_APP_UDP)
				: 0;
}

int vfw_app_list_add(struct vfw_app_list *l, const char *name, const char *text, size_t len,
		     struct vfw_diags *d)
{
	struct vfw_source nameless = {.name = (char *)name};
	struct vfw_reader r;
	u16 before = l->tables.n_apps;
	bool begun = false;
	int err;

	if (len > VFW_APP_FILE_MAX) {
		vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL, "expected at most %u MiB",
			     VFW_APP_FILE_MAX >> 20);
		return -EINVAL;
	}
	err = vfw_texts_add(&l->texts, name, text, len);
	if (err)
		return err;
	vfw_reader_begin(&r, &l->texts, d);
	while (!err && vfw_reader_line(&r))
		err = read_line(l, &r, &begun);
	if (!err && !r.errors && l->tables.n_apps == before) {
		r.errors++;
		vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL,
			     "expected at least one app in this file");
	}
	return err ?: r.errors ? -EINVAL : 0;
}

static int complain(const struct vfw_app_list *l, const struct vfw_loc *loc, struct vfw_diags *d,
		    const char *what)
{
	vfw_diag_add(d, VFW_DIAG_ERROR, &l->texts.files[loc->file], loc, "%s", what);
	return -EINVAL;
}

int vfw_app_list_finish(struct vfw_app_list *l, struct vfw_diags *d)
{
	struct vfw_apps *t = &l->tables;
	const char *wrong;
	int rc = 0;

	for (u16 i = 0; i < t->n_over; i++) {
		int app = find(l, l->names[i].name);

		if (app < 0)
			rc = complain(l, &l->names[i].loc, d, "no app has this name");
		else
			l->over[i] = (u16)app;
	}
	for (u16 i = 0; i < t->n_apps; i++)
		if (!l->text[i].patterns)
			rc = complain(l, &l->text[i].loc, d,
				      "expected at least one pattern of this app");
	t->apps = l->apps;
	t->patterns = l->patterns;
	t->over = l->over;
	t->ports = l->ports;
	wrong = rc ? NULL : vfw_apps_check(t);
	if (wrong) {
		vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL, "%s", wrong);
		rc = -EINVAL;
	}
	return rc;
}

void vfw_app_list_complain(const struct vfw_app_list *l, size_t pattern, struct vfw_diags *d,
			   const char *what)
{
	complain(l, &l->regex[pattern].loc, d, what);
}
