// SPDX-License-Identifier: GPL-2.0
#include "protection.h"

#include "cleanup.h"
#include "config.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Is the line `require-protection = false', with a comment at most? */
static bool is_refusal(const char *line)
{
	static const char *const words[] = {"require-protection", "=", "false"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		line += strspn(line, " \t");
		if (strncmp(line, words[i], n) != 0)
			return false;
		line += n;
	}
	line += strspn(line, " \t\r");
	return !*line || *line == '#';
}

bool vfw_protection_may_be_asked(const char *path)
{
	_cleanup_free_ char *text = NULL;
	char *save = NULL;
	bool boot = false;
	size_t n;
	/* whoever wrote it: that it is wrong must not refuse guests of hosts that never asked */
	int err = vfw_file_read(AT_FDCWD, path, VFW_CONFIG_MAX, &text, &n);

	if (err)
		return err != -ENOENT;
	if (strlen(text) != n)
		return true;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t\r");
		if (!*line || *line == '#')
			continue;
		if (*line == '[')
			boot = !strncmp(line, "[boot]", 6);
		else if ((boot || strcasestr(line, "requir") || strcasestr(line, "protect")) &&
			 !is_refusal(line))
			return true;
	}
	return false;
}
