// SPDX-License-Identifier: GPL-2.0
#include "store.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../base/log.h"
#include "appset.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (16U << 20) /* bytes of one policy file */
#define FILES_MAX 1024
#define SIGNATURES "signatures" /* folder within that of a policy */
#define APPS "apps" /* the same, files of apps */
#define KEPT 8 /* policies that stay on disk */

static int is_policy_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return *e->d_name != '.' && n > 4 && !strcmp(e->d_name + n - 4, ".vfw");
}

/* alphasort() follows the locale; the language wants bytes. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int name_file(struct vfw_ruleset_file *file, const char *path)
{
	const char *slash = strrchr(path, '/');

	file->name = strdup(slash ? slash + 1 : path);
	return file->name ? 0 : -ENOMEM;
}

static int read_folder(int dir, bool own, struct vfw_ruleset_file **out, size_t *out_n)
{
	struct vfw_ruleset_file *files;
	struct dirent **names;
	int found = scandirat(dir, ".", &names, is_policy_file, by_bytes);
	size_t n = found < 0 ? 0 : (size_t)found;
	int err = !n ? -ENOENT : n > FILES_MAX ? -E2BIG : 0;

	if (found < 0)
		return -errno;
	files = calloc(n + 1, sizeof(*files));
	if (!files)
		err = -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (!err)
			err = (own ? vfw_file_read : vfw_file_read_roots)(dir, names[i]->d_name,
									  FILE_MAX, &files[i].text,
									  &files[i].len)
				      ?: name_file(&files[i], names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (err) {
		if (files)
			vfw_ruleset_free_files(files, n);
		return err;
	}
	*out = files;
	*out_n = n;
	return 0;
}

static int read_single(const char *path, bool shipped, struct vfw_ruleset_file **out, size_t *n)
{
	struct vfw_ruleset_file *file = calloc(1, sizeof(*file));
	int err;

	if (!file)
		return -ENOMEM;
	err = shipped ? vfw_file_read(AT_FDCWD, path, FILE_MAX, &file->text, &file->len)
		      : vfw_file_read_trusted(path, FILE_MAX, &file->text, &file->len);
	err = err ?: name_file(file, path);
	if (err) {
		vfw_ruleset_free_files(file, 1);
		return err;
	}
	*out = file;
	*n = 1;
	return 0;
}

int vfw_store_read_files(const char *path, struct vfw_ruleset_file **files, size_t *n)
{
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return errno == ENOTDIR ? read_single(path, false, files, n) : -errno;
	return vfw_file_folder_is_roots(dir) ?: read_folder(dir, false, files, n);
}

/* What vfwd wrote itself counts though it belongs to another by now, as after a restored backup. */
static int read_own(const char *path, struct vfw_ruleset_file **files, size_t *n)
{
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	if (vfw_file_folder_is_roots(dir) == -EPERM)
		vfw_log_warning("%s: %s; it is read all the same", path, vfw_file_words(-EPERM));
	return read_folder(dir, true, files, n);
}

int vfw_store_read_shipped(const char *path, struct vfw_ruleset_file **files, size_t *n)
{
	return read_single(path, true, files, n);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	unsigned long x = strtoul((*a)->d_name, NULL, 10), y = strtoul((*b)->d_name, NULL, 10);

	return (x > y) - (x < y);
}

static int is_number(const struct dirent *e)
{
	return isdigit((unsigned char)*e->d_name);
}

static void remove_folder(const char *path)
{
	_cleanup_free_ char *signatures = vfw_form_format("%s/" SIGNATURES, path);
	_cleanup_free_ char *apps = vfw_form_format("%s/" APPS, path);
	const char *const folders[] = {signatures, apps, path};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		DIR *d = folders[i] ? opendir(folders[i]) : NULL;
		struct dirent *e;

		if (!d)
			continue;
		while ((e = readdir(d)))
			unlinkat(dirfd(d), e->d_name, 0);
		closedir(d);
		rmdir(folders[i]);
	}
}

/* What a name of the folder, current or proposed, stands for; 0: nothing. */
static unsigned long number_of(const char *policy, const char *name)
{
	_cleanup_free_ char *link = vfw_form_format("%s/%s", policy, name);
	char to[32];
	ssize_t len = link ? readlink(link, to, sizeof(to) - 1) : -1;

	if (len < 0)
		return 0;
	to[len] = '\0';
	return strtoul(to, NULL, 10);
}

