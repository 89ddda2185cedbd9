/* SPDX-License-Identifier: GPL-2.0 */
/* Cleanup attributes: a variable so marked is released when its scope ends. */
#ifndef VFW_BASE_CLEANUP_H
#define VFW_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void vfw_cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void vfw_cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void vfw_cleanup_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_free_ _cleanup_(vfw_cleanup_freep)
#define _cleanup_close_ _cleanup_(vfw_cleanup_closep)
#define _cleanup_fclose_ _cleanup_(vfw_cleanup_fclosep)

/* Takes the pointer out of a cleaned variable: the caller owns it now. */
#define vfw_steal(p)                         \
	({                                   \
		__typeof__(p) stolen_ = (p); \
		(p) = NULL;                  \
		stolen_;                     \
	})

#endif /* VFW_BASE_CLEANUP_H */
