/* SPDX-License-Identifier: GPL-2.0 */
/* What a settings file that is wrong says of [boot] require-protection, as far as that can be told. */
#ifndef VFW_BASE_PROTECTION_H
#define VFW_BASE_PROTECTION_H

#include <stdbool.h>

/*
 * May the file, which vfw_config_load() found wrong, have been meant to ask for protection? Yes, if a
 * line that is no comment stands in its table [boot], or speaks of requiring or of protection, and is
 * not `require-protection = false'; yes, too, if the file is there but cannot be read.
 */
bool vfw_protection_may_be_asked(const char *path);

#endif /* VFW_BASE_PROTECTION_H */
