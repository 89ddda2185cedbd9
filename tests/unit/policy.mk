# SPDX-License-Identifier: GPL-2.0
# Unit, golden and rival tests of the policy language, under ASan and UBSan. Self-contained:
# included by the Makefile, or make -f tests/unit/policy.mk test-unit-policy at the top.

# make's own rules would write a parser over daemon/policy/parse.c when parse.y is newer
%.c: %.y
%.c: %.l

TUP_OUT := build/tests/policy
TUP_SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
TUP_CFLAGS = -std=gnu11 -O1 -g -Wall -Wextra -Wshadow -Werror -D_GNU_SOURCE $(TUP_SAN) \
	-Iinclude -Iinclude/uapi -Ikmod -Idaemon/policy -I$(TUP_OUT)/gen
TUP_SRCS := $(wildcard daemon/policy/*.c) kmod/core/match.c $(wildcard tests/unit/policy_*.c)
TUP_GEN := $(TUP_OUT)/gen/parse.tab.c $(TUP_OUT)/gen/lex.yy.c
TUP_OBJS := $(TUP_SRCS:%.c=$(TUP_OUT)/%.o) $(TUP_GEN:.c=.o)

.PHONY: test-unit-policy
test-unit-policy: $(TUP_OUT)/test
	ASAN_OPTIONS=detect_leaks=1 CK_DEFAULT_TIMEOUT=120 $<

$(TUP_OUT)/gen/parse.tab.c: daemon/policy/parse.y
	@mkdir -p $(@D)
	bison -d -o $@ $<

$(TUP_OUT)/gen/lex.yy.c: daemon/policy/lex.l $(TUP_OUT)/gen/parse.tab.c
	flex -o $@ --header-file=$(@:.c=.h) $<

$(TUP_OUT)/gen/%.o: $(TUP_OUT)/gen/%.c
	$(CC) $(filter-out -Wshadow,$(TUP_CFLAGS)) -MMD -c $< -o $@

$(TUP_OUT)/%.o: %.c | $(TUP_GEN)
	@mkdir -p $(@D)
	$(CC) $(TUP_CFLAGS) -MMD -c $< -o $@

$(TUP_OUT)/test: $(TUP_OBJS)
	$(CC) $(TUP_SAN) $(foreach f,malloc calloc realloc strdup,-Wl,--wrap=$(f)) $^ -lcheck -lsubunit -lrt -lm -lpthread -o $@

-include $(TUP_OBJS:.o=.d)
