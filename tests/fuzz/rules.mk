# SPDX-License-Identifier: GPL-2.0
# Fuzz targets of the rule language, of signatures' evaluation, of HTTP, of compressed bodies and of mail: see tests/fuzz/core.mk for the goals
# every such file has.

RULES_FUZZ_CC ?= clang
RULES_FUZZ_OBJ := build/fuzz/rules
RULES_FUZZ_CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -Iinclude/uapi -Ikmod
RULES_FUZZ_SRCS := $(filter-out daemon/sig/rule_scan.c,$(wildcard daemon/sig/rule*.c)) \
	$(wildcard kmod/core/*.c) daemon/policy/text.c tests/fuzz/rules_eval.c
RULES_FUZZ_OBJS := $(RULES_FUZZ_SRCS:%.c=$(RULES_FUZZ_OBJ)/%.o)
RULES_FUZZ_SEEDS := build/fuzz/seeds/rules_eval

HTTP_FUZZ_OBJS := $(patsubst %.c,$(RULES_FUZZ_OBJ)/%.o,kmod/core/http.c kmod/core/http_buffer.c \
	tests/fuzz/rules_http.c)
HTTP_FUZZ_SEEDS := build/fuzz/seeds/rules_http
BODY_FUZZ_OBJS := $(patsubst %.c,$(RULES_FUZZ_OBJ)/%.o,kmod/core/inflate.c daemon/replay/mail.c \
	tests/fuzz/rules_body.c)
BODY_FUZZ_SEEDS := build/fuzz/seeds/rules_body

.PHONY: test-fuzz-rules fuzz-rules
test-fuzz-rules:
	tests/fuzz/run $(or $(FUZZ_SECONDS),10) rules_eval rules_http rules_body

fuzz-rules: build/fuzz/bin/rules_eval build/fuzz/bin/rules_http build/fuzz/bin/rules_body \
	$(RULES_FUZZ_SEEDS)/1 $(HTTP_FUZZ_SEEDS)/1 $(BODY_FUZZ_SEEDS)/1

build/fuzz/bin/rules_eval: $(RULES_FUZZ_OBJS)
	mkdir -p $(@D)
	$(RULES_FUZZ_CC) $(RULES_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^

build/fuzz/bin/rules_http: $(HTTP_FUZZ_OBJS)
	mkdir -p $(@D)
	$(RULES_FUZZ_CC) $(RULES_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^

# One side of a conversation a seed, behind two bytes that say which and how it is cut.
$(HTTP_FUZZ_SEEDS)/1: tests/fuzz/http.seeds
	mkdir -p $(@D)
	n=0; while IFS= read -r line; do n=$$((n + 1)); printf '%b' "$$line" >$(@D)/$$n; done <$<

build/fuzz/bin/rules_body: $(BODY_FUZZ_OBJS)
	mkdir -p $(@D)
	$(RULES_FUZZ_CC) $(RULES_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^

# A mail or a compressed body a seed, behind a byte that says which.
$(BODY_FUZZ_SEEDS)/1: tests/fuzz/body.seeds
	mkdir -p $(@D)
	n=0; while IFS= read -r line; do n=$$((n + 1)); printf '%b' "$$line" >$(@D)/$$n; done <$<

# One rule a seed, each with a payload behind a NUL.
$(RULES_FUZZ_SEEDS)/1: tests/fuzz/rules.seeds
	mkdir -p $(@D)
	n=0; while IFS= read -r line; do n=$$((n + 1)); printf '%s\0GET /abc HTTP/1.1 12345' "$$line" >$(@D)/$$n; done <$<

$(RULES_FUZZ_OBJ)/%.o: %.c
	mkdir -p $(@D)
	$(RULES_FUZZ_CC) $(RULES_FUZZ_CFLAGS) -MMD -c -o $@ $<

-include $(RULES_FUZZ_OBJS:.o=.d) $(HTTP_FUZZ_OBJS:.o=.d) \
	$(BODY_FUZZ_OBJS:.o=.d)
