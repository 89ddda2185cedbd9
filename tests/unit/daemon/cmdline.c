// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/base/form.h"
#include "../../../daemon/vm/cmdline.h"

#include <stdlib.h>
#include <string.h>

#define UUID "6f0c0d6e-0000-4000-8000-000000000001"

/* Arguments joined by '|' here, by NUL there. */
static struct vfw_cmdline parse(const char *args)
{
	struct vfw_cmdline c;
	size_t n = strlen(args) + 1;
	char *copy = malloc(n);

	memcpy(copy, args, n);
	for (size_t i = 0; i < n; i++)
		if (copy[i] == '|')
			copy[i] = '\0';
	vfw_cmdline_parse(copy, n, &c);
	free(copy);
	return c;
}

static void assert_mac(const struct vfw_cmdline_nic *nic, const char *mac)
{
	char buf[VFW_FORM_MAC_LEN];

	ck_assert(nic->has_mac);
	ck_assert_str_eq(vfw_form_mac(nic->mac, buf), mac);
}

START_TEST(by_hand)
{
	struct vfw_cmdline c = parse("qemu-system-x86_64|-enable-kvm|-name|web1|-uuid|" UUID
				     "|-netdev|tap,id=n0,ifname=tap0,script=no|-device|"
				     "virtio-net-pci,netdev=n0,mac=52:54:00:00:00:01");
	char buf[VFW_FORM_UUID_LEN];

	ck_assert(c.has_uuid);
	ck_assert_str_eq(vfw_form_uuid(c.uuid, buf), UUID);
	ck_assert_str_eq(c.name, "web1");
	ck_assert_uint_eq(c.n_nics, 1);
	ck_assert_str_eq(c.nics[0].ifname, "tap0");
	assert_mac(&c.nics[0], "52:54:00:00:00:01");
}
END_TEST

START_TEST(libvirt_words)
{
	struct vfw_cmdline c =
		parse("/usr/bin/qemu-system-x86_64|-name|guest=a,,b,debug-threads=on|-uuid|" UUID
		      "|-netdev|tap,fds=34:35,id=hostnet1,vhost=on,vhostfds=36:37"
		      "|-device|virtio-net-pci,mq=on,netdev=hostnet1,id=net1,mac=52:54:00:00:00:02"
		      "|-netdev|tap,fd=33,id=hostnet0,vhost=on,vhostfd=38"
		      "|-device|virtio-net-pci,netdev=hostnet0,id=net0,mac=52:54:00:00:00:01");

	ck_assert_str_eq(c.name, "a,b");
	ck_assert_uint_eq(c.n_nics, 2);
	ck_assert_uint_eq(c.nics[0].n_fds, 2);
	ck_assert_int_eq(c.nics[0].fds[1], 35);
	assert_mac(&c.nics[0], "52:54:00:00:00:02");
	ck_assert_int_eq(c.nics[1].fds[0], 33);
}
END_TEST

START_TEST(libvirt_json)
{
	struct vfw_cmdline c = parse(
		"/usr/bin/qemu-system-x86_64|-name|guest=db,debug-threads=on|-uuid|" UUID
		"|-netdev|{\"type\":\"tap\",\"fd\":\"30\",\"vhost\":true,\"id\":\"hostnet0\"}"
		"|-device|{\"driver\":\"virtio-net-pci\",\"netdev\":\"hostnet0\",\"id\":\"net0\","
		"\"mac\":\"52:54:00:00:00:09\",\"bus\":\"pci.1\"}");

	ck_assert_uint_eq(c.n_nics, 1);
	ck_assert_int_eq(c.nics[0].fds[0], 30);
	assert_mac(&c.nics[0], "52:54:00:00:00:09");
}
END_TEST

START_TEST(proxmox)
{
	struct vfw_cmdline c =
		parse("/usr/bin/kvm|-id|100|-name|vm100,debug-threads=on|-smbios|type=1,uuid=" UUID
		      "|-netdev|type=tap,id=net0,ifname=tap100i0,script=/x|-device|"
		      "virtio-net-pci,mac=BC:24:11:00:00:01,netdev=net0,bus=pci.0,id=net0");

	ck_assert(c.has_uuid);
	ck_assert_str_eq(c.name, "vm100");
	ck_assert_str_eq(c.nics[0].ifname, "tap100i0");
	assert_mac(&c.nics[0], "bc:24:11:00:00:01");
}
END_TEST

