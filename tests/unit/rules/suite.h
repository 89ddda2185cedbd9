/* SPDX-License-Identifier: GPL-2.0 */
/* The unit tests of signatures: each file gives one test case. */
#ifndef VFW_TEST_RULES_SUITE_H
#define VFW_TEST_RULES_SUITE_H

#include <check.h>

#include "../../../daemon/sig/rule_set.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Each returns a new test case that the suite takes over. */
TCase *rules_text_cases(void);
TCase *rules_range_cases(void);
TCase *rules_chain_cases(void);
TCase *rules_header_cases(void);
TCase *rules_http_cases(void);
TCase *rules_replay_cases(void);
TCase *rules_rival_cases(void);
TCase *rules_selftest_cases(void);
TCase *rules_kernel_cases(void);
TCase *rules_flowbits_cases(void);

/* A finished set of these rules; whether they load is the caller's question. Freed by the caller. */
struct vfw_rule_set *suite_set(const char *rules);

#endif /* VFW_TEST_RULES_SUITE_H */
