// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static enum vfw_log_level log_level = VFW_LOG_INFO;

void vfw_log_set_level(enum vfw_log_level level)
{
	log_level = level;
}

void vfw_log(enum vfw_log_level level, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	if (level > log_level)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "vfwd: %s%s\n",
			level <= VFW_LOG_ERROR	   ? "error: "
			: level == VFW_LOG_WARNING ? "warning: "
						   : "",
			line);
}
