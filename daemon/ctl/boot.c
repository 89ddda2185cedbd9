// SPDX-License-Identifier: GPL-2.0
#include "boot.h"

#include <errno.h>
#include <libkmod.h>
#include <stdbool.h>
#include <string.h>

/* What the last armed= of these options says, as the kernel reads it (kstrtobool()); else what it was before. */
static bool armed_by(const char *options, bool before)
{
	const char *at = options;

	while ((at = strstr(at, "armed"))) {
		bool whole = at == options || at[-1] == ' ' || at[-1] == '\t';

		at += strlen("armed");
		if (!whole || (*at && *at != '=' && *at != ' ' && *at != '\t'))
			continue;
		if (*at != '=')
			before = true; /* a flag without a value is set */
		else
			before = (at[1] && strchr("1yYtT", at[1])) || !strncasecmp(at + 1, "on", 2);
	}
	return before;
}

int vfw_boot_armed(const char *const *folders)
{
	struct kmod_ctx *ctx = kmod_new(NULL, folders);
	struct kmod_config_iter *all;
	bool armed = false;

	if (!ctx)
		return -ENOMEM;
	all = kmod_config_get_options(ctx);
	while (all && kmod_config_iter_next(all))
		if (!strcmp(kmod_config_iter_get_key(all), "vfw"))
			armed = armed_by(kmod_config_iter_get_value(all) ?: "", armed);
	if (all)
		kmod_config_iter_free_iter(all);
	kmod_unref(ctx);
	return all ? armed : -EIO;
}
