// SPDX-License-Identifier: GPL-2.0
#include "file.h"

#include "cleanup.h"
#include "form.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Of the last refusal, for vfw_file_words(). */
static _Thread_local char refusal[512];

/* name: of a file in a folder that is read as a whole, "" where who asks names it. */
static const char *distrust(const struct stat *st, const char *what, const char *name)
{
	bool owned = !st->st_uid || st->st_uid == geteuid();

	if (owned && !(st->st_mode & S_IWOTH))
		return NULL;
	snprintf(refusal, sizeof(refusal),
		 "expected a %s that root owns and not everybody may write, found the %s%s%s with "
		 "owner %u, mode %04o",
		 !strcmp(what, "file") ? what : "folder", what, *name ? " " : "", name, st->st_uid,
		 st->st_mode & 07777);
	return refusal;
}

const char *vfw_file_distrust(const struct stat *st, const char *what)
{
	return distrust(st, what, "");
}

/* May not everybody move what is root's in the folder? With the sticky bit only the owner may. */
static bool keeps(const struct stat *st, const char *what)
{
	struct stat sticky = *st;

	if (st->st_mode & S_ISVTX)
		sticky.st_mode &= ~S_IWOTH;
	return !vfw_file_distrust(&sticky, what);
}

static int check_folder(int dirfd, bool sticky)
{
	struct stat own, above;
	bool good;

	if (fstat(dirfd, &own) || fstatat(dirfd, "..", &above, 0))
		return -errno;
	good = sticky ? keeps(&own, "folder") : !vfw_file_distrust(&own, "folder");
	return good && keeps(&above, "folder above") ? 0 : -EPERM;
}

int vfw_file_folder_is_roots(int dirfd)
{
	return check_folder(dirfd, false);
}

const char *vfw_file_words(int err)
{
	return err == -EPERM && *refusal ? refusal : strerror(-err);
}

static int read_all(int fd, size_t max, char **data, size_t *n)
{
	_cleanup_free_ char *buf = NULL;
	size_t have = 0, room = 0;

	for (;;) {
		ssize_t got;

		if (have == room) {
			size_t more = room ? room * 2 : 4096;
			char *bigger;

			if (more > max + 1)
				more = max + 1;
			bigger = realloc(buf, more + 1);
			if (!bigger)
				return -ENOMEM;
			buf = bigger;
			room = more;
		}
		got = read(fd, buf + have, room - have);
		if (got < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!got)
			break;
		have += (size_t)got;
		if (have > max)
			return -EFBIG;
	}
	buf[have] = '\0';
	*data = vfw_steal(buf);
	if (n)
		*n = have;
	return 0;
}

int vfw_file_read(int dirfd, const char *path, size_t max, char **data, size_t *n)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : read_all(fd, max, data, n);
}

bool vfw_file_check_folder(const char *path, void (*refused)(const char *path, const char *why))
{
	DIR *d = opendir(path);
	bool any = false;
	struct dirent *e;
	struct stat st;

	if (!d && errno == ENOENT)
		return false;
	if (!d || vfw_file_folder_is_roots(dirfd(d))) {
		refused(path, d ? refusal : strerror(errno));
		any = true;
	}
	while (d && (e = readdir(d))) {
		if (*e->d_name == '.' || fstatat(dirfd(d), e->d_name, &st, 0) ||
		    !S_ISREG(st.st_mode) || !distrust(&st, "file", e->d_name))
			continue;
		refused(path, refusal);
		any = true;
	}
	if (d)
		closedir(d);
	return any;
}

static int read_checked(int fd, const struct stat *st, const char *name, size_t max, char **data,
			size_t *n)
{
	return distrust(st, "file", name) ? -EPERM : read_all(fd, max, data, n);
}

int vfw_file_read_roots(int dirfd, const char *path, size_t max, char **data, size_t *n)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	*refusal = '\0';
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	return read_checked(fd, &st, path, max, data, n);
}

int vfw_file_read_trusted(const char *path, size_t max, char **data, size_t *n)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	_cleanup_close_ int fd = open(real ?: path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_close_ int dir = -1;
	struct stat st;
	int err;

	*refusal = '\0';
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	/* a pipe, and a file that has no name any more, cannot be put in another's place */
	if (!S_ISREG(st.st_mode) || !st.st_nlink)
		return read_checked(fd, &st, "", max, data, n);
	if (!real)
		return -EPERM;
	*(strrchr(real, '/') + 1) = '\0';
	dir = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = dir < 0 ? -errno : check_folder(dir, true);
	return err ?: read_checked(fd, &st, "", max, data, n);
}

static int write_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t done = write(fd, data, n);

		if (done < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		data += done;
		n -= (size_t)done;
	}
	return 0;
}

int vfw_file_sync_dir(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static int write_as(const char *path, const void *data, size_t n, mode_t mode,
		    const struct stat *as)
{
	_cleanup_free_ char *aside = vfw_form_format("%s.new", path);
	_cleanup_free_ char *dir = dir_of(path);
	_cleanup_close_ int fd = -1;
	int r;

	if (!aside || !dir)
		return -ENOMEM;
	fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	r = write_all(fd, data, n);
	if (!r && as && (fchown(fd, as->st_uid, as->st_gid) || fchmod(fd, as->st_mode & 07777)))
		r = -errno;
	if (!r && fsync(fd) < 0)
		r = -errno;
	if (!r && rename(aside, path) < 0)
		r = -errno;
	if (r) {
		unlink(aside);
		return r;
	}
	return vfw_file_sync_dir(dir);
}

int vfw_file_write(const char *path, const void *data, size_t n, mode_t mode)
{
	return write_as(path, data, n, mode, NULL);
}

int vfw_file_replace(const char *path, const void *data, size_t n, const struct stat *as)
{
	return write_as(path, data, n, 0600, as);
}

int vfw_file_mkdirs(const char *path, mode_t mode)
{
	char buf[PATH_MAX];
	size_t n = strlen(path);

	if (!n || n >= sizeof(buf))
		return -ENAMETOOLONG;
	memcpy(buf, path, n + 1);
	for (char *p = buf + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(buf, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	if (mkdir(buf, mode) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

int vfw_file_mkdirs_above(const char *path, mode_t mode)
{
	_cleanup_free_ char *dir = dir_of(path);

	if (!dir)
		return -ENOMEM;
	return vfw_file_mkdirs(dir, mode);
}
