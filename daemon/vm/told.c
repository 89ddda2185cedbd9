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

/* NULL: no memory. */
static char *path_of(const char *folder, const uint8_t *uuid)
{
	char text[VFW_FORM_UUID_LEN];

	return vfw_form_format("%s/%s", folder, vfw_form_uuid(uuid, text));
}

int vfw_told_keep(const char *folder, const uint8_t uuid[VFW_UUID_LEN], const char *text, size_t n)
{
	_cleanup_free_ char *path = path_of(folder, uuid);
	int err = path ? vfw_file_mkdirs(folder, 0700) : -ENOMEM;

	return err ?: vfw_file_write(path, text, n, 0600);
}

void vfw_told_drop(const char *folder, const uint8_t uuid[VFW_UUID_LEN])
{
	_cleanup_free_ char *path = path_of(folder, uuid);

	if (path)
		unlink(path);
}

static int is_uuid(const struct dirent *e)
{
	uint8_t uuid[VFW_UUID_LEN];

	return !vfw_form_uuid_parse(e->d_name, uuid);
}

void vfw_told_each(const char *folder,
		   void (*each)(void *arg, const uint8_t uuid[VFW_UUID_LEN], const char *text,
				size_t n),
		   void *arg)
{
	_cleanup_close_ int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = dir < 0 ? -1 : 0;
	struct dirent **names;

	if (!n && !vfw_file_folder_is_roots(dir))
		n = scandir(folder, &names, is_uuid, alphasort);
	if (n <= 0)
		return;
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *text = NULL;
		uint8_t uuid[VFW_UUID_LEN];
		size_t len;

		if (!vfw_form_uuid_parse(names[i]->d_name, uuid) &&
		    !vfw_file_read_roots(dir, names[i]->d_name, VFW_INVENTORY_FILE_MAX, &text,
					 &len))
			each(arg, uuid, text, len);
		free(names[i]);
	}
	free(names);
}
