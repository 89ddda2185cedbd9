// SPDX-License-Identifier: GPL-2.0
#include "domain.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is it an element of that name, of our namespace or (ours false) of libvirt's, which is none? */
static bool is(const xmlNode *node, const char *name, bool ours)
{
	if (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, name) != 0)
		return false;
	return ours ? node->ns && !strcmp((const char *)node->ns->href, VFW_READER_NAMESPACE)
		    : !node->ns;
}

static xmlNode *child(xmlNode *parent, const char *name, bool ours)
{
	for (xmlNode *c = parent ? parent->children : NULL; c; c = c->next)
		if (is(c, name, ours))
			return c;
	return NULL;
}

/* A TOML string; NULL is written as an empty one, which vfwd refuses where it matters. */
static void put_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; s && *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", (unsigned int)(unsigned char)*s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static void put_attribute(FILE *f, xmlNode *node, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);

	put_string(f, (const char *)value);
	xmlFree(value);
}

static void put_text(FILE *f, const char *key, xmlNode *node)
{
	xmlChar *text = node ? xmlNodeGetContent(node) : NULL;

	fprintf(f, "%s = ", key);
	put_string(f, (const char *)text);
	fputc('\n', f);
	xmlFree(text);
}

static bool same_mac(xmlNode *a, xmlNode *b)
{
	xmlChar *x = xmlGetNoNsProp(a, (const xmlChar *)"address");
	xmlChar *y = xmlGetNoNsProp(b, (const xmlChar *)"mac");
	bool same = x && y && !xmlStrcasecmp(x, y);

	xmlFree(x);
	xmlFree(y);
	return same;
}

static void put_addresses(FILE *f, xmlNode *mac, xmlNode *vm)
{
	const char *mark = "";

	fputs("addresses = [", f);
	for (xmlNode *nic = vm ? vm->children : NULL; nic; nic = nic->next) {
		if (!is(nic, "nic", true) || !same_mac(mac, nic))
			continue;
		for (xmlNode *a = nic->children; a; a = a->next) {
			xmlChar *text;

			if (!is(a, "address", true))
				continue;
			text = xmlNodeGetContent(a);
			fputs(mark, f);
			put_string(f, (const char *)text);
			mark = ", ";
			xmlFree(text);
		}
	}
	fputs("]\n", f);
}

static void put_nics(FILE *f, xmlNode *domain, xmlNode *vm)
{
	xmlNode *devices = child(domain, "devices", false);

	for (xmlNode *d = devices ? devices->children : NULL; d; d = d->next) {
		xmlNode *mac = is(d, "interface", false) ? child(d, "mac", false) : NULL;

		if (!mac)
			continue;
		fputs("[[nics]]\nmac = ", f);
		put_attribute(f, mac, "address");
		fputc('\n', f);
		put_addresses(f, mac, vm);
	}
}

static void put_metadata(FILE *f, xmlNode *vm)
{
	bool table = false;

	if (!vm)
		return;
	if (xmlHasProp(vm, (const xmlChar *)"tenant")) {
		fputs("tenant = ", f);
		put_attribute(f, vm, "tenant");
		fputc('\n', f);
	}
	for (xmlNode *l = vm->children; l; l = l->next) {
		if (!is(l, "label", true))
			continue;
		if (!table)
			fputs("[labels]\n", f);
		table = true;
		put_attribute(f, l, "key");
		fputs(" = ", f);
		put_attribute(f, l, "value");
		fputc('\n', f);
	}
}

char *vfw_reader_domain(const char *xml, bool active)
{
	xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), "domain.xml", NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlNode *domain = doc ? xmlDocGetRootElement(doc) : NULL, *vm;
	char *text = NULL;
	size_t n;
	FILE *f;

	if (!domain || !is(domain, "domain", false)) {
		xmlFreeDoc(doc);
		return NULL;
	}
	f = open_memstream(&text, &n);
	if (!f) {
		xmlFreeDoc(doc);
		return NULL;
	}
	vm = child(child(domain, "metadata", false), "vm", true);
	put_text(f, "uuid", child(domain, "uuid", false));
	put_text(f, "name", child(domain, "name", false));
	put_metadata(f, vm);
	if (active)
		put_nics(f, domain, vm);
	xmlFreeDoc(doc);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

/* At most max bytes of s, and no character in parts. */
static int whole(const char *s, size_t max)
{
	size_t n = strnlen(s, max + 1);

	if (n > max)
		for (n = max; n && ((unsigned char)s[n] & 0xc0) == 0x80;)
			n--;
	return (int)n;
}

char *vfw_reader_fault(const char *name, const char *what, char buf[VFW_READER_FAULT_MAX])
{
	snprintf(buf, VFW_READER_FAULT_MAX, "%.*s: %.*s", whole(name, 255), name, whole(what, 700),
		 what);
	return buf;
}
