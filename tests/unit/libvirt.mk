# SPDX-License-Identifier: GPL-2.0
# Unit tests of vfw-libvirt: what it makes of a domain's XML. Without libxml2's headers there is none.
TUL_OUT := build/tests/libvirt
TUL_PKGS := libxml-2.0 check
TUL_SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

$(TUL_OUT)/test: tests/unit/libvirt/domain.c daemon/libvirt/domain.c daemon/libvirt/domain.h
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE $(TUL_SAN) $(shell pkg-config --cflags $(TUL_PKGS)) \
		$(filter %.c,$^) $(shell pkg-config --libs $(TUL_PKGS)) -o $@

TUL_XML := $(shell pkg-config --exists $(TUL_PKGS) && echo yes)
TUL_LIBVIRT := $(if $(TUL_XML),$(shell pkg-config --exists libvirt && echo yes))

.PHONY: test-unit-libvirt
test-unit-libvirt: $(if $(TUL_XML),$(TUL_OUT)/test) $(if $(TUL_LIBVIRT),tools)
	$(if $(TUL_XML),ASAN_OPTIONS=detect_leaks=1 $<,@echo "vfw-libvirt is not built here: no libxml2 headers")
	$(if $(TUL_LIBVIRT),tests/unit/libvirt/reader.sh build/vfw-libvirt)
