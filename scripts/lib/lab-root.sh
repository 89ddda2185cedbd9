# SPDX-License-Identifier: GPL-2.0
# The root file system of the stock labs: a Debian of the machine's own release made by
# mmdebstrap, as an ext4 image that every boot mounts read-only under a tmpfs overlay.
# $VFW_CACHE/root/NAME-KEY.ext4, keyed by the package list.

# gojq is jq there: jq takes half a second to start in the emulator, and scenarios start it hundreds of times.
ROOT_PACKAGES=(mount util-linux hostname kmod iproute2 iputils-ping iputils-arping nftables ebtables ethtool tcpdump socat
	netcat-openbsd iperf3 gojq procps psmisc python3-minimal python3 lksctp-tools strace bpftool
	libsystemd0 libnl-3-200 libnl-genl-3-200 libnl-route-3-200 libmnl0 libjansson4 libtomlplusplus3 libbpf1
	libhyperscan5 libasan8 libubsan1 bash-static busybox-static)
ROOT_KVM_PACKAGES=(qemu-system-x86 libvirt-daemon-system libvirt-clients libvirt0 dbus)

# root_image base|kvm: prints the image's path, made if need be.
root_image() {
	local name=$1 key image packages=("${ROOT_PACKAGES[@]}")
	[ "$name" != kvm ] || packages+=("${ROOT_KVM_PACKAGES[@]}")
	key=$(. /etc/os-release && printf '%s\n' "$VERSION_CODENAME" "${packages[@]}" | sha256sum | cut -c1-12)
	image=$VFW_CACHE/root/$name-$key.ext4
	[ -e "$image" ] || locked "root-$name" root_image_make "$name" "$image" "${packages[@]}"
	echo "$image"
}

root_image_make() {
	local name=$1 image=$2 dir codename list
	shift 2
	[ ! -e "$image" ] || return 0
	apt_need mmdebstrap e2fsprogs
	apt_private_setup
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	list=$(IFS=,; echo "$*")
	mkdir -p "$VFW_CACHE/root"
	dir=$(mktemp -d "$VFW_CACHE/root/make.XXXXXX")
	say "making the root file system '$name' of the stock labs (half a minute to two minutes, once)"
	# The backports stay out: the image is what a host of this release runs.
	sed "s/ $codename-backports//; s/^Types: .*/Types: deb/" "$APT_DIR/vfw.sources" >"$dir.sources"
	logged "$VFW_CACHE/root/$name.log" as_root mmdebstrap --mode=root --variant=apt --include="$list" \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
		--dpkgopt=force-unsafe-io --dpkgopt=path-exclude=/usr/share/{doc,man,locale,info}/'*' \
		--essential-hook='rm -rf "$1"/var/cache/apt/archives/*.deb' \
		"$codename" "$dir" "$dir.sources"
	as_root mkdir -p "$dir/lab" "$dir/out"
	as_root ln -s gojq "$dir/usr/bin/jq"
	as_root rm -rf "$dir"/var/lib/apt/lists/* "$dir"/var/cache/apt/* "$dir"/usr/share/locale/*
	truncate -s 4G "$image.new"
	logged "$VFW_CACHE/root/$name.log" as_root mke2fs -q -t ext4 -O ^has_journal -F -m 0 -d "$dir" "$image.new"
	as_root rm -rf "$dir" "$dir.sources"
	mv "$image.new" "$image"
}
