# SPDX-License-Identifier: GPL-2.0
# Fuzz targets of core/: make test-fuzz-core runs each for CORE_FUZZ_SECONDS (10) from fixed seeds.
# Every tests/fuzz/NAME.mk has a goal fuzz-NAME that leaves targets in build/fuzz/bin/NAME_* and may
# leave seeds in build/fuzz/seeds/NAME_*/; tests/fuzz/run SECONDS builds and runs them all.

CORE_FUZZ_CC ?= clang
CORE_FUZZ_CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Wshadow -Werror -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-Iinclude/uapi -Ikmod -Itests/unit -Itests/fuzz
CORE_FUZZ_OBJ := build/fuzz/core
CORE_FUZZ_TARGETS := core_frame core_quoted core_tables core_policy core_tcp core_fragset core_stream core_sigs \
	core_apps
CORE_FUZZ_HEADERS := $(wildcard kmod/core/*.h tests/unit/core*.h tests/fuzz/core*.h) \
	include/uapi/linux/vfw.h
CORE_FUZZ_CORE := $(patsubst kmod/core/%.c,$(CORE_FUZZ_OBJ)/kmod_%.o,$(wildcard kmod/core/*.c))

.PHONY: test-fuzz-core fuzz-core
test-fuzz-core:
	tests/fuzz/run $(or $(CORE_FUZZ_SECONDS),10) $(CORE_FUZZ_TARGETS)

fuzz-core: $(addprefix build/fuzz/bin/,$(CORE_FUZZ_TARGETS)) build/fuzz/seeds/core.stamp

build/fuzz/bin/core_%: $(CORE_FUZZ_OBJ)/core_%.o $(CORE_FUZZ_OBJ)/core_rival.o $(CORE_FUZZ_CORE)
	mkdir -p build/fuzz/bin
	$(CORE_FUZZ_CC) $(CORE_FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^

$(CORE_FUZZ_OBJ)/core_seeds: tests/fuzz/core_seeds.c tests/unit/core_packet.c $(CORE_FUZZ_HEADERS)
	mkdir -p $(@D)
	$(CORE_FUZZ_CC) -std=gnu11 -Wall -Wextra -Werror -Iinclude/uapi -Ikmod -Itests/unit -o $@ \
		$(filter %.c,$^)

build/fuzz/seeds/core.stamp: $(CORE_FUZZ_OBJ)/core_seeds
	mkdir -p $(@D)
	$< $(@D)
	touch $@

$(CORE_FUZZ_OBJ)/kmod_%.o: kmod/core/%.c $(CORE_FUZZ_HEADERS)
	mkdir -p $(@D)
	$(CORE_FUZZ_CC) $(CORE_FUZZ_CFLAGS) -c -o $@ $<

$(CORE_FUZZ_OBJ)/%.o: tests/fuzz/%.c $(CORE_FUZZ_HEADERS)
	mkdir -p $(@D)
	$(CORE_FUZZ_CC) $(CORE_FUZZ_CFLAGS) -c -o $@ $<

.SECONDARY: $(addprefix $(CORE_FUZZ_OBJ)/,$(addsuffix .o,$(CORE_FUZZ_TARGETS)) core_rival.o) \
	$(CORE_FUZZ_CORE)
