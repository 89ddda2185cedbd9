# SPDX-License-Identifier: GPL-2.0
# Unit tests of the daemon, under ASan and UBSan. Self-contained: included by
# the Makefile, or make -f tests/unit/daemon.mk test-unit-daemon

# make's own rules would write a parser over daemon/policy/parse.c when parse.y is newer
%.c: %.y
%.c: %.l

TUD_OUT := build/tests/daemon
TUD_PKGS := libsystemd libkmod libnl-3.0 libnl-genl-3.0 libnl-route-3.0 jansson tomlplusplus libhs check
TUD_SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
TUD_CPPFLAGS = -D_GNU_SOURCE -DVFW_VERSION='"test"' -Iinclude -Iinclude/uapi -Ikmod \
	-Idaemon/policy -I$(TUD_OUT)/gen $(shell pkg-config --cflags $(TUD_PKGS))
TUD_LIBS = $(shell pkg-config --libs $(TUD_PKGS))

# as in the Makefile
TUD_RULES := daemon/sig/rule.c $(addprefix daemon/sig/rule_,$(addsuffix .c,bytes bytetest class content flowbits header http kernel keyword math pcre \
	range regex requires set state stays steps translate view))
TUD_SRCS := $(filter-out daemon/libvirt/% daemon/replay/% daemon/sig/rule% daemon/sig/app%,$(wildcard daemon/*/*.c)) \
	$(TUD_RULES) daemon/sig/app.c kmod/core/reason.c kmod/core/regex.c $(wildcard kmod/core/app*.c kmod/core/sig*.c kmod/core/http*.c)
TUD_TESTS := $(wildcard tests/unit/daemon/*.c)
TUD_GEN := $(TUD_OUT)/gen/parse.tab.c $(TUD_OUT)/gen/lex.yy.c
TUD_OBJS := $(patsubst %.c,$(TUD_OUT)/%.o,$(TUD_SRCS) $(TUD_TESTS)) $(TUD_GEN:.c=.o) \
	$(TUD_OUT)/daemon/base/toml.o

$(TUD_OUT)/gen/parse.tab.c: daemon/policy/parse.y
	@mkdir -p $(@D)
	@bison -d -o $@ $<

$(TUD_OUT)/gen/lex.yy.c: daemon/policy/lex.l $(TUD_OUT)/gen/parse.tab.c
	@flex -o $@ --header-file=$(@:.c=.h) $<

$(TUD_OUT)/gen/%.o: $(TUD_OUT)/gen/%.c
	@$(CC) -std=gnu11 -O1 -g -Wall -Wextra -Werror $(TUD_SAN) $(TUD_CPPFLAGS) -MMD -MP -c $< -o $@

$(TUD_OUT)/%.o: %.c | $(TUD_GEN)
	@mkdir -p $(dir $@)
	@$(CC) -std=gnu11 -O1 -g -Wall -Wextra -Werror $(TUD_SAN) $(TUD_CPPFLAGS) -MMD -MP -c $< -o $@

$(TUD_OUT)/daemon/base/toml.o: daemon/base/toml.cc
	@mkdir -p $(dir $@)
	@$(CXX) -std=c++17 -O1 -g -Wall -Wextra $(TUD_SAN) $(TUD_CPPFLAGS) -MMD -MP -c $< -o $@

$(TUD_OUT)/test: $(TUD_OBJS)
	@$(CXX) $(TUD_SAN) $^ $(TUD_LIBS) -o $@

.PHONY: test-unit-daemon
test-unit-daemon: $(TUD_OUT)/test
	ASAN_OPTIONS=detect_leaks=1 $<

-include $(TUD_OBJS:.o=.d)
