/* SPDX-License-Identifier: GPL-2.0 */
/* The unit tests of core/: each file gives one test case. */
#ifndef VFW_TEST_CORE_UNIT_H
#define VFW_TEST_CORE_UNIT_H

#include <check.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Each returns a new test case that the suite takes over. */
TCase *core_frame_cases(void);
TCase *core_plain_cases(void);
TCase *core_match_cases(void);
TCase *core_flowkey_cases(void);
TCase *core_tcpstate_cases(void);
TCase *core_tcpopt_cases(void);
TCase *core_stream_cases(void);
TCase *core_fragset_cases(void);
TCase *core_fragmark_cases(void);
TCase *core_reason_cases(void);
TCase *core_sig_cases(void);
TCase *core_sig_table_cases(void);
TCase *core_sigcount_cases(void);
TCase *core_app_cases(void);

#endif /* VFW_TEST_CORE_UNIT_H */