/*
 * Removes the oldest policies, but never one that is current or proposed, or stays: those after it may
 * all have come to nothing. Returns the number of the next one, 0 on failure.
 */
static unsigned long next_number(const char *policy, unsigned long stays)
{
	unsigned long current = number_of(policy, "current");
	unsigned long proposed = number_of(policy, "proposed");
	struct dirent **names;
	int n = scandir(policy, &names, is_number, by_number);
	unsigned long last;

	if (n < 0)
		return 0;
	last = n ? strtoul(names[n - 1]->d_name, NULL, 10) : 0;
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *old = vfw_form_format("%s/%s", policy, names[i]->d_name);
		unsigned long number = strtoul(names[i]->d_name, NULL, 10);

		if (old && i + KEPT <= n && number != current && number != proposed &&
		    number != stays)
			remove_folder(old);
		free(names[i]);
	}
	free(names);
	return last + 1;
}

/*
 * The name a file is kept under: without folders, and such that it is found and read in its
 * order.
 */
static char *kept_name(const char *name, size_t order, bool numbered)
{
	const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	size_t n = strlen(base);
	const char *suffix = n > 4 && !strcmp(base + n - 4, ".vfw") ? "" : ".vfw";

	if (n > 200)
		base += n - 200;
	return numbered ? vfw_form_format("%04zu-%s%s", order, base, suffix)
			: vfw_form_format("%s%s", base, suffix);
}

/* Would the files' own names be read back, in the same order? */
static bool names_in_order(const struct vfw_ruleset_file *files, size_t n)
{
	bool in_order = true;

	for (size_t i = 0; i < n && in_order; i++) {
		_cleanup_free_ char *name = kept_name(files[i].name, i, false);
		_cleanup_free_ char *before = i ? kept_name(files[i - 1].name, i, false) : NULL;

		in_order = name && *name != '.' && (!before || strcmp(before, name) < 0);
	}
	return in_order;
}

static int write_files(const char *folder, const struct vfw_ruleset_file *files, size_t n)
{
	bool numbered = !names_in_order(files, n);

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *name = kept_name(files[i].name, i, numbered);
		_cleanup_free_ char *path = name ? vfw_form_format("%s/%s", folder, name) : NULL;
		int err = path ? vfw_file_write(path, files[i].text, files[i].len, 0600) : -ENOMEM;

		if (err)
			return err;
	}
	return 0;
}

/* They keep their names, which have no folders: the policy's text names them. */
static int write_signatures(const char *folder, const struct vfw_ruleset_file *files, size_t n)
{
	_cleanup_free_ char *below = vfw_form_format("%s/" SIGNATURES, folder);
	int err = below ? 0 : -ENOMEM;

	if (n && !err)
		err = vfw_file_mkdirs(below, 0700);
	for (size_t i = 0; i < n && !err; i++) {
		_cleanup_free_ char *path = vfw_form_format("%s/%s", below, files[i].name);

		err = path ? vfw_file_write(path, files[i].text, files[i].len, 0600) : -ENOMEM;
	}
	return err ?: n ? vfw_file_sync_dir(folder) : 0;
}

/* Numbered, so that they are read in their order whatever folder they came from; and named, for complaints about them. */
static char *app_path(const char *below, size_t i, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	size_t stem = strlen(base) - strlen(".app");

	return vfw_form_format("%s/%06zu-%.*s.app", below, i, (int)(stem < 200 ? stem : 200), base);
}

static int write_apps(const char *folder, const struct vfw_ruleset_file *files, size_t n)
{
	_cleanup_free_ char *below = vfw_form_format("%s/" APPS, folder);
	_cleanup_free_ char *aside = vfw_form_format("%s/" APPS "/" VFW_APPSET_SUM, folder);
	char sum[VFW_APPSET_SUM_LEN];
	int err = below && aside ? 0 : -ENOMEM;

	if (!n || err)
		return err;
	err = vfw_file_mkdirs(below, 0700);
	for (size_t i = 0; i < n && !err; i++) {
		_cleanup_free_ char *path = app_path(below, i, files[i].name);

		err = path ? vfw_file_write(path, files[i].text, files[i].len, 0600) : -ENOMEM;
	}
	if (!err)
		err = vfw_appset_sum(files, n, sum);
	if (!err)
		err = vfw_file_write(aside, sum, strlen(sum), 0600);
	return err ?: vfw_file_sync_dir(folder);
}

