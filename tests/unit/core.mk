# SPDX-License-Identifier: GPL-2.0
# Unit tests of core/: make -f tests/unit/core.mk test-unit-core, at the top of the tree.

CORE_UNIT_DIR := build/unit/core
CORE_UNIT_CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Wshadow -Werror -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Iinclude/uapi -Ikmod -Itests/unit -Itests/fuzz
CORE_UNIT_HEADERS := $(wildcard kmod/core/*.h tests/unit/core*.h tests/fuzz/core*.h) \
	include/uapi/linux/vfw.h
CORE_UNIT_CORE := $(patsubst kmod/core/%.c,$(CORE_UNIT_DIR)/%.o,$(wildcard kmod/core/*.c))
CORE_UNIT_TESTS := $(addprefix $(CORE_UNIT_DIR)/,core_main.o core_frame.o core_plain.o core_match.o \
	core_flowkey.o core_tcpstate.o core_tcpopt.o core_fragset.o core_fragmark.o \
	core_stream.o core_reason.o core_sig.o core_sig_table.o core_sigcount.o core_app.o core_packet.o core_rival.o)
CORE_UNIT_REPLAY := $(addprefix $(CORE_UNIT_DIR)/,core_replay.o core_packet.o)

.PHONY: test-unit-core
test-unit-core: $(CORE_UNIT_DIR)/core $(CORE_UNIT_DIR)/core_replay
	$(CORE_UNIT_DIR)/core
	$(CORE_UNIT_DIR)/core_replay ../shared/corpora

$(CORE_UNIT_DIR)/core: $(CORE_UNIT_TESTS) $(CORE_UNIT_CORE)
	$(CC) $(CORE_UNIT_CFLAGS) -o $@ $^ -lcheck -lsubunit -lrt -lm -lpthread

$(CORE_UNIT_DIR)/core_replay: $(CORE_UNIT_REPLAY) $(CORE_UNIT_CORE)
	$(CC) $(CORE_UNIT_CFLAGS) -o $@ $^ -lpcap

$(CORE_UNIT_DIR)/%.o: kmod/core/%.c $(CORE_UNIT_HEADERS) | $(CORE_UNIT_DIR)
	$(CC) $(CORE_UNIT_CFLAGS) -Wconversion -Wno-sign-conversion -c -o $@ $<

$(CORE_UNIT_DIR)/%.o: tests/unit/%.c $(CORE_UNIT_HEADERS) | $(CORE_UNIT_DIR)
	$(CC) $(CORE_UNIT_CFLAGS) -c -o $@ $<

$(CORE_UNIT_DIR)/%.o: tests/fuzz/%.c $(CORE_UNIT_HEADERS) | $(CORE_UNIT_DIR)
	$(CC) $(CORE_UNIT_CFLAGS) -c -o $@ $<

$(CORE_UNIT_DIR):
	mkdir -p $@
