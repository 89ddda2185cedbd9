// SPDX-License-Identifier: GPL-2.0
#include "inventory.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../base/toml.h"
#include "address.h"
#include "told.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
	char *name;
	struct stat seen;
	bool here; /* in the folder at this scan */
	bool gone; /* from there, and withdrawn; what it said is still kept */
	uint8_t uuid[VFW_UUID_LEN]; /* of whom it speaks, if known */
	char process[VFW_TOLD_PROCESS_LEN]; /* as noted beside what is kept */
	bool known; /* something it said counts */
	bool blind; /* refused at the first scan, and what it said before is not known */
};

struct vfw_inventory {
	char *folder, *told; /* told NULL: nothing is kept */
	bool scanned;
	char *blind; /* why it is not known who was known before; NULL: it is */
	int distrusted; /* the folder, at the last scan: 0 or a negative errno */
	struct file *files;
	size_t n_files;
	vfw_inventory_complain complain;
	void *arg;
	vfw_told_process process; /* NULL: none is known */
	void *process_arg;
};

/* What the parsing functions hand on: where complaints go, and whether there was one. */
struct reading {
	const char *name;
	struct vfw_vm *vm;
	vfw_inventory_complain complain;
	void *arg;
	bool wrong;
	bool no_memory;
};

#define MAX_LABELS 64

__attribute__((format(printf, 3, 4))) static void wrong(struct reading *rd, unsigned int line,
							const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	rd->wrong = true;
	text = vfw_form_format("%s:%u: %s", rd->name, line, what);
	if (text)
		rd->complain(rd->arg, text);
}

static bool is_type(struct reading *rd, const struct vfw_toml *node, enum vfw_toml_type type)
{
	if (node->type == type)
		return true;
	wrong(rd, node->line, "%s: expected %s, found %s", node->key ?: "element",
	      vfw_toml_word(type), vfw_toml_word(node->type));
	return false;
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

/* The tenant's name as the policy language writes it. */
static bool is_name(const char *s)
{
	if (!(isalpha((unsigned char)*s) || *s == '_') || strlen(s) > 63)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '-')
			return false;
	return true;
}

static void read_uuid(struct reading *rd, const struct vfw_toml *node)
{
	if (is_type(rd, node, VFW_TOML_STRING) && vfw_form_uuid_parse(node->string, rd->vm->uuid))
		wrong(rd, node->line, "uuid: expected 8-4-4-4-12 hexadecimal digits, found \"%s\"",
		      node->string);
	else if (node->type == VFW_TOML_STRING && vfw_form_uuid_is_null(rd->vm->uuid))
		wrong(rd, node->line, "uuid: expected a UUID that is not all zero");
}

static void read_name(struct reading *rd, const struct vfw_toml *node)
{
	size_t n;

	if (!is_type(rd, node, VFW_TOML_STRING))
		return;
	n = strlen(node->string);
	if (!n || n >= VFW_NAME_LEN || has_control(node->string)) {
		wrong(rd, node->line, "name: expected 1 to %d bytes without control characters",
		      VFW_NAME_LEN - 1);
		return;
	}
	memcpy(rd->vm->name, node->string, n + 1);
}

static void read_tenant(struct reading *rd, const struct vfw_toml *node)
{
	if (!is_type(rd, node, VFW_TOML_STRING))
		return;
	if (!is_name(node->string)) {
		wrong(rd, node->line,
		      "tenant: expected 1 to 63 letters, digits, '_' or '-', not a digit first, "
		      "found \"%s\"",
		      node->string);
		return;
	}
	rd->vm->tenant = strdup(node->string);
	rd->no_memory |= !rd->vm->tenant;
}

