# SPDX-License-Identifier: GPL-2.0
# The user-mode kernels of the lab.
#  uml        Debian's own prebuilt one: nothing to compile but the headers for modules.
#  uml-debug  built from Debian's 6.12 source with tests/lab/kernel/uml.config and uml-debug.config,
#  uml-fast   the same with uml-fast.config: no debugging, for measuring.
# Each ends as a folder $VFW_CACHE/kernel/NAME-VERSION-KEY with linux (the program), build (for
# modules) and modules (a /lib/modules); the link $VFW_CACHE/kernel/NAME leads to the current one.

# uml_source DIR PACKAGE VERSION: the unpacked kernel source in DIR, of which several kernels are made: under its lock.
uml_source() {
	local dir=$1 package=$2 version=$3 tmp
	[ ! -e "$dir/.ready" ] || return 0
	rm -rf "$dir"
	tmp=$(mktemp -d "$VFW_CACHE/unpack.XXXXXX")
	say "fetching $package $version"
	apt_unpack "$tmp" "$package=$version"
	mkdir -p "$dir"
	tar -C "$dir" --strip-components=1 -xf "$tmp/usr/src/$package.tar.xz"
	rm -rf "$tmp"
	touch "$dir/.ready"
}

# uml_make_uml KEY: the prebuilt kernel. It is of one exact source version, and modules are built
# against that source.
uml_make_uml() {
	local base out src version debian
	base=$(mktemp -d "$VFW_CACHE/unpack.XXXXXX")
	apt_unpack "$base" user-mode-linux
	version=$(basename "$base"/usr/lib/uml/modules/*)
	debian=$(apt_private apt-cache madison linux-source-"${version%.*}" |
		awk -F' *[|] *' -v v="$version-" '/ Packages/ && index($2, v) == 1 { print $2; exit }')
	[ -n "$debian" ] ||
		die "user-mode-linux is of $version, whose linux-source package is gone: use --kernel uml-debug"
	src=$VFW_CACHE/src/linux-$debian
	locked "source-$debian" uml_source "$src" linux-source-"${version%.*}" "$debian"
	out=$VFW_CACHE/kernel/uml-$debian-$1
	rm -rf "$out"
	mkdir -p "$out/build" "$out/modules/lib/modules"
	cp "$base/usr/bin/linux.uml" "$out/linux"
	cp -r "$base/usr/lib/uml/modules/$version" "$out/modules/lib/modules/"
	zcat "$base/usr/share/doc/user-mode-linux/config.gz" >"$out/build/.config"
	rm -rf "$base"
	say "preparing module builds for user-mode $version (half a minute, once)"
	logged "$out/build.log" make -j"${VFW_JOBS:-2}" -C "$src" ARCH=um O="$out/build" olddefconfig
	logged "$out/build.log" make -j"${VFW_JOBS:-2}" -C "$src" ARCH=um O="$out/build" modules_prepare
	kernel_finish uml "$out" um
}

uml_make_uml-debug() { uml_compile uml-debug "$1" 'ten to twenty'; }
uml_make_uml-fast() { uml_compile uml-fast "$1" 'five to ten'; }

# uml_compile NAME KEY MINUTES: compiled here. Niced: it takes many minutes.
uml_compile() {
	local name=$1 key=$2 debian src out config=$VFW_TOP/tests/lab/kernel
	debian=$(apt_version linux-source-6.12)
	src=$VFW_CACHE/src/linux-$debian
	locked "source-$debian" uml_source "$src" linux-source-6.12 "$debian"
	out=$VFW_CACHE/kernel/$name-$debian-$key
	rm -rf "$out"
	mkdir -p "$out/build" "$out/modules/lib/modules"
	logged "$out/build.log" make -C "$src" ARCH=um O="$out/build" x86_64_defconfig
	logged "$out/config.log" env ARCH=um "$src/scripts/kconfig/merge_config.sh" -m \
		-O "$out/build" "$out/build/.config" "$config/uml.config" "$config/$name.config"
	logged "$out/build.log" make -C "$src" ARCH=um O="$out/build" olddefconfig
	uml_config_held "$out/build/.config" "$config/uml.config" "$config/$name.config"
	say "compiling the user-mode kernel $name $debian ($3 minutes, once)"
	logged "$out/build.log" nice -n "${VFW_NICE:-15}" \
		make -j"${VFW_JOBS:-2}" -C "$src" ARCH=um O="$out/build" KCFLAGS="$(uml_flags "$name")" linux modules
	logged "$out/install.log" make -C "$src" ARCH=um O="$out/build" \
		INSTALL_MOD_PATH="$out/modules" INSTALL_MOD_STRIP=1 modules_install
	ln "$out/build/linux" "$out/linux"
	kernel_finish "$name" "$out" um
}

# uml_flags NAME: user-mode kernels are compiled with -fno-builtin, so that a copy of eight bytes is a call: where time is measured, as others are.
uml_flags() { [ "$1" != uml-fast ] || echo -fbuiltin; }

# uml_config_held CONFIG FRAGMENT...: fails when the kernel lacks what a fragment asks for.
uml_config_held() {
	local config=$1 line lacks=
	shift
	while read -r line; do
		grep -qx "${line%=*}=[ym]" "$config" || lacks+=" ${line%=*}"
	done < <(grep -hE '^CONFIG_[A-Z0-9_]+=[ym]' "$@")
	[ -z "$lacks" ] || die "this kernel has no$lacks: take them out of the fragment, or add what they depend on"
}

# uml_key NAME: what of ours the kernel was made from.
uml_key() {
	case $1 in
	uml) echo prebuilt ;;
	*) { cat "$VFW_TOP/tests/lab/kernel/uml.config" "$VFW_TOP/tests/lab/kernel/$1.config" && uml_flags "$1"; } | sha256sum | cut -c1-8 ;;
	esac
}
