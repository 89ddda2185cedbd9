/* SPDX-License-Identifier: GPL-2.0 */
/* The compiler's own would pull in a C library for _mm_malloc(), which the runtime does not use. */
