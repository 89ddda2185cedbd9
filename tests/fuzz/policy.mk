# SPDX-License-Identifier: GPL-2.0
# Fuzz target of the policy language: make test-fuzz-policy runs it for FUZZ_SECONDS (10), from
# the golden policies; see tests/fuzz/core.mk for the goals every such file has.

# make's own rules would write a parser over daemon/policy/parse.c when parse.y is newer
%.c: %.y
%.c: %.l

POLICY_FUZZ_CC ?= clang
POLICY_FUZZ_OBJ := build/fuzz/policy
POLICY_FUZZ_CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE \
	-fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-Iinclude -Iinclude/uapi -Ikmod -Idaemon/policy -I$(POLICY_FUZZ_OBJ)/gen
POLICY_FUZZ_GEN := $(POLICY_FUZZ_OBJ)/gen/parse.tab.c $(POLICY_FUZZ_OBJ)/gen/lex.yy.c
POLICY_FUZZ_SRCS := $(wildcard daemon/policy/*.c) kmod/core/match.c tests/fuzz/policy_parse.c
POLICY_FUZZ_OBJS := $(POLICY_FUZZ_SRCS:%.c=$(POLICY_FUZZ_OBJ)/%.o) $(POLICY_FUZZ_GEN:.c=.o)
POLICY_FUZZ_SEEDS := build/fuzz/seeds/policy_parse

.PHONY: test-fuzz-policy fuzz-policy
test-fuzz-policy:
	tests/fuzz/run $(or $(FUZZ_SECONDS),10) policy_parse

fuzz-policy: build/fuzz/bin/policy_parse $(POLICY_FUZZ_SEEDS)/sample.vfw

build/fuzz/bin/policy_parse: $(POLICY_FUZZ_OBJS)
	mkdir -p $(@D)
	$(POLICY_FUZZ_CC) $(POLICY_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^

$(POLICY_FUZZ_SEEDS)/sample.vfw: $(wildcard tests/golden/policy/*.vfw)
	mkdir -p $(@D)
	cp $^ $(@D)/

$(POLICY_FUZZ_OBJ)/gen/parse.tab.c: daemon/policy/parse.y
	mkdir -p $(@D)
	bison -d -o $@ $<

$(POLICY_FUZZ_OBJ)/gen/lex.yy.c: daemon/policy/lex.l $(POLICY_FUZZ_OBJ)/gen/parse.tab.c
	flex -o $@ --header-file=$(@:.c=.h) $<

$(POLICY_FUZZ_OBJ)/gen/%.o: $(POLICY_FUZZ_OBJ)/gen/%.c
	$(POLICY_FUZZ_CC) $(POLICY_FUZZ_CFLAGS) -MMD -c -o $@ $<

$(POLICY_FUZZ_OBJ)/%.o: %.c | $(POLICY_FUZZ_GEN)
	mkdir -p $(@D)
	$(POLICY_FUZZ_CC) $(POLICY_FUZZ_CFLAGS) -MMD -c -o $@ $<

-include $(POLICY_FUZZ_OBJS:.o=.d)
