#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make install-tools and uninstall with DESTDIR: what is there afterwards, what a person changed stays, the
# units are right for systemd of both kinds, the installed configuration is right, and a load or build that fails is loud.
set -eu -o pipefail
trap 'echo "failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export MAKEFLAGS=
make=${MAKE:-make}
root=$dir/root

fail() {
	echo "$*" >&2
	exit 1
}
expect() { [ "$2" = "$3" ] || fail "$1: expected '$3', found '$2'"; }
there() { (cd "$root" && find . -type f -printf '%P %m\n' | sort); }

$make -s install-tools DESTDIR="$root" SYSTEMD_VERSION=252
# built only where libvirt's headers are
diff - <(there | grep -v '^usr/lib/vfw/vfw-libvirt 755$\|^usr/share/vfw/apps/[a-z0-9-]*\.app 644$\|^usr/share/vfw/signatures/[a-z]*\.rules 644$') <<'X'
etc/kernel/postinst.d/vfw 755
etc/libvirt/hooks/qemu.d/50-vfw 755
etc/logrotate.d/vfw 644
etc/modprobe.d/vfw.conf 644
etc/vfw/vfwd.toml 644
lib/systemd/system/vfw-module.service 644
lib/systemd/system/vfwd.service 644
usr/lib/vfw/load-module 755
usr/sbin/vfwctl 755
usr/sbin/vfwd 755
usr/share/bash-completion/completions/vfwctl 644
usr/share/man/man8/vfwctl.8 644
usr/share/vfw/default.vfw 644
X
expect apps "$(ls "$root/usr/share/vfw/apps" | wc -l)" "$(ls rules/apps | wc -l)"
expect signatures "$(ls "$root/usr/share/vfw/signatures" | wc -l)" "$(ls rules/signatures | wc -l)"
grep -qx 'Type=notify' "$root/lib/systemd/system/vfwd.service"
grep -qx 'ExecReload=/bin/kill -HUP $MAINPID' "$root/lib/systemd/system/vfwd.service"
grep -qx 'ExecReload=/bin/sh -c "exec /usr/sbin/vfwctl status >/dev/null"' "$root/lib/systemd/system/vfwd.service"
! grep -rIn '@[A-Z]*@' "$root/lib" "$root/etc" "$root/usr/lib" || fail "a name was not filled in"
"$root/usr/sbin/vfwd" --root "$root" --check-config
! "$root/usr/sbin/vfwd" --config /dev/stdin --check-config <<<'[boot]
require = true' 2>"$dir/err" || fail "a wrong configuration was taken"
grep -q '/dev/stdin:2: require: expected require-protection' "$dir/err"

# ... and so is what everybody may write; an upgrade says so and is done
chmod 666 "$root/etc/vfw/vfwd.toml"
$make -s install-tools DESTDIR="$root" SYSTEMD_VERSION=252 2>"$dir/err"
grep -q 'vfwd.toml: expected a file that root owns.*mode 0666' "$dir/err"
grep -q '^warning: this vfwd refuses' "$dir/err"
chmod 644 "$root/etc/vfw/vfwd.toml"
touch "$root/etc/vfw/vms.d/a.toml"
chmod 666 "$root/etc/vfw/vms.d/a.toml"
chmod 777 "$root/etc/vfw/policy.d"
! "$root/usr/sbin/vfwd" --root "$root" --check-config 2>"$dir/err" || fail "an inventory that everybody may write was taken"
grep -q 'vms.d: expected .* the file a.toml with owner' "$dir/err"
grep -q 'policy.d: expected a folder' "$dir/err"
rm "$root/etc/vfw/vms.d/a.toml"
chmod 755 "$root/etc/vfw/policy.d"
$make -s install-tools DESTDIR="$root" SYSTEMD_VERSION=252 2>"$dir/err"
! grep . "$dir/err" || fail "a warning of nothing"