int vfw_store_save_policy(const char *state, const struct vfw_ruleset *rs, unsigned long stays,
			  unsigned long *number)
{
	_cleanup_free_ char *policy = vfw_form_format("%s/policy", state);
	_cleanup_free_ char *folder = NULL;
	unsigned long next;
	int err;

	if (!policy)
		return -ENOMEM;
	err = vfw_file_mkdirs(policy, 0700);
	if (err)
		return err;
	next = next_number(policy, stays);
	folder = vfw_form_format("%s/%lu", policy, next);
	if (!next || !folder)
		return -ENOMEM;
	err = vfw_file_mkdirs(folder, 0700);
	if (!err)
		err = write_files(folder, rs->files, rs->n_files);
	if (!err)
		err = write_signatures(folder, rs->signature_files, rs->n_signature_files);
	if (!err)
		err = write_apps(folder, rs->app_files, rs->n_app_files);
	if (!err)
		err = vfw_file_sync_dir(policy);
	if (err)
		remove_folder(folder);
	else
		*number = next;
	return err;
}

void vfw_store_discard_policy(const char *state, unsigned long number)
{
	_cleanup_free_ char *policy = vfw_form_format("%s/policy", state);
	_cleanup_free_ char *folder = vfw_form_format("%s/policy/%lu", state, number);

	if (policy && folder && number != number_of(policy, "current") &&
	    number != number_of(policy, "proposed"))
		remove_folder(folder);
}

/* Lets the name, current or proposed, stand for the files with that number. */
static int point(const char *state, const char *name, unsigned long number)
{
	_cleanup_free_ char *policy = vfw_form_format("%s/policy", state);
	_cleanup_free_ char *link = vfw_form_format("%s/policy/%s", state, name);
	_cleanup_free_ char *aside = vfw_form_format("%s/policy/%s.new", state, name);
	_cleanup_free_ char *to = vfw_form_format("%lu", number);

	if (!policy || !link || !aside || !to)
		return -ENOMEM;
	unlink(aside);
	if (symlink(to, aside) < 0 || rename(aside, link) < 0)
		return -errno;
	return vfw_file_sync_dir(policy);
}

int vfw_store_confirm_policy(const char *state, unsigned long number)
{
	return point(state, "current", number);
}

int vfw_store_propose_policy(const char *state, unsigned long number)
{
	return point(state, "proposed", number);
}

int vfw_store_load_proposed(const char *state, struct vfw_ruleset_file **files, size_t *n,
			    unsigned long *number)
{
	_cleanup_free_ char *policy = vfw_form_format("%s/policy", state);
	_cleanup_free_ char *link = vfw_form_format("%s/policy/proposed", state);

	if (!policy || !link)
		return -ENOMEM;
	*number = number_of(policy, "proposed");
	return *number ? read_own(link, files, n) : -ENOENT;
}

void vfw_store_drop_proposed(const char *state)
{
	_cleanup_free_ char *link = vfw_form_format("%s/policy/proposed", state);

	if (link)
		unlink(link);
}

int vfw_store_load_policy(const char *state, struct vfw_ruleset_file **files, size_t *n)
{
	_cleanup_free_ char *current = vfw_form_format("%s/policy/current", state);

	return current ? read_own(current, files, n) : -ENOMEM;
}

int vfw_store_load_numbered(const char *state, unsigned long number,
			    struct vfw_ruleset_file **files, size_t *n)
{
	_cleanup_free_ char *folder = vfw_form_format("%s/policy/%lu", state, number);

	return folder ? read_own(folder, files, n) : -ENOMEM;
}

unsigned long vfw_store_current(const char *state)
{
	_cleanup_free_ char *policy = vfw_form_format("%s/policy", state);

	return policy ? number_of(policy, "current") : 0;
}

unsigned long vfw_store_proposed(const char *state)
{
	_cleanup_free_ char *policy = vfw_form_format("%s/policy", state);

	return policy ? number_of(policy, "proposed") : 0;
}

char *vfw_store_signatures(const char *state, const char *which)
{
	return vfw_form_format("%s/policy/%s/" SIGNATURES, state, which);
}

static int save_json(const char *state, const char *name, json_t *o)
{
	_cleanup_free_ char *path = vfw_form_format("%s/%s", state, name);
	_cleanup_free_ char *text = o ? json_dumps(o, JSON_INDENT(2)) : NULL;
	int err = path && text ? vfw_file_mkdirs(state, 0700) : -ENOMEM;

	json_decref(o);
	return err ?: vfw_file_write(path, text, strlen(text), 0600);
}

