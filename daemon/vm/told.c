// SPDX-License-Identifier: GPL-2.0
#include "told.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "inventory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int vfw_told_keep(const char *folder, const char *name, const char *text, size_t n)
{
	_cleanup_free_ char *path = vfw_form_format("%s/%s", folder, name);
	int err = path ? vfw_file_mkdirs(folder, 0700) : -ENOMEM;

	return err ?: vfw_file_write(path, text, n, 0600);
}

void vfw_told_bind(const char *folder, const char *name, const char *process)
{
	_cleanup_free_ char *path = vfw_form_format("%s/.%s", folder, name);

	/* what cannot be noted must not stand for another */
	if (path && (!*process || vfw_file_write(path, process, strlen(process), 0600)))
		unlink(path);
}

void vfw_told_drop(const char *folder, const char *name)
{
	_cleanup_free_ char *path = vfw_form_format("%s/%s", folder, name);

	vfw_told_bind(folder, name, "");
	if (path)
		unlink(path);
}

/* Not one that was being written when its vfwd ended. */
static int is_whole(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return *e->d_name != '.' && (n < 4 || strcmp(e->d_name + n - 4, ".new") != 0);
}

void vfw_told_each(const char *folder,
		   void (*each)(void *arg, const char *name, const char *text, size_t n,
				const char *process),
		   void *arg)
{
	_cleanup_close_ int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = dir < 0 ? -1 : 0;
	struct dirent **names;

	if (!n && !vfw_file_folder_is_roots(dir))
		n = scandirat(dir, ".", &names, is_whole, alphasort);
	if (n <= 0)
		return;
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *text = NULL, *process = NULL;
		_cleanup_free_ char *beside = vfw_form_format(".%s", names[i]->d_name);
		size_t len;

		if (beside)
			vfw_file_read_roots(dir, beside, VFW_TOLD_PROCESS_LEN - 1, &process, NULL);

		if (!vfw_file_read_roots(dir, names[i]->d_name, VFW_INVENTORY_FILE_MAX, &text,
					 &len))
			each(arg, names[i]->d_name, text, len, process ?: "");
		free(names[i]);
	}
	free(names);
}