static void read_labels(struct reading *rd, const struct vfw_toml *node)
{
	struct vfw_vm *vm = rd->vm;

	if (!is_type(rd, node, VFW_TOML_TABLE))
		return;
	if (node->n_children > MAX_LABELS) {
		wrong(rd, node->line, "labels: expected at most %d, found %zu", MAX_LABELS,
		      node->n_children);
		return;
	}
	vm->labels = calloc(node->n_children + 1, sizeof(*vm->labels));
	if (!vm->labels) {
		rd->no_memory = true;
		return;
	}
	for (size_t i = 0; i < node->n_children; i++) {
		const struct vfw_toml *label = node->children[i];
		struct vfw_label *to = &vm->labels[vm->n_labels];

		if (!is_type(rd, label, VFW_TOML_STRING))
			continue;
		if (!*label->key || strlen(label->key) > 255 || strlen(label->string) > 255 ||
		    has_control(label->key) || has_control(label->string)) {
			wrong(rd, label->line,
			      "labels: expected key and value of at most 255 bytes without "
			      "control characters");
			continue;
		}
		to->key = strdup(label->key);
		to->value = strdup(label->string);
		vm->n_labels++;
		if (!to->key || !to->value)
			rd->no_memory = true;
	}
}

static void read_addresses(struct reading *rd, const struct vfw_toml *node, struct vfw_nic *nic)
{
	if (!is_type(rd, node, VFW_TOML_ARRAY))
		return;
	if (node->n_children > VFW_MAX_ADDRS) {
		wrong(rd, node->line, "addresses: expected at most %d, found %zu", VFW_MAX_ADDRS,
		      node->n_children);
		return;
	}
	for (size_t i = 0; i < node->n_children; i++) {
		const struct vfw_toml *address = node->children[i];
		const char *expected;

		if (!is_type(rd, address, VFW_TOML_STRING))
			continue;
		expected = vfw_address_parse(address->string, &nic->addrs[nic->n_addrs]);
		if (expected) {
			wrong(rd, address->line, "addresses: expected %s, found \"%s\"", expected,
			      address->string);
			continue;
		}
		nic->n_addrs++;
	}
}

static void read_nic(struct reading *rd, const struct vfw_toml *node, struct vfw_nic *nic)
{
	if (!is_type(rd, node, VFW_TOML_TABLE))
		return;
	for (size_t i = 0; i < node->n_children; i++) {
		const struct vfw_toml *field = node->children[i];

		if (!strcmp(field->key, "mac")) {
			if (!is_type(rd, field, VFW_TOML_STRING))
				continue;
			if (vfw_form_mac_parse(field->string, nic->mac) || nic->mac[0] & 1 ||
			    !memcmp(nic->mac, "\0\0\0\0\0", 6))
				wrong(rd, field->line,
				      "mac: expected a unicast MAC such as \"52:54:00:12:34:56\", "
				      "found \"%s\"",
				      field->string);
			nic->has_mac = true;
		} else if (!strcmp(field->key, "addresses")) {
			read_addresses(rd, field, nic);
		} else {
			wrong(rd, field->line, "expected mac or addresses, found \"%s\"",
			      field->key);
		}
	}
	if (!nic->has_mac)
		wrong(rd, node->line, "nics: expected a mac in every NIC");
}

static void read_nics(struct reading *rd, const struct vfw_toml *node)
{
	if (!is_type(rd, node, VFW_TOML_ARRAY))
		return;
	if (node->n_children > VFW_MAX_NICS) {
		wrong(rd, node->line, "nics: expected at most %d, found %zu", VFW_MAX_NICS,
		      node->n_children);
		return;
	}
	for (size_t i = 0; i < node->n_children; i++)
		read_nic(rd, node->children[i], &rd->vm->nics[i]);
	rd->vm->n_nics = node->n_children;
}

static void read_remote(struct reading *rd, const struct vfw_toml *node)
{
	if (is_type(rd, node, VFW_TOML_BOOL))
		rd->vm->remote = node->boolean;
}