/* NULL: not there or not readable; *missing tells which. */
static json_t *load_json(const char *state, const char *name, bool *missing)
{
	_cleanup_free_ char *path = vfw_form_format("%s/%s", state, name);
	_cleanup_free_ char *text = NULL;
	size_t n;
	int err = path ? vfw_file_read(AT_FDCWD, path, FILE_MAX, &text, &n) : -ENOMEM;

	*missing = err == -ENOENT;
	return err ? NULL : json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
}

int vfw_store_save_published(const char *state, const struct vfw_store_published *p)
{
	char digest[2 * VFW_DIGEST_LEN + 1];

	return save_json(state, "published.json",
			 json_pack("{s:s, s:I, s:I}", "digest",
				   vfw_form_hex(p->digest, VFW_DIGEST_LEN, digest), "revision",
				   (json_int_t)p->revision, "tables", (json_int_t)p->tables));
}

void vfw_store_load_published(const char *state, struct vfw_store_published *p)
{
	bool missing;
	json_t *o = load_json(state, "published.json", &missing);
	json_int_t revision = 0, tables = 0;
	const char *digest = "";

	memset(p, 0, sizeof(*p));
	if (!json_unpack(o, "{s:s, s:I, s:I}", "digest", &digest, "revision", &revision, "tables",
			 &tables) &&
	    !vfw_form_unhex(digest, p->digest, VFW_DIGEST_LEN)) {
		p->revision = (uint32_t)revision;
		p->tables = (uint64_t)tables;
	}
	json_decref(o);
}

int vfw_store_save_generations(const char *state, const struct vfw_store_generation *v, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
				      json_pack("{s:I, s:I}", "revision", (json_int_t)v[i].revision,
						"policy", (json_int_t)v[i].policy));
	return save_json(state, "generations.json", list);
}

size_t vfw_store_load_generations(const char *state, struct vfw_store_generation *v, size_t max)
{
	bool missing;
	json_t *list = load_json(state, "generations.json", &missing);
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(list) && n < max; i++) {
		json_int_t revision, policy;

		if (json_unpack(json_array_get(list, i), "{s:I, s:I}", "revision", &revision,
				"policy", &policy) ||
		    revision <= 0 || revision > UINT32_MAX || policy <= 0)
			continue;
		v[n].revision = (uint32_t)revision;
		v[n++].policy = (unsigned long)policy;
	}
	json_decref(list);
	return n;
}

static int save_uuids(const char *state, const char *name, const uint8_t *uuids, size_t n)
{
	json_t *list = json_array();
	char text[VFW_FORM_UUID_LEN];

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
				      json_string(vfw_form_uuid(uuids + i * VFW_UUID_LEN, text)));
	return save_json(state, name, list);
}

static int load_uuids(const char *state, const char *name, uint8_t **uuids, size_t *n)
{
	bool missing;
	json_t *list = load_json(state, name, &missing);
	size_t count = json_array_size(list);
	int err = json_is_array(list) || missing ? 0 : -EBADMSG;

	*n = 0;
	*uuids = calloc(count + 1, VFW_UUID_LEN);
	if (!*uuids)
		err = -ENOMEM;
	for (size_t i = 0; i < count && !err; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || vfw_form_uuid_parse(text, *uuids + *n * VFW_UUID_LEN))
			err = -EBADMSG;
		else
			++*n;
	}
	json_decref(list);
	return err;
}

int vfw_store_save_quarantine(const char *state, const uint8_t *uuids, size_t n)
{
	return save_uuids(state, "quarantine.json", uuids, n);
}

int vfw_store_load_quarantine(const char *state, uint8_t **uuids, size_t *n)
{
	return load_uuids(state, "quarantine.json", uuids, n);
}

int vfw_store_save_monitored(const char *state, const uint8_t *uuids, size_t n)
{
	return save_uuids(state, "monitored.json", uuids, n);
}

int vfw_store_load_monitored(const char *state, uint8_t **uuids, size_t *n)
{
	return load_uuids(state, "monitored.json", uuids, n);
}

void vfw_store_doubt(const char *path)
{
	static const struct timespec epoch[2];

	/* needs no room */
	utimensat(AT_FDCWD, path, epoch, AT_SYMLINK_NOFOLLOW);
}

int vfw_store_is_doubted(int dirfd, const char *name, bool *doubted)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	*doubted = !st.st_mtim.tv_sec;
	return 0;
}
