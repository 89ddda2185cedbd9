# SPDX-License-Identifier: GPL-2.0
# Unit tests of signatures: the rule language, what it comes down to, and captures through it.
# make -f tests/unit/rules.mk test-unit-rules, at the top of the tree.

RULES_UNIT_DIR := build/tests/rules
RULES_UNIT_PKGS := libhs libpcap libpcre2-8 jansson check
RULES_UNIT_CFLAGS = -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Iinclude -Iinclude/uapi -Ikmod -Itests/unit $(shell pkg-config --cflags $(RULES_UNIT_PKGS))
# recognise.c is of apps, and tested with them.
RULES_UNIT_SRCS := $(filter-out %/recognise.c,$(wildcard daemon/sig/rule*.c daemon/replay/*.c \
	kmod/core/*.c tests/unit/rules/*.c)) daemon/policy/text.c tests/unit/core_packet.c
RULES_UNIT_OBJS := $(RULES_UNIT_SRCS:%.c=$(RULES_UNIT_DIR)/%.o)

.PHONY: test-unit-rules
test-unit-rules: $(RULES_UNIT_DIR)/test $(CLI_OUT)/vfwctl
	$<
	bash tests/unit/rules/doc.sh $(CLI_OUT)/vfwctl
	bash tests/unit/rules/corpora.sh $(CLI_OUT)/vfwctl ../shared/corpora

$(RULES_UNIT_DIR)/test: $(RULES_UNIT_OBJS)
	@$(CC) $(RULES_UNIT_CFLAGS) $^ $(shell pkg-config --libs $(RULES_UNIT_PKGS)) -o $@

$(RULES_UNIT_DIR)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(RULES_UNIT_CFLAGS) -MMD -c $< -o $@

-include $(RULES_UNIT_OBJS:.o=.d)
