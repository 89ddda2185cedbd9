# SPDX-License-Identifier: GPL-2.0
# Unit tests of vfw-libvirt: what it makes of a domain's XML. Without libxml2's headers there is none.
TUL_OUT := build/tests/libvirt
TUL_PKGS := libxml-2.0 check
TUL_SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

$(TUL_OUT)/test: tests/unit/libvirt/domain.c libvirt-reader/domain.c libvirt-reader/domain.h
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE $(TUL_SAN) $(shell pkg-config --cflags $(TUL_PKGS)) \
		$(filter %.c,$^) $(shell pkg-config --libs $(TUL_PKGS)) -o $@

.PHONY: test-unit-libvirt
ifeq ($(shell pkg-config --exists $(TUL_PKGS) && echo yes),yes)
test-unit-libvirt: $(TUL_OUT)/test
	ASAN_OPTIONS=detect_leaks=1 $<
ifeq ($(shell pkg-config --exists libvirt && echo yes),yes)
test-unit-libvirt: tools
	tests/unit/libvirt/reader.sh build/vfw-libvirt
endif
else
test-unit-libvirt:
	@echo "vfw-libvirt is not built here: no libxml2 headers"
endif
