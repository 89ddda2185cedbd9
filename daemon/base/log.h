/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon's own log: standard error, with journald's level prefixes when it is the journal. */
#ifndef VFW_BASE_LOG_H
#define VFW_BASE_LOG_H

enum vfw_log_level {
	VFW_LOG_ERROR = 3,
	VFW_LOG_WARNING = 4,
	VFW_LOG_INFO = 6,
};

/* Sets the least important level that is still written. Default: VFW_LOG_INFO. */
void vfw_log_set_level(enum vfw_log_level level);

/* Writes one line; control characters of the text become '?'. Never fails. */
__attribute__((format(printf, 2, 3))) void vfw_log(enum vfw_log_level level, const char *fmt, ...);

#define vfw_log_error(...) vfw_log(VFW_LOG_ERROR, __VA_ARGS__)
#define vfw_log_warning(...) vfw_log(VFW_LOG_WARNING, __VA_ARGS__)
#define vfw_log_info(...) vfw_log(VFW_LOG_INFO, __VA_ARGS__)

#endif /* VFW_BASE_LOG_H */
