// SPDX-License-Identifier: GPL-2.0
#include "../../../daemon/libvirt/domain.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define UUID "6f9619ff-8b86-4011-b42d-00c04fc964f1"
#define HEAD "uuid = \"" UUID "\"\nname = \"web\"\n"
#define IDENTITY "<name>web</name><uuid>" UUID "</uuid>"
#define NIC                                                        \
	"<devices><interface type='bridge'><source bridge='br0'/>" \
	"<mac address='52:54:00:00:02:01'/><target dev='vnet0'/></interface></devices>"

static const struct {
	const char *xml;
	bool active;
	const char *text; /* NULL: refused */
} cases[] = {
	{"<domain type='kvm'>" IDENTITY NIC "</domain>", false, HEAD},
	{"<domain type='kvm'>" IDENTITY NIC "</domain>", true,
	 HEAD "[[nics]]\nmac = \"52:54:00:00:02:01\"\naddresses = []\n"},
	{"<domain>" IDENTITY "<metadata><vfw:vm xmlns:vfw='urn:vfw:1' tenant='shop'>"
	 "<vfw:label key='tier' value='web'/><vfw:label key='a &quot;b' value='\\'/>"
	 "<vfw:nic mac='52:54:00:00:02:01'><vfw:address>10.0.0.1</vfw:address>"
	 "<vfw:address>fd00::/64</vfw:address></vfw:nic></vfw:vm></metadata>" NIC "</domain>",
	 true,
	 HEAD "tenant = \"shop\"\n[labels]\n\"tier\" = \"web\"\n\"a \\\"b\" = \"\\\\\"\n"
	      "[[nics]]\nmac = \"52:54:00:00:02:01\"\naddresses = [\"10.0.0.1\", \"fd00::/64\"]\n"},
	/* another's element of that name, and a prefix that is not ours, mean nothing */
	{"<domain>" IDENTITY "<metadata><vm xmlns='urn:other' tenant='x'/></metadata></domain>",
	 true, HEAD},
	/* a name cannot break out of its string */
	{"<domain><name>a&#10;tenant = \"x\"</name><uuid>" UUID "</uuid></domain>", true,
	 "uuid = \"" UUID "\"\nname = \"a\\u000atenant = \\\"x\\\"\"\n"},
	{"<domain/>", true, "uuid = \"\"\nname = \"\"\n"},
	{"<network/>", true, NULL},
	{"<domain>", true, NULL},
	{"", true, NULL},
};

START_TEST(texts)
{
	char *text = vfw_reader_domain(cases[_i].xml, cases[_i].active);

	if (cases[_i].text) {
		ck_assert_ptr_nonnull(text);
		ck_assert_str_eq(text, cases[_i].text);
	} else {
		ck_assert_ptr_null(text);
	}
	free(text);
}
END_TEST

/* A name is cut between characters, and what is wrong still has room. */
START_TEST(faults)
{
	char buf[VFW_READER_FAULT_MAX], name[1001] = "x", what[2001];

	ck_assert_str_eq(vfw_reader_fault("web", "too much", buf), "web: too much");
	for (size_t i = 1; i < 1000; i += 2)
		memcpy(name + i, "\xc3\xa4", 2); /* a umlaut */
	name[999] = '\0';
	memset(what, 'y', 2000);
	what[2000] = '\0';
	vfw_reader_fault(name, what, buf);
	ck_assert_uint_eq(strlen(buf), 255 + 2 + 700);
	ck_assert_uint_eq(strspn(buf + 257, "y"), 700);
	memcpy(name, "\xc3\xa4\xc3", 3);
	name[3] = (char)0xa4;
	for (size_t i = 4; i < 998; i += 2)
		memcpy(name + i, "\xc3\xa4", 2);
	vfw_reader_fault(name, "z", buf);
	ck_assert_uint_eq(strlen(buf), 254 + 3);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("libvirt-reader");
	TCase *t = tcase_create("domain");
	SRunner *runner;
	int failed;

	tcase_add_test(t, faults);
	tcase_add_loop_test(t, texts, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
