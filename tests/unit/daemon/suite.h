/* SPDX-License-Identifier: GPL-2.0 */
/* One suite a file; main.c runs them all. */
#ifndef VFW_TESTS_DAEMON_SUITE_H
#define VFW_TESTS_DAEMON_SUITE_H

#include <check.h>

Suite *suite_form(void);
Suite *suite_boot(void);
Suite *suite_registry(void);
Suite *suite_inventory(void);
Suite *suite_cmdline(void);
Suite *suite_qemu(void);
Suite *suite_eve(void);
Suite *suite_events(void);
Suite *suite_rpc(void);
Suite *suite_config(void);
Suite *suite_store(void);
Suite *suite_population(void);
Suite *suite_verbs(void);
Suite *suite_libvirt(void);
Suite *suite_signatures(void);

#endif /* VFW_TESTS_DAEMON_SUITE_H */
