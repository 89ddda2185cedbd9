# SPDX-License-Identifier: GPL-2.0
# Unit and golden tests of vfwctl, under ASan and UBSan. Self-contained: included by
# the Makefile, or make -f tests/unit/cli.mk test-unit-cli

TUC_OUT := build/tests/cli
TUC_PKGS := libnl-3.0 libnl-genl-3.0 jansson libhs libpcap check
TUC_SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
TUC_CPPFLAGS = -D_GNU_SOURCE -DVFW_VERSION='"0.0-test"' -Iinclude -Iinclude/uapi -Ikmod -Idaemon/policy \
	-I$(TUC_OUT)/gen $(shell pkg-config --cflags $(TUC_PKGS))
TUC_LIBS = $(shell pkg-config --libs $(TUC_PKGS))

TUC_SRCS := $(filter-out userspace-cli/main.c,$(wildcard userspace-cli/*.c)) \
	$(wildcard daemon/policy/*.c daemon/sig/pattern*.c daemon/sig/reader.c daemon/sig/app*.c daemon/sig/rule*.c daemon/replay/*.c kmod/core/*.c) $(wildcard tests/unit/cli/*.c)
# make's own rules would write a parser over daemon/policy/parse.c when parse.y is newer
%.c: %.y
%.c: %.l

TUC_GEN := $(TUC_OUT)/gen/parse.tab.c $(TUC_OUT)/gen/lex.yy.c
TUC_OBJS := $(patsubst %.c,$(TUC_OUT)/%.o,$(TUC_SRCS)) $(TUC_GEN:.c=.o)

$(TUC_OUT)/gen/parse.tab.c: daemon/policy/parse.y
	@mkdir -p $(dir $@)
	@bison -d -o $@ $<

$(TUC_OUT)/gen/lex.yy.c: daemon/policy/lex.l $(TUC_OUT)/gen/parse.tab.c
	@flex -o $@ --header-file=$(@:.c=.h) $<

$(TUC_OUT)/gen/%.o: $(TUC_OUT)/gen/%.c
	@$(CC) -std=gnu11 -O1 -g $(TUC_SAN) $(TUC_CPPFLAGS) -MMD -c $< -o $@

# the policy's parser is tested with the daemon; here it is only linked
$(TUC_OUT)/daemon/%.o: daemon/%.c | $(TUC_GEN)
	@mkdir -p $(dir $@)
	@$(CC) -std=gnu11 -O1 -g $(TUC_SAN) -w $(TUC_CPPFLAGS) -MMD -c $< -o $@

$(TUC_OUT)/%.o: %.c | $(TUC_GEN)
	@mkdir -p $(dir $@)
	@$(CC) -std=gnu11 -O1 -g -Wall -Wextra -Werror $(TUC_SAN) $(TUC_CPPFLAGS) -MMD -c $< -o $@

$(TUC_OUT)/test: $(TUC_OBJS)
	@$(CC) $(TUC_SAN) $^ $(TUC_LIBS) -o $@

.PHONY: test-unit-cli
test-unit-cli: $(TUC_OUT)/test
	ASAN_OPTIONS=detect_leaks=1 $<
	bash tests/unit/cli/completion.sh

-include $(TUC_OBJS:.o=.d)
