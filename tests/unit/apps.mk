# SPDX-License-Identifier: GPL-2.0
# Unit tests of apps: their files, what the shipped ones say of conversations written here,
# of what real servers said, and of captures.
# make -f tests/unit/apps.mk test-unit-apps, at the top of the tree.

APPS_UNIT_DIR := build/tests/apps
APPS_UNIT_PKGS := libhs libpcap check
APPS_UNIT_CFLAGS = -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Iinclude -Iinclude/uapi -Ikmod $(shell pkg-config --cflags $(APPS_UNIT_PKGS))
APPS_UNIT_SRCS := $(wildcard daemon/sig/app*.c kmod/core/*.c) daemon/sig/reader.c \
	$(addprefix daemon/policy/,diag.c text.c literal.c) \
	$(addprefix daemon/replay/,recognise.c track.c capture.c defrag.c)
APPS_UNIT_OBJS := $(APPS_UNIT_SRCS:%.c=$(APPS_UNIT_DIR)/%.o)
APPS_UNIT_TESTS := $(APPS_UNIT_DIR)/tests/unit/apps/files.o $(APPS_UNIT_DIR)/tests/unit/apps/flows.o

.PHONY: test-unit-apps
test-unit-apps: $(APPS_UNIT_DIR)/files $(APPS_UNIT_DIR)/flows $(CLI_OUT)/vfwctl
	$<
	python3 -B tests/unit/apps/written.py $(CLI_OUT)/vfwctl rules/apps
	python3 -B tests/unit/apps/real/kept.py $(CLI_OUT)/vfwctl rules/apps tests/unit/apps/real/kept
	python3 tests/unit/apps/table.py $(APPS_UNIT_DIR)/flows rules/apps ../shared/corpora/etopen-oracle

$(APPS_UNIT_DIR)/files $(APPS_UNIT_DIR)/flows: $(APPS_UNIT_DIR)/%: $(APPS_UNIT_DIR)/tests/unit/apps/%.o $(APPS_UNIT_OBJS)
	@$(CC) $(APPS_UNIT_CFLAGS) $^ $(shell pkg-config --libs $(APPS_UNIT_PKGS)) -o $@

$(APPS_UNIT_DIR)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(APPS_UNIT_CFLAGS) -MMD -c $< -o $@

-include $(APPS_UNIT_OBJS:.o=.d) $(APPS_UNIT_TESTS:.o=.d)
