# SPDX-License-Identifier: GPL-2.0
# make                      vfwd, vfwctl and, if the running kernel's headers are there, the module
# make KERNEL=6.1           ... the module for a kernel of the lab (uml, uml-debug, uml-fast, 6.1, 6.12),
# make KERNEL=/path/to      ... for a kernel's build folder, or for /lib/modules/KERNEL/build
# make SAN=1                vfwd and vfwctl under ASan and UBSan, in build/san
# make VFW_HS_SETS="sse42 avx2"   ... with these instruction sets of Hyperscan (all three; for the labs but uml one)
# make lab                  what the labs run beside them
# make test-unit            unit tests
# make install              programs, units, hooks, and the module; make uninstall: scripts/dist/install.mk
# make clean
# What is built is in build/; modules in build/KVER/vfw.ko.

# kbuild reads Kbuild, not this file, when it is started in a kernel's folder with M= this one.

VFW_VERSION := 0.1
CC ?= gcc
CXX ?= g++
OUT := build$(if $(SAN),/san)
PKG_CONFIG ?= pkg-config

CFLAGS_ALL := -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -fstack-protector-strong \
	-fPIE -DVFW_VERSION='"$(VFW_VERSION)"' -Iinclude -Iinclude/uapi -Ikmod
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now
ifdef SAN
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_ALL += $(SANFLAGS)
LDFLAGS_ALL += $(SANFLAGS)
else
CFLAGS_ALL += -D_FORTIFY_SOURCE=2
endif

# make's own rules would write a parser over daemon/policy/parse.c when parse.y is newer
%.c: %.y
%.c: %.l

.PHONY: all tools module lab clean test-unit
all: tools module
tools: $(OUT)/vfwd $(OUT)/vfwctl