# systemd's own judgement; the programs must be where the unit says
if command -v systemd-analyze >/dev/null; then
	sed -i "s|=/usr/|=$root/usr/|" "$root"/lib/systemd/system/*.service
	SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$root"/lib/systemd/system/vfw*.service >"$dir/verify" 2>&1 || true
	! grep 'vfw' "$dir/verify" || fail "systemd finds fault with a unit"
fi

# what a person changed
echo '# mine' >>"$root/etc/vfw/vfwd.toml"
echo 'options vfw armed=1' >"$root/etc/modprobe.d/vfw.conf"
echo 'default block' >"$root/etc/vfw/policy.d/mine.vfw"
$make -s install-tools DESTDIR="$root" SYSTEMD_VERSION=255 PREFIX=/usr
grep -q '# mine' "$root/etc/vfw/vfwd.toml"
expect "modprobe.d" "$(cat "$root/etc/modprobe.d/vfw.conf")" 'options vfw armed=1'
grep -qx 'Type=notify-reload' "$root/lib/systemd/system/vfwd.service"
! grep -q 'ExecReload\|RELOAD' "$root/lib/systemd/system/vfwd.service"

# a guest that nothing protects: refused only when asked for
hook=$dir/hook
sed "s|/usr/sbin/vfwd|$root/usr/sbin/vfwd --root $root|" "$root/etc/libvirt/hooks/qemu.d/50-vfw" >"$hook"
sh "$hook" web1 prepare begin - </dev/null
sed -i 's/^require-protection = false/require-protection = true/' "$root/etc/vfw/vfwd.toml"
sh "$hook" web1 stopped end - </dev/null
if [ ! -e /sys/module/vfw ]; then
	! sh "$hook" web1 prepare begin - </dev/null 2>"$dir/err" || fail "a guest may start without the module"
	grep -q 'this guest would not be protected' "$dir/err"
	# settings that are wrong: said, and refused only if they ask for it
	echo '[flo' >>"$root/etc/vfw/vfwd.toml"
	! sh "$hook" web1 prepare begin - </dev/null 2>"$dir/err" || fail "a typo opens the host"
	grep -q 'the settings are wrong.*vfwd.toml:[0-9]*: ' "$dir/err"
	grep -q 'this guest would not be protected' "$dir/err"
	sed -i 's/^require-protection = true/require-protection = false/' "$root/etc/vfw/vfwd.toml"
	sh "$hook" web1 prepare begin - </dev/null 2>"$dir/err" || fail "a typo keeps guests down that need no protection"
	grep -q 'the settings are wrong' "$dir/err"
	! "$root/usr/sbin/vfwd" --root "$root" 2>"$dir/err" || fail "vfwd starts with settings that are wrong"
	grep -q 'vfwd.toml:[0-9]*: ' "$dir/err"
	sed -i '$d' "$root/etc/vfw/vfwd.toml"
fi

# a module that does not load
mkdir "$dir/bin"
printf '#!/bin/sh\nexit 1\n' >"$dir/bin/modprobe"
chmod +x "$dir/bin/modprobe"
rc=0
PATH=$dir/bin:$PATH sh "$root/usr/lib/vfw/load-module" 2>"$dir/err" || rc=$?
expect "status of a load that fails" $rc 1
grep -q '^<0>vfw: THE MODULE IS NOT LOADED' "$dir/err"
sh "$root/etc/kernel/postinst.d/vfw" 0.0.0-none 2>"$dir/err"
grep -q 'kernel 0.0.0-none has no vfw.ko' "$dir/err"

# a build that fails is loud, and installs nothing over what is there; one that does not is installed
export VFW_HS_SETS=' '
broken=0.0.0-broken
trap 'rm -rf "$dir" build/$broken' EXIT
mkdir -p "$dir/kernel/include/"{generated,config} "$root/lib/modules/$broken/updates"
echo "#define UTS_RELEASE \"$broken\"" >"$dir/kernel/include/generated/utsrelease.h"
touch "$dir/kernel/include/config/auto.conf"
printf 'modules:\n\t@echo "x.c:1: error: no such thing" >&2; exit 1\n' >"$dir/kernel/Makefile"
echo old >"$root/lib/modules/$broken/updates/vfw.ko"
! $make -s install-module DESTDIR="$root" KERNEL="$dir/kernel" >"$dir/out" 2>&1 || fail "a module that does not build is installed"
grep -q 'x.c:1: error: no such thing' "$dir/out"
grep -q "vfw.ko for $broken did not build" "$dir/out"
expect "the module that was there" "$(cat "$root/lib/modules/$broken/updates/vfw.ko")" old
! $make -s install-module DESTDIR="$root" KERNEL="$dir/none" >"$dir/out" 2>&1 || fail "a kernel that is not there was taken"
grep -q 'expected one of .* or a release with headers installed' "$dir/out"
printf 'modules:\n\t@echo new >$(M)/vfw.ko\n' >"$dir/kernel/Makefile"
$make -s install-module DESTDIR="$root" KERNEL="$dir/kernel"
expect "the module" "$(cat "$root/lib/modules/$broken/updates/vfw.ko") $(stat -c %a "$root/lib/modules/$broken/updates/vfw.ko")" 'new 644'
rm -r "$root/lib/modules/$broken"

mkdir -p "$root/lib/modules/6.1.0/updates"
touch "$root/lib/modules/6.1.0/updates/vfw.ko"
$make -s uninstall DESTDIR="$root"
diff - <(there) <<'X'
etc/logrotate.d/vfw 644
etc/modprobe.d/vfw.conf 644
etc/vfw/policy.d/mine.vfw 644
etc/vfw/vfwd.toml 644
X
# another place
$make -s install-tools DESTDIR="$root" PREFIX=/usr/local SYSTEMD_VERSION=252
grep -qx 'ExecStart=/usr/local/sbin/vfwd' "$root/lib/systemd/system/vfwd.service"
grep -q 'exec /usr/local/sbin/vfwd' "$root/etc/libvirt/hooks/qemu.d/50-vfw"
echo "install: all held"
