// SPDX-License-Identifier: GPL-2.0

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/kernel_read_file.h>
#include <linux/security.h>
#include <linux/vmalloc.h>

#include "hs.h"

static int fail(int err, const char **why, const char *text)
{
	if (why)
		*why = text;
	return err;
}

int vfw_hs_db_load_fd(int fd, struct vfw_hs_db **db, const char **why)
{
	void *buf = NULL;
	ssize_t n;
	int err;

	/* A database is code, so what is asked for modules is asked here. */
	if (!capable(CAP_SYS_MODULE))
		return fail(-EPERM, why, "loading a database takes CAP_SYS_MODULE: become root");
	if (security_locked_down(LOCKDOWN_MODULE_SIGNATURE))
		return fail(-EPERM, why,
			    "the kernel is locked down and a database bears no signature");
	/* Security modules judge it as one, too; IPE warns about what is read as nothing. */
	n = kernel_read_file_from_fd(fd, 0, &buf, VFW_HS_DB_MAX, NULL, READING_MODULE);
	if (n == -EFBIG)
		return fail(n, why, "database is larger than 64 MiB: use fewer patterns");
	if (n < 0)
		return fail(n, why, "database cannot be read: expected an open regular file");
	err = vfw_hs_db_load(buf, n, db, why);
	vfree(buf);
	return err;
}
