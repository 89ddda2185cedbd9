# SPDX-License-Identifier: GPL-2.0
# Fuzz target of the files of patterns: make test-fuzz-signatures runs it for FUZZ_SECONDS (10);
# see tests/fuzz/core.mk for the goals every such file has.

SIG_FUZZ_CC ?= clang
SIG_FUZZ_OBJ := build/fuzz/signatures
SIG_FUZZ_CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -Iinclude/uapi -Ikmod
SIG_FUZZ_RULES := daemon/sig/rule.c $(addprefix daemon/sig/rule_,$(addsuffix .c,bytes bytetest class content flowbits header http kernel keyword math pcre \
	range regex requires set state stays steps translate view))
SIG_FUZZ_SRCS := $(SIG_FUZZ_RULES) $(wildcard daemon/sig/pattern*.c) \
	kmod/core/regex.c $(wildcard kmod/core/sig*.c kmod/core/http*.c) daemon/sig/reader.c daemon/sig/request.c daemon/policy/diag.c daemon/policy/text.c \
	daemon/policy/literal.c daemon/policy/sha256.c tests/fuzz/signatures_read.c
SIG_FUZZ_OBJS := $(SIG_FUZZ_SRCS:%.c=$(SIG_FUZZ_OBJ)/%.o)
SIG_FUZZ_SEEDS := build/fuzz/seeds/signatures_read

.PHONY: test-fuzz-signatures fuzz-signatures
test-fuzz-signatures:
	tests/fuzz/run $(or $(FUZZ_SECONDS),10) signatures_read

fuzz-signatures: build/fuzz/bin/signatures_read $(SIG_FUZZ_SEEDS)/web.patterns $(SIG_FUZZ_SEEDS)/1

build/fuzz/bin/signatures_read: $(SIG_FUZZ_OBJS)
	mkdir -p $(@D)
	$(SIG_FUZZ_CC) $(SIG_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^

$(SIG_FUZZ_SEEDS)/web.patterns: tests/golden/cli/web.patterns
	mkdir -p $(@D)
	cp $^ $(@D)/

# One rule a seed.
$(SIG_FUZZ_SEEDS)/1: tests/fuzz/rules.seeds
	mkdir -p $(@D)
	n=0; while IFS= read -r line; do n=$$((n + 1)); printf '%s\n' "$$line" >$(@D)/$$n; done <$<

$(SIG_FUZZ_OBJ)/%.o: %.c
	mkdir -p $(@D)
	$(SIG_FUZZ_CC) $(SIG_FUZZ_CFLAGS) -MMD -c -o $@ $<

-include $(SIG_FUZZ_OBJS:.o=.d)
