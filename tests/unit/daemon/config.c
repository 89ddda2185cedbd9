// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/base/config.h"
#include "../../../daemon/base/protection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int load(const char *text, const char *root, struct vfw_config *c, char **error)
{
	char path[] = "/tmp/vfw-config-XXXXXX";
	int fd = mkstemp(path), err;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	err = vfw_config_load(c, path, root, error);
	unlink(path);
	return err;
}

START_TEST(defaults)
{
	struct vfw_config c;
	char *error;

	ck_assert_int_eq(vfw_config_load(&c, NULL, "/nowhere", &error), 0);
	ck_assert_str_eq(c.vms, "/nowhere/etc/vfw/vms.d");
	ck_assert_str_eq(c.socket, "/nowhere/run/vfw/vfwd.sock");
	ck_assert_uint_ge(c.n_uids, 1);
	ck_assert(!c.names.given);
	ck_assert(!c.require_protection);
	ck_assert_int_eq(c.flow_events, VFW_FLOW_EVENTS_LOG);
	vfw_config_clear(&c);
	ck_assert_int_ne(vfw_config_load(&c, "/nowhere/x", NULL, &error), 0);
	ck_assert_ptr_nonnull(strstr(error, "/nowhere/x: "));
	free(error);
	vfw_config_clear(&c);
}
END_TEST

START_TEST(all_of_it)
{
	struct vfw_config c;
	char *error;

	ck_assert_int_eq(
		load("[paths]\nvms = \"/a\"\neve = \"/b\"\n[qemu]\nusers = [\"root\"]\n"
		     "interval = 9\n[boot]\nrequire-protection = true\n[flow]\nevents = \"all\"\nudp = 99\n[scope]\nnames = [\"vnet*\"]\nuplinks = []\n",
		     "/r", &c, &error),
		0);
	ck_assert_str_eq(c.vms, "/r/a");
	ck_assert_str_eq(c.eve, "/r/b");
	ck_assert_uint_eq(c.n_uids, 1);
	ck_assert_uint_eq(c.interval, 9);
	ck_assert(c.require_protection);
	ck_assert_int_eq(c.flow_events, VFW_FLOW_EVENTS_ALL);
	ck_assert_uint_eq(c.timeouts.seconds[VFW_TIMEOUT_UDP], 99);
	ck_assert_uint_eq(c.timeouts.seconds[VFW_TIMEOUT_ICMP], 0);
	ck_assert(c.names.given && c.uplinks.given && !c.bridges.given);
	ck_assert_str_eq(c.names.v[0], "vnet*");
	ck_assert_uint_eq(c.uplinks.n, 0);
	vfw_config_clear(&c);
}
END_TEST

static const struct {
	const char *text, *complaint;
} faults[] = {
	{"[paths]\nvms = 3\n", ":2: vms: expected a path"},
	{"[paths]\nvms = \"x\"\n", ":2: vms: expected a path"},
	{"[paths]\nhome = \"/x\"\n", ":2: home: expected vms, policy"},
	{"[qemu]\nusers = [\"no-such-user-here\"]\n",
	 ":2: expected the name of a user of this host, found \"no-such-user-here\""},
	{"[qemu]\ninterval = 0\n", ":2: interval: expected 1 to 3600"},
	{"[scope]\nnames = [\"a-name-that-is-too-long\"]\n", ":2: expected a device name"},
	{"[boot]\nrequire-protection = 1\n", ":2: require-protection: expected true or false"},
	{"[boot]\narmed = true\n", ":2: armed: expected require-protection"},
	{"[flow]\nevents = \"some\"\n", ":2: events: expected \"none\""},
	{"[flow]\ntcp = 5\n", ":2: tcp: expected events or a state"},
	{"[flow]\nudp = 0\n", ":2: udp: expected 1 to 2592000"},
	{"[colour]\n", ":1: colour: expected one of the tables"},
	{"x = 1\n", ":1: x: expected one of the tables"},
	{"[paths\n", ":1: "},
};

START_TEST(faults_name_their_line)
{
	struct vfw_config c;
	char *error;

	ck_assert_int_ne(load(faults[_i].text, NULL, &c, &error), 0);
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(strstr(error, faults[_i].complaint), "expected \"%s\" in: %s",
		      faults[_i].complaint, error);
	free(error);
	vfw_config_clear(&c);
}
END_TEST

/* Files that are wrong: which of them may have been meant to ask for protection. */
static const struct {
	const char *text;
	bool asked;
} wrongs[] = {
	{"[flow]\nudp = never\n", false},
	{"[boot]\nrequire-protection = false\n[flow\n", false},
	{"[boot]\n\trequire-protection=false # not here\r\n[flow\n", false},
	{"# require-protection = true\n[flow\n", false},
	{"[boot]\nrequire-protection = true\n[flow\n", true},
	{"[boot]\nrequire-protection = falsch\n", true},
	{"[boot]\nrequire-protection = fals\n", true},
	{"[boot]\nreqiure = true\n", true},
	{"[boots]\nrequired = true\n", true},
	{"boot = { require-protection = true }\n[flow\n", true},
	{"[ boot ]\nProtection = 1\n", true},
};

START_TEST(protection_in_a_wrong_file)
{
	char path[] = "/tmp/vfw-config-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, wrongs[_i].text, strlen(wrongs[_i].text)),
			 (ssize_t)strlen(wrongs[_i].text));
	ck_assert_msg(vfw_protection_may_be_asked(path) == wrongs[_i].asked, "in: %s",
		      wrongs[_i].text);
	/* what cannot be read to its end may say anything */
	ck_assert_int_eq(write(fd, "\0", 1), 1);
	ck_assert(vfw_protection_may_be_asked(path));
	close(fd);
	unlink(path);
	ck_assert(!vfw_protection_may_be_asked(path));
	ck_assert(vfw_protection_may_be_asked("/"));
}
END_TEST

/* Settings that everybody may write are no settings. */
START_TEST(what_others_may_write)
{
	char folder[] = "/tmp/vfw-config-XXXXXX", path[64];
	struct vfw_config c;
	char *error;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/vfwd.toml", folder);
	f = fopen(path, "w");
	fputs("[boot]\nrequire-protection = false\n", f);
	fclose(f);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(chmod(path, i == 1 ? 0666 : 0644), 0);
		ck_assert_int_eq(chmod(folder, i == 2 ? 0777 : 0755), 0);
		ck_assert_int_eq(vfw_config_load(&c, path, NULL, &error), i ? -EPERM : 0);
		ck_assert(!i || strstr(error, i == 1 ? "found the file with owner"
						     : "found the folder with owner"));
		/* but no guest is refused for that alone */
		ck_assert(!vfw_protection_may_be_asked(path));
		if (i)
			free(error);
		vfw_config_clear(&c);
	}
	unlink(path);
	rmdir(folder);
}
END_TEST

Suite *suite_config(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");

	tcase_add_test(t, defaults);
	tcase_add_test(t, all_of_it);
	tcase_add_test(t, what_others_may_write);
	tcase_add_loop_test(t, faults_name_their_line, 0, sizeof(faults) / sizeof(faults[0]));
	tcase_add_loop_test(t, protection_in_a_wrong_file, 0, sizeof(wrongs) / sizeof(wrongs[0]));
	suite_add_tcase(s, t);
	return s;
}
