# SPDX-License-Identifier: GPL-2.0
# Suricata, against which scripts/bench ids measures: Debian's package, from backports where they have it, unpacked with
# what it needs and this machine lacks into the cache: $VFW_CACHE/suricata-VERSION. Nothing is installed.

# suricata_tree: prints the folder, made if need be.
suricata_tree() {
	local version dir
	apt_private_setup
	version=$(apt_version suricata backports)
	[ -n "$version" ] || version=$(apt_version suricata)
	[ -n "$version" ] && [ "$version" != '(none)' ] || die "apt knows no package suricata"
	dir=$VFW_CACHE/suricata-${version//[^A-Za-z0-9.+~-]/_}
	[ -e "$dir/usr/bin/suricata" ] || locked suricata suricata_make "$dir" "$version"
	echo "$dir"
}

suricata_make() {
	local dir=$1 version=$2 wanted=("suricata=$2") htp packages
	[ ! -e "$dir/usr/bin/suricata" ] || return 0
	# apt does not take a package of backports unless it is named; this one belongs to Suricata of the same suite
	htp=$(apt_version libhtp2 backports)
	case $version in
	*~bpo*) [ -z "$htp" ] || wanted+=("libhtp2=$htp") ;;
	esac
	packages=$(apt_private apt-get -s --no-install-recommends install "${wanted[@]}" |
		sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p')
	[ -n "$packages" ] || packages=${wanted[*]}
	say "fetching Suricata $version"
	rm -rf "$dir" "$dir.new"
	# shellcheck disable=SC2086
	apt_unpack "$dir.new" $packages
	mv "$dir.new" "$dir"
}
