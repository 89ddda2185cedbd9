// SPDX-License-Identifier: GPL-2.0
#include "appset.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../policy/app.h"
#include "../policy/text.h"
#include "../sig/app.h"
#include "ruleset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int is_app_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return *e->d_name != '.' && n > 4 && !strcmp(e->d_name + n - 4, ".app");
}

/* In byte order, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int complain(struct vfw_diags *d, const char *path, const char *what)
{
	vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL, "apps: %s: %s", path, what);
	return -EINVAL;
}

/* The files read so far. */
struct found {
	struct vfw_ruleset_file *v;
	size_t n;
	size_t bytes;
	bool full; /* more than are taken: no more is read */
};

static int read_file(struct found *f, int dirfd, const char *folder, const char *name, bool own,
		     struct vfw_diags *d)
{
	_cleanup_free_ char *path = vfw_form_format("%s/%s", folder, name);
	struct vfw_ruleset_file *v = reallocarray(f->v, f->n + 1, sizeof(*v)), *file;
	int err;

	if (v)
		f->v = v;
	if (!path || !v)
		return -ENOMEM;
	f->full = f->n == VFW_APPSET_FILES_MAX;
	if (f->full)
		return complain(d, folder, "expected at most 2048 files of apps");
	file = &v[f->n];
	err = (own ? vfw_file_read : vfw_file_read_roots)(dirfd, name, VFW_APP_FILE_MAX,
							  &file->text, &file->len);
	if (err)
		return err == -ENOMEM ? err : complain(d, path, vfw_file_words(err));
	file->name = path;
	path = NULL;
	f->n++;
	f->bytes += file->len;
	f->full = f->bytes > VFW_APPSET_BYTES_MAX;
	if (f->full)
		return complain(d, file->name, "expected at most 8 MiB in all files of apps");
	return 0;
}

/* A folder that is not there has no apps. own: vfwd wrote it itself, and it counts whoever it belongs to. */
static int read_folder(struct found *f, const char *folder, bool own, struct vfw_diags *d)
{
	_cleanup_close_ int dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries = NULL;
	int n, err;

	if (dirfd < 0)
		return errno == ENOENT ? 0 : complain(d, folder, strerror(errno));
	err = own ? 0 : vfw_file_folder_is_roots(dirfd);
	if (err)
		return complain(d, folder, vfw_file_words(err));
	n = scandirat(dirfd, ".", &entries, is_app_file, by_name);
	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : complain(d, folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		int one = err == -ENOMEM || f->full
				  ? 0
				  : read_file(f, dirfd, folder, entries[i]->d_name, own, d);

		err = one ?: err;
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* Numbers are of names alone, so that they mean the same under every policy; that two meet is all but impossible. */
static int number(struct vfw_app_list *l, struct vfw_diags *d)
{
	u16 n = l->tables.n_apps;

	for (u16 i = 0; i < n; i++) {
		l->apps[i].id = vfw_policy_app_id(l->text[i].name);
		for (u16 k = 0; k < i; k++) {
			if (l->apps[k].id != l->apps[i].id)
				continue;
			vfw_diag_add(d, VFW_DIAG_ERROR, NULL, NULL,
				     "the apps %s and %s come to one number: rename one of them",
				     l->text[k].name, l->text[i].name);
			return -EINVAL;
		}
	}
	return 0;
}

static int take(struct found *f, int err, struct vfw_ruleset_file **out, size_t *n)
{
	if (err) {
		vfw_ruleset_free_files(f->v, f->n);
		return err;
	}
	*out = f->v;
	*n = f->n;
	return 0;
}

int vfw_appset_read(struct vfw_diags *d, struct vfw_ruleset_file **out, size_t *n)
{
	struct found f = {0};
	int err = read_folder(&f, VFW_APPSET_SHIPPED, false, d);

	if (err != -ENOMEM)
		err = read_folder(&f, VFW_APPSET_OWN, false, d) ?: err;
	if (!err && !f.n)
		err = complain(d, VFW_APPSET_SHIPPED " and " VFW_APPSET_OWN,
			       "expected files of apps in one of them, for rules ask for apps");
	return take(&f, err, out, n);
}

int vfw_appset_sum(const struct vfw_ruleset_file *files, size_t n, char sum[VFW_APPSET_SUM_LEN])
{
	uint8_t digest[VFW_SHA256_LEN];
	struct vfw_text t = {0};

	for (size_t i = 0; i < n; i++) {
		vfw_text_bytes(&t, (const char *)&files[i].len, sizeof(files[i].len));
		vfw_text_bytes(&t, files[i].text, files[i].len);
	}
	if (!t.failed) {
		vfw_sha256(t.s, t.len, digest);
		vfw_form_hex(digest, VFW_SHA256_LEN, sum);
	}
	free(t.s);
	return t.failed ? -ENOMEM : 0;
}

int vfw_appset_read_kept(const char *folder, struct vfw_diags *d, struct vfw_ruleset_file **out,
			 size_t *n)
{
	_cleanup_free_ char *path = vfw_form_format("%s/" VFW_APPSET_SUM, folder);
	_cleanup_free_ char *said = NULL;
	char sum[VFW_APPSET_SUM_LEN];
	struct found f = {0};
	size_t len = 0;
	int err = path ? read_folder(&f, folder, true, d) : -ENOMEM;

	if (!err)
		err = vfw_appset_sum(f.v, f.n, sum);
	if (!err && vfw_file_read(AT_FDCWD, path, VFW_APPSET_SUM_LEN, &said, &len))
		err = complain(d, path,
			       "expected the sum of the files of apps kept with the policy");
	if (!err && (len != VFW_APPSET_SUM_LEN - 1 || memcmp(said, sum, len)))
		err = complain(d, folder,
			       "expected the files of apps as they were kept: damaged or changed");
	return take(&f, err, out, n);
}

int vfw_appset_parse(const struct vfw_ruleset_file *files, size_t n, struct vfw_diags *d,
		     struct vfw_app_list **out)
{
	struct vfw_app_list *l = vfw_app_list_new();
	int err = l ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && err != -ENOMEM; i++) {
		int one = vfw_app_list_add(l, files[i].name, files[i].text, files[i].len, d);

		err = one ?: err;
	}
	if (!err)
		err = vfw_app_list_finish(l, d);
	if (!err)
		err = number(l, d);
	if (err)
		vfw_app_list_free(l);
	else
		*out = l;
	return err;
}

int vfw_appset_digest(const struct vfw_app_list *l, uint8_t digest[VFW_SHA256_LEN])
{
	size_t n = vfw_apps_size(&l->tables);
	_cleanup_free_ u8 *buf = malloc(n);
	struct vfw_text t = {0};

	if (!buf)
		return -ENOMEM;
	vfw_apps_write(&l->tables, buf);
	vfw_text_bytes(&t, (const char *)buf, n);
	for (u16 i = 0; i < l->tables.n_apps; i++)
		vfw_text_bytes(&t, l->text[i].name, strlen(l->text[i].name) + 1);
	for (u16 i = 0; i < l->tables.n_patterns; i++) {
		vfw_text_bytes(&t, (const char *)&l->regex[i].flags, sizeof(l->regex[i].flags));
		vfw_text_bytes(&t, l->regex[i].regex, strlen(l->regex[i].regex) + 1);
	}
	if (t.failed) {
		free(t.s);
		return -ENOMEM;
	}
	vfw_sha256(t.s, t.len, digest);
	free(t.s);
	return 0;
}