START_TEST(uuid_goes_before_smbios)
{
	struct vfw_cmdline c = parse("q|-uuid|" UUID "|-smbios|type=1,uuid="
				     "6f0c0d6e-0000-4000-8000-0000000000ff");

	ck_assert_uint_eq(c.uuid[15], 1);
	c = parse("q|-smbios|type=1,uuid=6f0c0d6e-0000-4000-8000-0000000000ff|--uuid|" UUID);
	ck_assert_uint_eq(c.uuid[15], 1);
}
END_TEST

START_TEST(nic_option)
{
	struct vfw_cmdline c =
		parse("q|-nic|user|-nic|tap,ifname=t1,mac=52:54:00:00:00:03|-nic|none");

	ck_assert_uint_eq(c.n_nics, 2);
	ck_assert_str_eq(c.nics[1].ifname, "t1");
	assert_mac(&c.nics[1], "52:54:00:00:00:03");
}
END_TEST

/* None of these may crash, or be believed. */
START_TEST(nonsense)
{
	static const char *const lines[] = {
		"",
		"|||",
		"q|-uuid",
		"q|-uuid|x",
		"q|-name|",
		"q|-netdev|{",
		"q|-netdev|{}",
		"q|-netdev|{\"type\":5}",
		"q|-device|{\"netdev\":[1]}",
		"q|-netdev|tap,fd=-1,id=a",
		"q|-netdev|tap,fds=99999999999999999999,id=a|-device|x,netdev=a,mac=zz",
		"q|-netdev|,,,,|-device|=,=,=|-nic|=",
		"-uuid|" UUID,
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct vfw_cmdline c = parse(lines[i]);

		ck_assert(!c.has_uuid);
		for (size_t k = 0; k < c.n_nics; k++)
			ck_assert(!c.nics[k].has_mac && !c.nics[k].n_fds);
	}
}
END_TEST

START_TEST(many_nics)
{
	char *args = calloc(1, 200 * 64);
	struct vfw_cmdline c;

	strcpy(args, "q");
	for (int i = 0; i < 200; i++)
		strcat(args, "|-netdev|tap,id=a,fd=3|-device|e1000,netdev=a");
	c = parse(args);
	ck_assert_uint_eq(c.n_nics, VFW_MAX_NICS);
	free(args);
}
END_TEST

START_TEST(control_characters)
{
	struct vfw_cmdline c = parse("q|-name|a\nb\033[31m");

	ck_assert_str_eq(c.name, "a?b?[31m");
}
END_TEST

/* 62 letters and one of two bytes are one byte too many: it goes whole. */
START_TEST(long_name_ends_at_a_character)
{
	char args[128] = "q|-name|";
	struct vfw_cmdline c;

	memset(args + 8, 'a', 62);
	strcpy(args + 70, "\xc3\xa9");
	c = parse(args);
	ck_assert_uint_eq(strlen(c.name), 62);
	args[69] = '\0';
	strcat(args, "\xc3\xa9");
	c = parse(args);
	ck_assert_uint_eq(strlen(c.name), 63);
}
END_TEST

Suite *suite_cmdline(void)
{
	Suite *s = suite_create("cmdline");
	TCase *t = tcase_create("cmdline");

	tcase_add_test(t, by_hand);
	tcase_add_test(t, libvirt_words);
	tcase_add_test(t, libvirt_json);
	tcase_add_test(t, proxmox);
	tcase_add_test(t, uuid_goes_before_smbios);
	tcase_add_test(t, nic_option);
	tcase_add_test(t, nonsense);
	tcase_add_test(t, many_nics);
	tcase_add_test(t, control_characters);
	tcase_add_test(t, long_name_ends_at_a_character);
	suite_add_tcase(s, t);
	return s;
}