# vfw-libvirt is built where libvirt's headers are; vfwd asks libvirt where it finds it
READER_PKGS := libvirt libxml-2.0
ifeq ($(shell $(PKG_CONFIG) --exists $(READER_PKGS) && echo yes),yes)
READER := $(OUT)/vfw-libvirt
tools: $(READER)
endif
READER_SRCS := $(wildcard daemon/libvirt/*.c)
$(OUT)/vfw-libvirt: $(READER_SRCS) $(wildcard daemon/libvirt/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(shell $(PKG_CONFIG) --cflags $(READER_PKGS)) $(CFLAGS) $(LDFLAGS_ALL) $(READER_SRCS) \
		$(shell $(PKG_CONFIG) --libs $(READER_PKGS)) -o $@

# --- vfwd ---

VFWD_PKGS := libsystemd libkmod libnl-3.0 libnl-genl-3.0 libnl-route-3.0 jansson tomlplusplus libhs
VFWD_OBJ := $(OUT)/obj/vfwd
VFWD_GEN := $(VFWD_OBJ)/gen/parse.tab.c $(VFWD_OBJ)/gen/lex.yy.c
# Of rules the reading and translating: what evaluates and tries them is vfwctl's.
VFWD_RULES := daemon/sig/rule.c $(addprefix daemon/sig/rule_,$(addsuffix .c,bytes bytetest class content flowbits header http kernel keyword math pcre \
	range regex requires set state stays steps translate view))
VFWD_SRCS := $(filter-out daemon/libvirt/% daemon/replay/% daemon/sig/rule% daemon/sig/app%,$(wildcard daemon/*.c daemon/*/*.c kmod/core/*.c)) \
	$(VFWD_RULES) daemon/sig/app.c
VFWD_OBJS := $(VFWD_SRCS:%.c=$(VFWD_OBJ)/%.o) $(VFWD_GEN:.c=.o) $(VFWD_OBJ)/daemon/base/toml.o
VFWD_CFLAGS = $(CFLAGS_ALL) -Idaemon/policy -I$(VFWD_OBJ)/gen $(shell $(PKG_CONFIG) --cflags $(VFWD_PKGS))

$(VFWD_OBJ)/gen/parse.tab.c: daemon/policy/parse.y
	@mkdir -p $(@D)
	bison -d -o $@ $<

$(VFWD_OBJ)/gen/lex.yy.c: daemon/policy/lex.l $(VFWD_OBJ)/gen/parse.tab.c
	flex -o $@ --header-file=$(@:.c=.h) $<

$(VFWD_OBJ)/gen/%.o: $(VFWD_OBJ)/gen/%.c
	$(CC) $(VFWD_CFLAGS) $(CFLAGS) -MMD -c $< -o $@

$(VFWD_OBJ)/%.o: %.c | $(VFWD_GEN)
	@mkdir -p $(@D)
	$(CC) $(VFWD_CFLAGS) $(CFLAGS) -MMD -c $< -o $@

$(VFWD_OBJ)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(filter-out -std=gnu11,$(VFWD_CFLAGS)) -std=c++17 $(CXXFLAGS) -MMD -c $< -o $@

$(OUT)/vfwd: $(VFWD_OBJS)
	$(CXX) $(LDFLAGS_ALL) $(LDFLAGS) $^ $(shell $(PKG_CONFIG) --libs $(VFWD_PKGS)) -o $@

-include $(VFWD_OBJS:.o=.d)

# --- vfwctl ---

CLI_OUT := $(OUT)
include userspace-cli/cli.mk
$(OUT)/vfwctl $(CLI_OBJS): override CFLAGS += $(SANFLAGS)
$(OUT)/vfwctl: override LDFLAGS += $(SANFLAGS)

# --- vfw.ko ---

LAB_KERNELS := uml uml-debug uml-fast 6.1 6.12
ifdef KERNEL
ifneq ($(filter $(KERNEL),$(LAB_KERNELS)),)
# A set of Hyperscan's runtime takes a minute; every processor that boots the labs runs the smallest. One lab has all.
ifeq ($(KERNEL),uml)
export VFW_HS_SETS ?= sse42 avx2 avx512
else
export VFW_HS_SETS ?= sse42
endif
KDIR := $(shell scripts/lab --build-dir $(KERNEL))
else
KDIR := $(firstword $(patsubst %/Makefile,%,$(wildcard $(KERNEL)/Makefile)) \
	$(wildcard /lib/modules/$(KERNEL)/build))
endif
ifeq ($(KDIR),)
$(error KERNEL=$(KERNEL): expected one of $(LAB_KERNELS), a kernel build folder, or a release with headers installed)
endif
else
KDIR := $(wildcard /lib/modules/$(shell uname -r)/build)
endif

module:
ifeq ($(KDIR),)
	@echo "vfw.ko: no headers for the running kernel ($$(uname -r)), module skipped: install them, or name a kernel with KERNEL="
else
	@scripts/module $(KDIR) build
endif

include scripts/dist/install.mk

# --- the labs' own programs ---

LAB_BIN := build/lab/bin
LAB_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -Iinclude/uapi
LAB_PROGRAMS := $(filter-out umlfp killnth ctlmsg ctldb,$(basename $(notdir $(wildcard tests/lab/src/*.c))))
lab: $(LAB_PROGRAMS:%=$(LAB_BIN)/%) $(LAB_BIN)/umlfp.so $(LAB_BIN)/killnth.so $(LAB_BIN)/benchpolicy $(LAB_BIN)/ctflush
lab: build/lab/dist.made

# What an installation puts down, for the labs that boot it: their systemd is 252.
build/lab/dist.made: $(OUT)/vfwd $(OUT)/vfwctl $(READER) $(wildcard scripts/dist/*)
	@$(MAKE) -s install-tools DESTDIR=build/lab/dist SYSTEMD_VERSION=252
	@touch $@

$(LAB_BIN)/%.so: tests/lab/src/%.c
	@mkdir -p $(@D)
	$(CC) $(LAB_CFLAGS) -shared -fPIC $< -o $@ -ldl

# Those that speak the netlink family by hand share ctlmsg.
$(LAB_BIN)/ctl%: tests/lab/src/ctl%.c tests/lab/src/ctlmsg.c tests/lab/src/ctlmsg.h include/uapi/linux/vfw.h
	@mkdir -p $(@D)
	$(CC) $(LAB_CFLAGS) $(filter %.c,$^) -o $@ -lmnl $(LAB_LIBS)

# Those that bring signatures make databases, too.
$(LAB_BIN)/ctlscan $(LAB_BIN)/ctlrefuse: tests/lab/src/ctldb.c tests/lab/src/ctldb.h kmod/core/sig.h kmod/core/sig_table.h
$(LAB_BIN)/ctlscan $(LAB_BIN)/ctlrefuse: LAB_LIBS := -lhs

# The ordering of streams, against the TCP of the kernel it runs on.
$(LAB_BIN)/streamtcp: tests/lab/src/streamtcp.c kmod/core/stream.c $(wildcard kmod/core/*.h)
	@mkdir -p $(@D)
	$(CC) $(LAB_CFLAGS) -D_GNU_SOURCE -Ikmod $(filter %.c,$^) -o $@

$(LAB_BIN)/%: tests/lab/src/%.c
	@mkdir -p $(@D)
	$(CC) $(LAB_CFLAGS) $< -o $@

# What scripts/bench runs in them besides: vfwd's own compiler and its way to the kernel.
$(LAB_BIN)/bench%: tests/lab/bench/%.c tests/lab/bench/publish.c tests/lab/bench/publish.h $(filter-out $(VFWD_OBJ)/daemon/main.o,$(VFWD_OBJS))
	@mkdir -p $(@D)
	$(CC) $(VFWD_CFLAGS) $(CFLAGS) -c $< -o $(VFWD_OBJ)/bench$*.o
	$(CC) $(VFWD_CFLAGS) $(CFLAGS) -c tests/lab/bench/publish.c -o $(VFWD_OBJ)/bench$*-publish.o
	$(CXX) $(LDFLAGS_ALL) $(LDFLAGS) $(VFWD_OBJ)/bench$*.o $(VFWD_OBJ)/bench$*-publish.o $(filter %.o,$^) $(shell $(PKG_CONFIG) --libs $(VFWD_PKGS)) -o $@

$(LAB_BIN)/ctflush: tests/lab/bench/ctflush.c
	@mkdir -p $(@D)
	$(CC) $(LAB_CFLAGS) $< -o $@ -lmnl

# --- tests ---

-include $(wildcard tests/unit/*.mk tests/fuzz/*.mk)
test-unit: $(patsubst tests/unit/%.mk,test-unit-%,$(wildcard tests/unit/*.mk))

clean:
	rm -rf build/obj build/san build/tests build/vfwd build/vfwctl build/vfw-libvirt build/lab/bin $(wildcard build/*/src)
