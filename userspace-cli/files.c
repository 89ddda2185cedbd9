// SPDX-License-Identifier: GPL-2.0
#include "files.h"

#include "cli.h"
#include "term.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vfw/ctl_proto.h>

static int files_add(struct vfw_cli *cli, json_t *files, const char *name, const char *text,
		     size_t len)
{
	json_t *jtext = NULL, *jname = NULL;
	const char *nul = memchr(text, '\0', len);

	if (json_array_size(files) >= VFW_FILES_MAX) {
		vfw_cli_error(cli, "a policy has at most %d files: join some", VFW_FILES_MAX);
		return -1;
	}
	if (!nul) {
		jtext = json_stringn(text, len);
		jname = json_string(name);
	}
	if (!jtext || !jname) {
		vfw_cli_error(
			cli,
			"%s: expected UTF-8 text without NUL bytes, in a file with a UTF-8 name",
			name);
		json_decref(jtext);
		json_decref(jname);
		return -1;
	}
	return json_array_append_new(files, json_pack("{s:o, s:o}", "name", jname, "text", jtext));
}

/* Reads f to its end, at most VFW_FILE_MAX bytes. */
static int files_slurp(struct vfw_cli *cli, json_t *files, const char *name, FILE *f)
{
	size_t len = 0, size = 65536;
	char *buf = NULL;
	int rc = -1;

	do {
		char *more = realloc(buf, size *= 2);

		if (!more) {
			vfw_cli_error(cli, "%s: no memory to read it", name);
			goto out;
		}
		buf = more;
		len += fread(buf + len, 1, size - len, f);
		if (len > VFW_FILE_MAX) {
			vfw_cli_error(cli, "%s: over 16 MiB: split it", name);
			goto out;
		}
	} while (len == size);
	if (ferror(f)) {
		vfw_cli_error(cli, "%s: %s", name, strerror(errno));
		goto out;
	}
	rc = files_add(cli, files, name, buf, len);
out:
	free(buf);
	return rc;
}

FILE *vfw_files_open(struct vfw_cli *cli, const char *path, const char *such)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	FILE *f = NULL;

	if (fd < 0 || fstat(fd, &st))
		vfw_cli_error(cli, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		vfw_cli_error(cli, "%s: expected %s", path, such);
	else if (!(f = fdopen(fd, "r")))
		vfw_cli_error(cli, "%s: %s", path, strerror(errno));
	if (!f && fd >= 0)
		close(fd);
	return f;
}

static int files_open(struct vfw_cli *cli, json_t *files, const struct vfw_files_kind *kind,
		      const char *path)
{
	FILE *f = vfw_files_open(cli, path, kind->such);
	int rc = f ? files_slurp(cli, files, path, f) : -1;

	if (f)
		fclose(f);
	return rc;
}

static bool files_wanted(const struct dirent *d, const char *suffix)
{
	size_t n = strlen(d->d_name), end = strlen(suffix);

	return d->d_name[0] != '.' && n > end && !strcmp(d->d_name + n - end, suffix);
}

/* Byte order, whatever the locale. */
static int files_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int files_folder(struct vfw_cli *cli, json_t *files, const struct vfw_files_kind *kind,
			const char *path)
{
	struct dirent **entry;
	int i, rc = 0, taken = 0, n = scandir(path, &entry, NULL, files_order);
	size_t len = strlen(path);

	if (n < 0) {
		vfw_cli_error(cli, "%s: %s", path, strerror(errno));
		return -1;
	}
	for (i = 0; i < n; i++) {
		struct vfw_term full = {0};
		char *s;

		if (rc || !files_wanted(entry[i], kind->suffix)) {
			free(entry[i]);
			continue;
		}
		taken++;
		vfw_term_addf(&full, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/",
			      entry[i]->d_name);
		s = vfw_term_take(&full);
		rc = files_open(cli, files, kind, s);
		free(s);
		free(entry[i]);
	}
	if (!taken) {
		vfw_cli_error(cli, "%s: no file there ends in %s, so there is no %s in it", path,
			      kind->suffix, kind->what);
		rc = -1;
	}
	free(entry);
	return rc;
}

json_t *vfw_files_read_kind(struct vfw_cli *cli, const struct vfw_files_kind *kind,
			    char *const *paths, int n)
{
	json_t *files = json_array();
	struct stat st;
	int i, rc = 0;

	for (i = 0; i < n && !rc; i++) {
		if (!strcmp(paths[i], "-"))
			rc = files_slurp(cli, files, "<stdin>", cli->in);
		else if (!stat(paths[i], &st) && S_ISDIR(st.st_mode))
			rc = files_folder(cli, files, kind, paths[i]);
		else
			rc = files_open(cli, files, kind, paths[i]);
	}
	if (rc) {
		json_decref(files);
		return NULL;
	}
	return files;
}

/* Is it root's, or of who runs this, and not everybody's to write? As vfwd judges; complains if not. */
static bool files_is_roots(struct vfw_cli *cli, const char *path, const char *what)
{
	struct stat st;

	if (stat(path, &st) || ((!st.st_uid || st.st_uid == geteuid()) && !(st.st_mode & S_IWOTH)))
		return true;
	vfw_cli_error(
		cli,
		"%s: expected a %s that root owns and not everybody may write, found owner %u, "
		"mode %04o",
		path, what, st.st_uid, st.st_mode & 07777);
	return false;
}

/* The folder that is taken without being named, and its files. Complains about what others may write. */
static bool files_trusted(struct vfw_cli *cli, const char *folder)
{
	struct dirent **entry;
	int n = scandir(folder, &entry, NULL, files_order);
	bool trusted = files_is_roots(cli, folder, "folder");

	for (int i = 0; i < n; i++) {
		struct vfw_term full = {0};
		char *path;

		vfw_term_addf(&full, "%s/%s", folder, entry[i]->d_name);
		path = vfw_term_take(&full);
		if (trusted && files_wanted(entry[i], ".vfw"))
			trusted = files_is_roots(cli, path, "file");
		free(path);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return trusted;
}

json_t *vfw_files_read(struct vfw_cli *cli, char *const *paths, int n)
{
	static const struct vfw_files_kind policy = {"policy", ".vfw",
						     "a file of text or a folder of *.vfw files"};
	static char *const def[] = {(char *)VFW_FILES_DEFAULT};

	if (!n && access(VFW_FILES_DEFAULT, F_OK)) {
		vfw_cli_error(cli, "there is no " VFW_FILES_DEFAULT
				   ": name the policy's files, or put them there");
		return NULL;
	}
	if (!n && !files_trusted(cli, VFW_FILES_DEFAULT))
		return NULL;
	return vfw_files_read_kind(cli, &policy, n ? paths : def, n ?: 1);
}
