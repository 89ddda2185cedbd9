// SPDX-License-Identifier: GPL-2.0
#include "toml.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <toml++/toml.h>

namespace
{

char *copy(std::string_view s)
{
	char *p = static_cast<char *>(malloc(s.size() + 1));

	if (!p)
		throw std::bad_alloc();
	memcpy(p, s.data(), s.size());
	p[s.size()] = '\0';
	return p;
}

struct vfw_toml *convert(const toml::node &node);

void adopt(struct vfw_toml *parent, const toml::node &node, const std::string_view *key)
{
	struct vfw_toml *child = convert(node);

	parent->children[parent->n_children++] = child;
	if (key) {
		if (key->find('\0') != std::string_view::npos)
			throw std::string("a key without NUL characters");
		child->key = copy(*key);
	}
}

struct vfw_toml *make_room(struct vfw_toml *t, size_t n)
{
	t->children =
		static_cast<struct vfw_toml **>(calloc(n ? n : 1, sizeof(struct vfw_toml *)));
	if (!t->children)
		throw std::bad_alloc();
	return t;
}

struct vfw_toml *convert(const toml::node &node)
{
	auto *t = static_cast<struct vfw_toml *>(calloc(1, sizeof(struct vfw_toml)));

	if (!t)
		throw std::bad_alloc();
	t->line = node.source().begin.line;
	try {
		if (auto *table = node.as_table()) {
			t->type = VFW_TOML_TABLE;
			make_room(t, table->size());
			for (auto &&[key, value] : *table) {
				std::string_view k = key.str();

				adopt(t, value, &k);
			}
		} else if (auto *array = node.as_array()) {
			t->type = VFW_TOML_ARRAY;
			make_room(t, array->size());
			for (auto &&value : *array)
				adopt(t, value, nullptr);
		} else if (auto *string = node.as_string()) {
			t->type = VFW_TOML_STRING;
			if (string->get().find('\0') != std::string::npos)
				throw std::string("a string without NUL characters");
			t->string = copy(string->get());
		} else if (auto *integer = node.as_integer()) {
			t->type = VFW_TOML_INTEGER;
			t->integer = integer->get();
		} else if (auto *boolean = node.as_boolean()) {
			t->type = VFW_TOML_BOOL;
			t->boolean = boolean->get();
		} else {
			t->type = VFW_TOML_OTHER;
		}
	} catch (...) {
		vfw_toml_free(t);
		throw;
	}
	return t;
}

} // namespace

extern "C" struct vfw_toml *vfw_toml_parse(const char *text, size_t n, char **error,
					   unsigned int *error_line)
{
	*error = nullptr;
	*error_line = 0;
	try {
		return convert(toml::parse(std::string_view(text, n)));
	} catch (const toml::parse_error &e) {
		std::string_view what = e.description();

		*error_line = e.source().begin.line;
		*error = strndup(what.data(), what.size());
	} catch (const std::string &expected) {
		*error_line = 1;
		*error = strdup(("expected " + expected).c_str());
	} catch (...) {
		*error = nullptr;
	}
	return nullptr;
}

extern "C" void vfw_toml_free(struct vfw_toml *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_children; i++)
		vfw_toml_free(t->children[i]);
	free(t->children);
	free(t->key);
	free(t->string);
	free(t);
}

extern "C" const char *vfw_toml_word(enum vfw_toml_type type)
{
	switch (type) {
	case VFW_TOML_TABLE:
		return "a table";
	case VFW_TOML_ARRAY:
		return "an array";
	case VFW_TOML_STRING:
		return "a string";
	case VFW_TOML_INTEGER:
		return "a number";
	case VFW_TOML_BOOL:
		return "true or false";
	case VFW_TOML_OTHER:
		break;
	}
	return "a value of another kind";
}
