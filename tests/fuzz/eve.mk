# SPDX-License-Identifier: GPL-2.0
# Fuzz target of events as lines of JSON: make test-fuzz-eve runs it for FUZZ_SECONDS (10);
# see tests/fuzz/core.mk for the goals every such file has.

EVE_FUZZ_CC ?= clang
EVE_FUZZ_OBJ := build/fuzz/eve
EVE_FUZZ_CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -Iinclude/uapi -Ikmod $(shell pkg-config --cflags jansson)
EVE_FUZZ_SRCS := daemon/eve/event.c daemon/eve/writer.c daemon/base/form.c daemon/base/file.c daemon/base/log.c \
	kmod/core/reason.c kmod/core/tcpstate.c tests/fuzz/eve_write.c
EVE_FUZZ_OBJS := $(EVE_FUZZ_SRCS:%.c=$(EVE_FUZZ_OBJ)/%.o)

.PHONY: test-fuzz-eve fuzz-eve
test-fuzz-eve:
	tests/fuzz/run $(or $(FUZZ_SECONDS),10) eve_write

fuzz-eve: build/fuzz/bin/eve_write

build/fuzz/bin/eve_write: $(EVE_FUZZ_OBJS)
	mkdir -p $(@D)
	$(EVE_FUZZ_CC) $(EVE_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(shell pkg-config --libs jansson)

$(EVE_FUZZ_OBJ)/%.o: %.c
	mkdir -p $(@D)
	$(EVE_FUZZ_CC) $(EVE_FUZZ_CFLAGS) -MMD -c -o $@ $<

-include $(EVE_FUZZ_OBJS:.o=.d)
