// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include "../../../daemon/base/form.h"
#include "../../../daemon/vm/address.h"

#include <string.h>

START_TEST(uuid)
{
	static const char *const wrong[] = {
		"",
		"6f0c0d6e-0000-4000-8000-00000000000",
		"6f0c0d6e-0000-4000-8000-0000000000011",
		"6f0c0d6e00000-4000-8000-000000000001",
		"6f0c0d6e-0000-4000-8000-00000000000g",
	};
	uint8_t uuid[16];
	char buf[VFW_FORM_UUID_LEN];

	ck_assert_int_eq(vfw_form_uuid_parse("6F0C0D6E-0000-4000-8000-00000000ABCD", uuid), 0);
	ck_assert_str_eq(vfw_form_uuid(uuid, buf), "6f0c0d6e-0000-4000-8000-00000000abcd");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_int_ne(vfw_form_uuid_parse(wrong[i], uuid), 0);
}
END_TEST

START_TEST(mac)
{
	uint8_t mac[6];
	char buf[VFW_FORM_MAC_LEN];

	ck_assert_int_eq(vfw_form_mac_parse("52:54:00:AA:bb:01", mac), 0);
	ck_assert_str_eq(vfw_form_mac(mac, buf), "52:54:00:aa:bb:01");
	ck_assert_int_ne(vfw_form_mac_parse("52:54:00:aa:bb", mac), 0);
	ck_assert_int_ne(vfw_form_mac_parse("52:54:00:aa:bb:0", mac), 0);
	ck_assert_int_ne(vfw_form_mac_parse("52:54:00:aa:bb_01", mac), 0);
}
END_TEST

START_TEST(hex)
{
	static const char *const wrong[] = {"", "12", "12345", "123g", "+1 2", "-123", "0x12"};
	uint8_t bytes[2];
	char buf[5];

	ck_assert_int_eq(vfw_form_unhex("0fA9", bytes, 2), 0);
	ck_assert_str_eq(vfw_form_hex(bytes, 2, buf), "0fa9");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_int_ne(vfw_form_unhex(wrong[i], bytes, 2), 0);
}
END_TEST

START_TEST(address)
{
	struct vfw_address a;
	char buf[VFW_ADDRESS_TEXT];

	ck_assert_ptr_null(vfw_address_parse("10.0.0.1", &a));
	ck_assert_int_eq(a.len, 32);
	ck_assert_str_eq(vfw_address_text(&a, buf), "10.0.0.1");
	ck_assert_ptr_null(vfw_address_parse("2001:db8::/32", &a));
	ck_assert_str_eq(vfw_address_text(&a, buf), "2001:db8::/32");
	ck_assert_ptr_null(vfw_address_parse("10.0.0.128/25", &a));
	ck_assert_ptr_nonnull(vfw_address_parse("10.0.0.1/24", &a));
	ck_assert_ptr_nonnull(vfw_address_parse("10.0.0.0/0", &a));
	ck_assert_ptr_nonnull(vfw_address_parse("10.0.0.0/33", &a));
	ck_assert_ptr_nonnull(vfw_address_parse("10.0.0", &a));
	ck_assert_ptr_nonnull(vfw_address_parse("2001:db8::1/-1", &a));
	ck_assert_ptr_nonnull(vfw_address_parse("/24", &a));
}
END_TEST

Suite *suite_form(void)
{
	Suite *s = suite_create("form");
	TCase *t = tcase_create("form");

	tcase_add_test(t, uuid);
	tcase_add_test(t, mac);
	tcase_add_test(t, hex);
	tcase_add_test(t, address);
	suite_add_tcase(s, t);
	return s;
}
