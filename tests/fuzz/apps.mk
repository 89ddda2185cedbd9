# SPDX-License-Identifier: GPL-2.0
# Fuzz targets of apps: their files, and the decision. make test-fuzz-apps runs each for FUZZ_SECONDS
# (10); see tests/fuzz/core.mk for the goals every such file has.

APPS_FUZZ_CC ?= clang
APPS_FUZZ_OBJ := build/fuzz/apps
APPS_FUZZ_CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -Iinclude/uapi -Ikmod
APPS_FUZZ_SRCS := daemon/sig/app.c daemon/sig/reader.c daemon/policy/diag.c daemon/policy/text.c \
	daemon/policy/literal.c kmod/core/app.c
APPS_FUZZ_OBJS := $(APPS_FUZZ_SRCS:%.c=$(APPS_FUZZ_OBJ)/%.o)
APPS_FUZZ_TESTS := $(APPS_FUZZ_OBJ)/tests/fuzz/apps_read.o $(APPS_FUZZ_OBJ)/tests/fuzz/apps_decide.o

.PHONY: test-fuzz-apps fuzz-apps
test-fuzz-apps:
	tests/fuzz/run $(or $(FUZZ_SECONDS),10) apps_read apps_decide

fuzz-apps: build/fuzz/bin/apps_read build/fuzz/bin/apps_decide build/fuzz/seeds/apps_read/ssh.app

build/fuzz/bin/apps_%: $(APPS_FUZZ_OBJ)/tests/fuzz/apps_%.o $(APPS_FUZZ_OBJS)
	mkdir -p $(@D)
	$(APPS_FUZZ_CC) $(APPS_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^

build/fuzz/seeds/apps_read/ssh.app: $(wildcard rules/apps/*.app)
	mkdir -p $(@D) build/fuzz/seeds/apps_decide
	cp $^ $(@D)/

$(APPS_FUZZ_OBJ)/%.o: %.c
	mkdir -p $(@D)
	$(APPS_FUZZ_CC) $(APPS_FUZZ_CFLAGS) -MMD -c -o $@ $<

-include $(APPS_FUZZ_OBJS:.o=.d) $(APPS_FUZZ_TESTS:.o=.d)