static const struct field {
	const char *key;
	void (*read)(struct reading *rd, const struct vfw_toml *node);
	bool required;
} fields[] = {
	{"uuid", read_uuid, true},	{"name", read_name, true},  {"tenant", read_tenant, false},
	{"labels", read_labels, false}, {"nics", read_nics, false}, {"remote", read_remote, false},
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void read_vm(struct reading *rd, const struct vfw_toml *top)
{
	bool found[N_FIELDS] = {false};

	for (size_t i = 0; i < top->n_children; i++) {
		const struct vfw_toml *node = top->children[i];
		size_t k;

		for (k = 0; k < N_FIELDS; k++)
			if (!strcmp(node->key, fields[k].key))
				break;
		if (k == N_FIELDS) {
			wrong(rd, node->line,
			      "expected uuid, name, tenant, labels, nics or remote, found \"%s\"",
			      node->key);
			continue;
		}
		found[k] = true;
		fields[k].read(rd, node);
	}
	for (size_t k = 0; k < N_FIELDS; k++)
		if (fields[k].required && !found[k])
			wrong(rd, 1, "expected %s = \"...\" at the top of the file", fields[k].key);
}

void vfw_inventory_vm_clear(struct vfw_vm *vm)
{
	for (size_t i = 0; i < vm->n_labels; i++) {
		free(vm->labels[i].key);
		free(vm->labels[i].value);
	}
	free(vm->labels);
	free(vm->tenant);
	memset(vm, 0, sizeof(*vm));
}

int vfw_inventory_parse(const char *name, const char *text, size_t n, struct vfw_vm *vm,
			vfw_inventory_complain complain, void *arg)
{
	struct reading rd = {.name = name, .vm = vm, .complain = complain, .arg = arg};
	_cleanup_free_ char *error = NULL;
	struct vfw_toml *top;
	unsigned int line;

	memset(vm, 0, sizeof(*vm));
	top = vfw_toml_parse(text, n, &error, &line);
	if (!top) {
		if (!error)
			return -ENOMEM;
		wrong(&rd, line, "%s", error);
		return -EINVAL;
	}
	read_vm(&rd, top);
	vfw_toml_free(top);
	if (!rd.wrong && !rd.no_memory)
		return 0;
	vfw_inventory_vm_clear(vm);
	return rd.wrong ? -EINVAL : -ENOMEM;
}

struct vfw_inventory *vfw_inventory_new(const char *folder, const char *told,
					vfw_inventory_complain complain, void *arg)
{
	struct vfw_inventory *inv = calloc(1, sizeof(*inv));

	if (!inv)
		return NULL;
	inv->folder = strdup(folder);
	inv->told = told ? strdup(told) : NULL;
	if (!inv->folder || (told && !inv->told)) {
		vfw_inventory_free(inv);
		return NULL;
	}
	inv->complain = complain;
	inv->arg = arg;
	return inv;
}

void vfw_inventory_free(struct vfw_inventory *inv)
{
	if (!inv)
		return;
	for (size_t i = 0; i < inv->n_files; i++)
		free(inv->files[i].name);
	free(inv->files);
	free(inv->blind);
	free(inv->told);
	free(inv->folder);
	free(inv);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static struct file *remember(struct vfw_inventory *inv, const char *name)
{
	struct file *bigger;
	char *copy;

	for (size_t i = 0; i < inv->n_files; i++)
		if (!strcmp(inv->files[i].name, name))
			return &inv->files[i];
	bigger = realloc(inv->files, (inv->n_files + 1) * sizeof(*bigger));
	if (!bigger)
		return NULL;
	inv->files = bigger;
	copy = strdup(name);
	if (!copy)
		return NULL;
	bigger[inv->n_files] = (struct file){.name = copy};
	return &bigger[inv->n_files++];
}

static void complain_about(struct vfw_inventory *inv, const char *name, const char *what)
{
	_cleanup_free_ char *text = vfw_form_format("%s: %s", name, what);

	if (text)
		inv->complain(inv->arg, text);
}

/* Reports the VM of a text under the file's name. Returns 0, or a negative errno after a complaint. */
static int report(struct vfw_inventory *inv, struct vfw_registry *r, struct file *f,
		  const char *text, size_t n)
{
	const char *name = f->name;
	struct vfw_vm vm;
	int err = vfw_inventory_parse(name, text, n, &vm, inv->complain, inv->arg);

	if (err) {
		if (err == -ENOMEM)
			complain_about(inv, name, strerror(ENOMEM));
		return err;
	}
	/* a file that now names another UUID no longer speaks for the old one */
	vfw_registry_withdraw(r, VFW_SOURCE_INVENTORY, name);
	err = vfw_registry_report(r, VFW_SOURCE_INVENTORY, name, &vm);
	if (err)
		complain_about(inv, name,
			       err == -ENOSPC ? "one VM more than vfw can hold" : strerror(-err));
	else
		f->known = true;
	memcpy(f->uuid, vm.uuid, sizeof(f->uuid));
	vfw_inventory_vm_clear(&vm);
	return err;
}

static void set_blind(struct vfw_inventory *inv, const char *name, const char *why)
{
	free(inv->blind);
	inv->blind =
		vfw_form_format("%s/%s: %s: the module keeps the VMs that it has until that is "
				"mended",
				inv->folder, name, why);
}

/* Nothing is missing any more of what was at the first scan. */
static void clear_blind(struct vfw_inventory *inv)
{
	for (size_t i = 0; i < inv->n_files; i++)
		if (inv->files[i].blind && inv->files[i].here)
			return;
	free(inv->blind);
	inv->blind = NULL;
}

const char *vfw_inventory_blind(const struct vfw_inventory *inv)
{
	return inv->blind;
}

/* Reads one file; a wrong one leaves what it said before. */
static void load(struct vfw_inventory *inv, struct vfw_registry *r, int dirfd, struct file *f,
		 bool first)
{
	const char *name = f->name;
	_cleanup_free_ char *text = NULL;
	size_t n;
	int err = vfw_file_read_roots(dirfd, name, VFW_INVENTORY_FILE_MAX, &text, &n);

	if (err) {
		complain_about(inv, f->name, vfw_file_words(err));
		if (first && !f->known) {
			f->blind = true;
			set_blind(inv, f->name, vfw_file_words(err));
		}
		return;
	}
	/* wrong or right, it is read, and what is wrong in it is not new */
	f->blind = false;
	if (report(inv, r, f, text, n) || !inv->told)
		return;
	if (vfw_told_keep(inv->told, name, text, n))
		complain_about(inv, name, "what it says cannot be kept for the next vfwd");
}

/* What a file said that the vfwd before read, until its turn comes in this scan. */
struct recalling {
	struct vfw_inventory *inv;
	struct vfw_registry *r;
	int dirfd; /* where files may be gone from; -1: nowhere */
};

static void process_of(const struct vfw_inventory *inv, const struct file *f,
		       char now[VFW_TOLD_PROCESS_LEN])
{
	*now = '\0';
	if (inv->process)
		inv->process(inv->process_arg, f->uuid, now);
}

static void forget_file(struct vfw_inventory *inv, struct file *f)
{
	if (inv->told)
		vfw_told_drop(inv->told, f->name);
	free(f->name);
}

static void recall(void *arg, const char *name, const char *text, size_t n, const char *process)
{
	struct recalling *re = arg;

	struct file *f = remember(re->inv, name);

	bool gone = re->dirfd >= 0 && faccessat(re->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) &&
		    errno == ENOENT;
	char now[VFW_TOLD_PROCESS_LEN];
	struct vfw_vm vm;

	if (!f)
		return;
	snprintf(f->process, sizeof(f->process), "%s", process);
	if (gone && !vfw_inventory_parse(name, text, n, &vm, re->inv->complain, re->inv->arg)) {
		memcpy(f->uuid, vm.uuid, sizeof(f->uuid));
		vfw_inventory_vm_clear(&vm);
		process_of(re->inv, f, now);
		if (!*now || strcmp(now, process) != 0) {
			/* not of who runs now; it is the last one in the list */
			forget_file(re->inv, f);
			re->inv->n_files--;
			return;
		}
	}
	report(re->inv, re->r, f, text, n);
}

static void withdraw_missing(struct vfw_inventory *inv, struct vfw_registry *r)
{
	for (size_t i = 0; i < inv->n_files; i++) {
		struct file *f = &inv->files[i];

		if (!f->here && !f->gone)
			vfw_registry_withdraw(r, VFW_SOURCE_INVENTORY, f->name);
		f->gone = !f->here;
		if (f->gone)
			memset(&f->seen, 0, sizeof(f->seen));
	}
}

void vfw_inventory_ask(struct vfw_inventory *inv, vfw_told_process process, void *arg)
{
	inv->process = process;
	inv->process_arg = arg;
}

static void note_process(struct vfw_inventory *inv, struct file *f)
{
	char now[VFW_TOLD_PROCESS_LEN];

	if (!inv->told || !f->known)
		return;
	process_of(inv, f, now);
	if (!strcmp(now, f->process))
		return;
	vfw_told_bind(inv->told, f->name, now);
	memcpy(f->process, now, sizeof(now));
}

void vfw_inventory_forget(struct vfw_inventory *inv, const struct vfw_registry *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < inv->n_files; i++) {
		struct file *f = &inv->files[i];

		if (!f->gone || vfw_registry_has(r, VFW_SOURCE_INVENTORY, f->name)) {
			note_process(inv, f);
			inv->files[kept++] = *f;
			continue;
		}
		forget_file(inv, f);
	}
	inv->n_files = kept;
}

/* Where others may put and take files, none is believed, and none missed. */
static bool is_trusted(struct vfw_inventory *inv, int dirfd)
{
	int before = inv->distrusted;

	inv->distrusted = vfw_file_folder_is_roots(dirfd);
	if (inv->distrusted && !before)
		complain_about(inv, ".", vfw_file_words(inv->distrusted));
	return !inv->distrusted;
}

int vfw_inventory_scan(struct vfw_inventory *inv, struct vfw_registry *r)
{
	_cleanup_close_ int dirfd = open(inv->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n, err = dirfd < 0 ? -errno : 0;
	bool trusted, first = !inv->scanned;
	struct dirent **names;

	trusted = !err && is_trusted(inv, dirfd);
	/* also what the files of a folder said that is not there at the moment */
	if (first && inv->told)
		vfw_told_each(inv->told, recall, &(struct recalling){inv, r, trusted ? dirfd : -1});
	inv->scanned = true;
	if (err)
		return err == -ENOENT ? 0 : err;
	if (!trusted) {
		if (first && !inv->n_files)
			set_blind(inv, ".", vfw_file_words(inv->distrusted));
		return 0;
	}
	n = scandirat(dirfd, ".", &names, NULL, alphasort);
	if (n < 0)
		return -errno;
	for (size_t i = 0; i < inv->n_files; i++)
		inv->files[i].here = false;
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		size_t len = strlen(name);
		struct file *f;
		struct stat st;

		if (*name == '.' || len < 6 || strcmp(name + len - 5, ".toml"))
			continue;
		f = remember(inv, name);
		if (!f)
			continue;
		f->here = true;
		if (fstatat(dirfd, name, &st, 0) < 0 || !S_ISREG(st.st_mode)) {
			complain_about(inv, name, "expected a regular file");
			continue;
		}
		if (same_file(&st, &f->seen))
			continue;
		f->seen = st;
		load(inv, r, dirfd, f, first);
	}
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	withdraw_missing(inv, r);
	clear_blind(inv);
	return 0;
}
