# SPDX-License-Identifier: GPL-2.0
# Builds vfwctl into $(OUT) (build/vfwctl). Included by the Makefile, or by itself:
# make -f userspace-cli/cli.mk vfwctl
# VFW_VERSION is the project's version. The policy's parser is linked in, for `policy check' without vfwd, and what
# rules and captures take, for `sig check' and `replay'.

CLI_OUT ?= build
CLI_OBJ := $(CLI_OUT)/obj/vfwctl
CLI_PKGS := libnl-3.0 libnl-genl-3.0 jansson libhs libpcap
VFW_VERSION ?= 0.1
CLI_CFLAGS = -std=gnu11 -O2 -g -Wall -Wextra -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE \
	-D_GNU_SOURCE -DVFW_VERSION='"$(VFW_VERSION)"' -Iinclude -Iinclude/uapi -Idaemon/policy \
	-Ikmod -I$(CLI_OBJ)/gen $(shell pkg-config --cflags $(CLI_PKGS))

# make's own rules would write a parser over daemon/policy/parse.c when parse.y is newer
%.c: %.y
%.c: %.l

CLI_GEN := $(CLI_OBJ)/gen/parse.tab.c $(CLI_OBJ)/gen/lex.yy.c
CLI_OBJS := $(patsubst %.c,$(CLI_OBJ)/%.o,$(wildcard userspace-cli/*.c daemon/policy/*.c \
	daemon/sig/pattern*.c daemon/sig/reader.c daemon/sig/app*.c daemon/sig/rule*.c daemon/replay/*.c kmod/core/*.c)) \
	$(CLI_GEN:.c=.o)

$(CLI_OBJ)/gen/parse.tab.c: daemon/policy/parse.y
	@mkdir -p $(dir $@)
	bison -d -o $@ $<

$(CLI_OBJ)/gen/lex.yy.c: daemon/policy/lex.l $(CLI_OBJ)/gen/parse.tab.c
	flex -o $@ --header-file=$(@:.c=.h) $<

$(CLI_OBJ)/gen/%.o: $(CLI_OBJ)/gen/%.c
	$(CC) $(CLI_CFLAGS) -w $(CFLAGS) -MMD -c $< -o $@

$(CLI_OBJ)/daemon/%.o: daemon/%.c | $(CLI_GEN)
	@mkdir -p $(dir $@)
	$(CC) $(CLI_CFLAGS) -w $(CFLAGS) -MMD -c $< -o $@

$(CLI_OBJ)/kmod/%.o: kmod/%.c
	@mkdir -p $(dir $@)
	$(CC) $(CLI_CFLAGS) $(CFLAGS) -MMD -c $< -o $@

$(CLI_OBJ)/%.o: %.c | $(CLI_GEN)
	@mkdir -p $(dir $@)
	$(CC) $(CLI_CFLAGS) $(CFLAGS) -MMD -c $< -o $@

$(CLI_OUT)/vfwctl: $(CLI_OBJS)
	$(CC) -pie -Wl,-z,relro,-z,now $(LDFLAGS) $^ $(shell pkg-config --libs $(CLI_PKGS)) -o $@

.PHONY: vfwctl
vfwctl: $(CLI_OUT)/vfwctl

-include $(CLI_OBJS:.o=.d)
