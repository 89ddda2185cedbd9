# SPDX-License-Identifier: GPL-2.0
# The language's oracle (tests/oracle/) against the compiler and kmod/core/. A million packets, a minute;
# make test-unit-oracle ORACLE='--seconds 15 --seed 7' runs as many, and which, as one likes.

ORA_OUT := build/tests/oracle
ORA_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -Iinclude -Iinclude/uapi -Ikmod -Idaemon/policy \
	-I$(ORA_OUT)/gen
ORA_SRCS := $(wildcard daemon/policy/*.c) kmod/core/match.c kmod/core/frame.c kmod/core/tcpopt.c tests/oracle/core.c
ORA_GEN := $(ORA_OUT)/gen/parse.tab.c $(ORA_OUT)/gen/lex.yy.c
ORA_OBJS := $(ORA_SRCS:%.c=$(ORA_OUT)/%.o) $(ORA_GEN:.c=.o)
ORACLE ?= --packets 1000000

.PHONY: test-unit-oracle
test-unit-oracle: $(ORA_OUT)/core
	tests/oracle/compare --core $< $(ORACLE)
	! tests/oracle/compare --core $< --seconds 15 --wrong >$(ORA_OUT)/wrong.log 2>&1
	grep -q '^DIFFERENCE' $(ORA_OUT)/wrong.log

$(ORA_OUT)/gen/parse.tab.c: daemon/policy/parse.y
	@mkdir -p $(@D)
	bison -d -o $@ $<

$(ORA_OUT)/gen/lex.yy.c: daemon/policy/lex.l $(ORA_OUT)/gen/parse.tab.c
	flex -o $@ --header-file=$(@:.c=.h) $<

$(ORA_OUT)/%.o: %.c | $(ORA_GEN)
	@mkdir -p $(@D)
	$(CC) $(ORA_CFLAGS) -MMD -c $< -o $@

$(ORA_OUT)/gen/%.o: $(ORA_OUT)/gen/%.c
	$(CC) $(ORA_CFLAGS) -MMD -c $< -o $@

$(ORA_OUT)/core: $(ORA_OBJS)
	$(CC) $^ -o $@

-include $(ORA_OBJS:.o=.d)
