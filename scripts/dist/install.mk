# SPDX-License-Identifier: GPL-2.0
# make install            programs, units, hooks, completion, manual, and the module
# make install-tools      all of it but the module
# make install-module     the module into /lib/modules/KVER/updates; KERNEL= as for make
# make uninstall          takes it away again; what is in /etc/vfw and /var/lib/vfw stays
# DESTDIR=, PREFIX= (/usr), SYSCONFDIR= (/etc); SYSTEMD_VERSION= of the target, if it is another machine.

PREFIX ?= /usr
SYSCONFDIR ?= /etc
SBINDIR := $(PREFIX)/sbin
LIBDIR := $(PREFIX)/lib/vfw
UNITDIR ?= /lib/systemd/system
MODDIR ?= /lib/modules
SYSTEMD_VERSION ?= $(shell systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
INSTALL ?= install

# Type=notify-reload came with systemd 253. Before it a reload is over when its last command is: vfwd answers a question
# after the signal that came first.
NOTIFY_RELOAD := $(shell [ "$(or $(SYSTEMD_VERSION),0)" -ge 253 ] && echo yes)
DIST_TYPE := $(if $(NOTIFY_RELOAD),notify-reload,notify)
DIST_RELOAD := $(if $(NOTIFY_RELOAD),,ExecReload=/bin/kill -HUP $$MAINPID\nExecReload=/bin/sh -c "exec $(SBINDIR)/vfwctl status >/dev/null")
DIST_SED = sed -e 's|@SBINDIR@|$(SBINDIR)|g' -e 's|@LIBDIR@|$(LIBDIR)|g' -e 's|@TYPE@|$(DIST_TYPE)|' \
	-e 's|^@RELOAD@$$|$(DIST_RELOAD)|'

# What a person may have changed is never written over.
dist_keep = [ -e $(DESTDIR)$(2) ] || $(INSTALL) -D -m 644 $(1) $(DESTDIR)$(2)
dist_fill = $(INSTALL) -d $(dir $(DESTDIR)$(2)) && $(DIST_SED) $(1) >$(DESTDIR)$(2) && chmod $(3) $(DESTDIR)$(2)

DIST_FILES := $(SBINDIR)/vfwd $(SBINDIR)/vfwctl $(LIBDIR)/load-module $(LIBDIR)/vfw-libvirt \
	$(UNITDIR)/vfwd.service $(UNITDIR)/vfw-module.service \
	$(PREFIX)/share/vfw/default.vfw $(PREFIX)/share/man/man8/vfwctl.8 \
	$(PREFIX)/share/bash-completion/completions/vfwctl \
	$(SYSCONFDIR)/libvirt/hooks/qemu.d/50-vfw $(SYSCONFDIR)/kernel/postinst.d/vfw

.PHONY: install install-tools install-module uninstall
install: install-tools install-module

install-tools: tools
	$(INSTALL) -D -m 755 $(OUT)/vfwd $(DESTDIR)$(SBINDIR)/vfwd
	$(INSTALL) -D -m 755 $(OUT)/vfwctl $(DESTDIR)$(SBINDIR)/vfwctl
	$(INSTALL) -D -m 644 rules/default.vfw $(DESTDIR)$(PREFIX)/share/vfw/default.vfw
	$(INSTALL) -d -m 755 $(DESTDIR)$(PREFIX)/share/vfw/apps
	$(INSTALL) -m 644 rules/apps/*.app $(DESTDIR)$(PREFIX)/share/vfw/apps
	$(INSTALL) -d -m 755 $(DESTDIR)$(PREFIX)/share/vfw/signatures
	$(INSTALL) -m 644 rules/signatures/*.rules $(DESTDIR)$(PREFIX)/share/vfw/signatures
	$(INSTALL) -D -m 644 docs/vfwctl.8 $(DESTDIR)$(PREFIX)/share/man/man8/vfwctl.8
	$(INSTALL) -D -m 644 userspace-cli/vfwctl.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/vfwctl
	$(call dist_fill,scripts/dist/load-module.in,$(LIBDIR)/load-module,755)
	[ ! -x $(OUT)/vfw-libvirt ] || $(INSTALL) -D -m 755 $(OUT)/vfw-libvirt $(DESTDIR)$(LIBDIR)/vfw-libvirt
	$(call dist_fill,scripts/dist/vfwd.service.in,$(UNITDIR)/vfwd.service,644)
	$(call dist_fill,scripts/dist/vfw-module.service.in,$(UNITDIR)/vfw-module.service,644)
	$(call dist_fill,scripts/dist/libvirt-hook.in,$(SYSCONFDIR)/libvirt/hooks/qemu.d/50-vfw,755)
	$(INSTALL) -D -m 755 scripts/dist/kernel-postinst $(DESTDIR)$(SYSCONFDIR)/kernel/postinst.d/vfw
	$(INSTALL) -d -m 755 $(DESTDIR)$(SYSCONFDIR)/vfw/policy.d $(DESTDIR)$(SYSCONFDIR)/vfw/vms.d
	$(call dist_keep,scripts/dist/vfwd.toml,$(SYSCONFDIR)/vfw/vfwd.toml)
	$(call dist_keep,scripts/dist/modprobe.conf,$(SYSCONFDIR)/modprobe.d/vfw.conf)
	$(call dist_keep,scripts/dist/logrotate,$(SYSCONFDIR)/logrotate.d/vfw)
ifeq ($(DESTDIR),)
	[ ! -d /run/systemd/system ] || systemctl daemon-reload
endif
	@$(DESTDIR)$(SBINDIR)/vfwd $(if $(DESTDIR),--root "$(abspath $(DESTDIR))") --check-config >/dev/null || \
		echo "warning: this vfwd refuses what is said above: mend it before systemctl restart vfwd" >&2

install-module:
ifeq ($(KDIR),)
	@echo "vfw.ko: no headers for the running kernel ($$(uname -r)), nothing is installed: install them, or name a kernel with KERNEL=" >&2
	@exit 1
else
	@scripts/module $(KDIR) build
	kver=$$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h); \
	$(INSTALL) -D -m 644 build/$$kver/vfw.ko $(DESTDIR)$(MODDIR)/$$kver/updates/vfw.ko && \
	{ [ -n "$(DESTDIR)" ] || depmod $$kver; }
endif

uninstall:
ifeq ($(DESTDIR),)
	@! $(SBINDIR)/vfwctl -o json status 2>/dev/null | grep -q '"mode": *"armed"' || \
		{ echo "vfw is armed, and without vfwctl it would stay so: vfwctl disarm, rmmod vfw, then this again" >&2; exit 1; }
	[ ! -d /run/systemd/system ] || systemctl disable --now vfwd.service vfw-module.service || true
endif
	rm -f $(DIST_FILES:%=$(DESTDIR)%) $(DESTDIR)$(MODDIR)/*/updates/vfw.ko
	rm -rf $(DESTDIR)/var/cache/vfw
	rm -rf $(DESTDIR)$(PREFIX)/share/vfw/apps $(DESTDIR)$(PREFIX)/share/vfw/signatures
	-rmdir $(DESTDIR)$(LIBDIR) $(DESTDIR)$(PREFIX)/share/vfw $(DESTDIR)$(SYSCONFDIR)/libvirt/hooks/qemu.d 2>/dev/null
ifeq ($(DESTDIR),)
	for k in /lib/modules/*/modules.dep; do depmod "$$(basename "$$(dirname "$$k")")"; done
	[ ! -d /run/systemd/system ] || systemctl daemon-reload
	@echo "What is in /etc/vfw, /etc/modprobe.d/vfw.conf, /etc/logrotate.d/vfw, /var/lib/vfw and /var/log/vfw stays. A module that is loaded stays, too: rmmod vfw."
endif
