// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy.h"
#include "tree.h"

static int complain(struct vfw_policy *p, struct vfw_diags *d, const char *path, const char *what)
{
	struct vfw_source nameless = {.name = (char *)path};

	p->broken = true;
	vfw_diag_add(d, VFW_DIAG_ERROR, &nameless, NULL, "%s", what);
	return -EINVAL;
}

/* Reads at most VFW_POLICY_FILE_MAX + 1 bytes: one more than may be, so that too long is seen. */
static int read_all(int fd, char **text, size_t *len)
{
	size_t room = 65536, n = 0;
	char *buf = malloc(room);

	while (buf && n <= VFW_POLICY_FILE_MAX) {
		ssize_t got;

		if (n == room) {
			char *grown = realloc(buf, 2 * room);

			if (!grown)
				break;
			buf = grown;
			room *= 2;
		}
		got = read(fd, buf + n, room - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int err = -errno;

			free(buf);
			return err;
		}
		if (!got) {
			*text = buf;
			*len = n;
			return 0;
		}
		n += (size_t)got;
	}
	if (buf && n > VFW_POLICY_FILE_MAX) {
		*text = buf;
		*len = n;
		return 0;
	}
	free(buf);
	return -ENOMEM;
}

/* O_NONBLOCK: opening a FIFO that somebody put there must not hang; it is refused as no file. */
static int add_file(struct vfw_policy *p, const char *path, struct vfw_diags *d)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *text = NULL;
	size_t len = 0;
	int err;

	if (fd < 0)
		return complain(p, d, path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return complain(p, d, path, "expected a regular file");
	}
	err = read_all(fd, &text, &len);
	close(fd);
	if (err == -ENOMEM)
		return err;
	if (err)
		return complain(p, d, path, strerror(-err));
	err = vfw_policy_add_text(p, path, text, len, d);
	free(text);
	return err;
}

static int is_policy(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 4 && !strcmp(entry->d_name + n - 4, ".vfw");
}

/* alphasort() follows the locale; the order of files is that of bytes. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_folder(struct vfw_policy *p, const char *path, struct vfw_diags *d)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_policy, by_bytes);
	int worst = 0;

	if (n < 0)
		return complain(p, d, path, strerror(errno));
	for (int i = 0; i < n; i++) {
		size_t room = strlen(path) + strlen(entries[i]->d_name) + 2;
		char *name = malloc(room);
		int err = -ENOMEM;

		if (name && worst != -ENOMEM) {
			snprintf(name, room, "%s/%s", path, entries[i]->d_name);
			err = add_file(p, name, d);
		}
		free(name);
		if (err && worst != -ENOMEM)
			worst = err;
		free(entries[i]);
	}
	free(entries);
	if (!n)
		return complain(p, d, path, "expected files named *.vfw in this folder");
	return worst;
}

int vfw_policy_add_path(struct vfw_policy *p, const char *path, struct vfw_diags *d)
{
	struct stat st;

	if (stat(path, &st))
		return complain(p, d, path, strerror(errno));
	return S_ISDIR(st.st_mode) ? add_folder(p, path, d) : add_file(p, path, d);
}
