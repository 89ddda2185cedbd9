# SPDX-License-Identifier: GPL-2.0
# Debian's own kernels, unpacked and not installed: $VFW_CACHE/kernel/SERIES-VERSION-KEY with
# vmlinuz, initrd, modules (a /lib/modules) and build (for modules).

# What the first stage of a boot needs, before the root file system is there.
STOCK_BOOT_MODULES='virtio_pci virtio_blk virtio_console virtio_rng 9p 9pnet_virtio overlay ext4 crc32c_generic'

# stock_package 6.1|6.12: the newest image package of that series (plain amd64, not rt, not cloud).
stock_package() {
	apt_private apt-cache pkgnames "linux-image-$1." |
		grep -E "^linux-image-${1//./\\.}\.[0-9]+(-[0-9]+|\+deb[0-9]+(\.[0-9]+)*)-amd64\$" | sort -V | tail -n 1
}

# Debian's header packages point at /usr: what they hold moves with us.
stock_make() {
	local name=$1 key=$2 out package kver common kbuild root f
	package=$(stock_package "$name")
	[ -n "$package" ] || die "no kernel image of the $name series in the archive: try another --kernel"
	kver=${package#linux-image-}
	common=linux-headers-${kver%-amd64}-common
	kbuild=$(apt_private apt-cache show --no-all-versions "linux-headers-$kver" |
		sed -n 's/^Depends:.*\(linux-kbuild-[^ ,]*\).*/\1/p')
	out=$VFW_CACHE/kernel/$name-$kver-$key
	rm -rf "$out"
	root=$out/root
	mkdir -p "$root"
	say "fetching Debian's kernel $kver"
	apt_unpack "$root" "$package" "linux-headers-$kver" "$common" "$kbuild"
	cp "$root/boot/vmlinuz-$kver" "$out/vmlinuz"
	cp "$root/boot/config-$kver" "$out/config"
	mkdir -p "$out/modules"
	mv "$root/lib" "$out/modules/lib"
	rm -f "$out/modules/lib/modules/$kver/"{build,source}
	depmod -b "$out/modules" "$kver"
	ln -s "root/usr/src/linux-headers-$kver" "$out/build"
	# Absolute links and includes become ours.
	while IFS= read -r -d '' f; do
		ln -sfn "$root$(readlink "$f")" "$f"
	done < <(find "$root/usr/src" -type l -lname '/usr/*' -print0)
	sed -i "s|/usr/src/|$root/usr/src/|g" "$out/build/Makefile"
	# BTF for modules needs pahole, which few machines have, and vmlinux, which the headers lack.
	sed -i '/^CONFIG_DEBUG_INFO_BTF_MODULES=/d' "$out/build/.config" "$out/build/include/config/auto.conf"
	stock_initrd "$out" "$kver"
	kernel_finish "$name" "$out" x86_64
}

# stock_initrd DIR KVER: busybox and the few modules that reach the root file system.
stock_initrd() {
	local out=$1 kver=$2 dir=$1/initrd.d m f
	apt_need busybox-static cpio
	mkdir -p "$dir"/{bin,dev,proc,sys,newroot,lib}
	cp /bin/busybox "$dir/bin/"
	ln -s bin "$dir/sbin"
	for m in sh mount umount modprobe mkdir cat sleep switch_root poweroff; do
		ln -s busybox "$dir/bin/$m"
	done
	for m in $STOCK_BOOT_MODULES; do
		modprobe -S "$kver" -d "$out/modules" --show-depends "$m" 2>/dev/null | awk '$1 == "insmod" { print $2 }'
	done | sort -u | while read -r f; do
		m=$dir/lib/modules/${f#*/lib/modules/}
		mkdir -p "${m%/*}"
		case $f in
		*.xz) xz -dc "$f" >"${m%.xz}" ;;
		*) cp "$f" "$m" ;;
		esac
	done
	cp "$out/modules/lib/modules/$kver"/modules.{order,builtin,builtin.modinfo} "$dir/lib/modules/$kver/"
	depmod -b "$dir" "$kver"
	cp "$VFW_TOP/tests/lab/init/stock" "$dir/init"
	(cd "$dir" && find . -print0 | cpio --null -o -H newc -R 0:0 --quiet) >"$out/initrd"
	rm -rf "$dir"
}

# stock_key NAME: what of ours went into it.
stock_key() {
	{ echo "$STOCK_BOOT_MODULES"; cat "$VFW_TOP/tests/lab/init/stock"; } | sha256sum | cut -c1-8
}
