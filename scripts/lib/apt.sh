# SPDX-License-Identifier: GPL-2.0
# Debian packages: what the machine lacks is installed by name; what its suites do not carry
# (sources, backports) comes through a private apt configuration made from the machine's own,
# which leaves the machine's configuration alone.

APT_DIR=$VFW_CACHE/apt

# apt_missing PACKAGE...: prints those that are not installed.
apt_missing() {
	local p
	for p; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

# apt_need PACKAGE...: installs what is missing from the machine's own suites.
apt_need() {
	local missing
	missing=$(apt_missing "$@")
	[ -n "$missing" ] || return 0
	locked apt apt_need_locked "$@"
}

apt_need_locked() {
	local missing log=$VFW_CACHE/apt-install.log
	missing=$(apt_missing "$@")
	[ -n "$missing" ] || return 0
	say "installing" $missing
	export DEBIAN_FRONTEND=noninteractive
	apt_update_machine
	# shellcheck disable=SC2086
	logged "$log" as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 --no-install-recommends install $missing
}

# The machine's lists are fetched when there are none, or when they are older than a day.
apt_update_machine() {
	local stamp=$VFW_CACHE/apt-updated
	[ -z "$(find "$stamp" -mmin -1440 2>/dev/null)" ] || return 0
	logged "$VFW_CACHE/apt-update.log" as_root apt-get -qq -o DPkg::Lock::Timeout=600 update
	touch "$stamp"
}

# apt_private APT-COMMAND ARGS...: apt-get or apt-cache with the private configuration.
apt_private() {
	local cmd=$1
	shift
	APT_CONFIG=$APT_DIR/apt.conf "$cmd" "$@"
}

# apt_private_setup: makes the private configuration: the machine's own Debian release, its
# sources, and its backports. The machine's archive addresses are asked of apt, never written down here.
apt_private_setup() {
	locked apt-private apt_private_setup_locked
}

apt_private_setup_locked() {
	local key codename uri base='' security='' signed='' line
	if [ -n "$(find "$APT_DIR/ready" -mmin -1440 2>/dev/null)" ]; then
		return 0
	fi
	mkdir -p "$APT_DIR"/{lists/partial,cache/archives/partial,state,empty.d}
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$codename" ] || die "/etc/os-release names no VERSION_CODENAME: the labs expect Debian 12 or newer"
	while IFS='|' read -r uri line; do
		case $line in
		"$codename") base=${base:-$uri} ;;
		"$codename-security") security=${security:-$uri} ;;
		esac
	done < <(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' 'Created-By: Packages')
	[ -n "$base" ] || die "apt knows no source for Debian $codename: add one to /etc/apt/sources.list"
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ ! -e $key ] || signed="Signed-By: $key"
	{
		printf 'Types: deb deb-src\nURIs: %s\nSuites: %s %s-updates %s-backports\nComponents: main\n%s\n\n' \
			"$base" "$codename" "$codename" "$codename" "$signed"
		[ -z "$security" ] ||
			printf 'Types: deb deb-src\nURIs: %s\nSuites: %s-security\nComponents: main\n%s\n' \
				"$security" "$codename" "$signed"
	} | sed '/^$/N;/^\n$/D' >"$APT_DIR/vfw.sources"
	cat >"$APT_DIR/apt.conf" <<-X
		Dir::Etc::SourceList "$APT_DIR/vfw.sources";
		Dir::Etc::SourceParts "$APT_DIR/empty.d";
		Dir::State::Lists "$APT_DIR/lists";
		Dir::Cache "$APT_DIR/cache";
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
		Acquire::Languages "none";
		Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
		Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
	X
	say "fetching package lists with sources and backports (private apt configuration)"
	logged "$APT_DIR/update.log" apt_private apt-get -qq update
	touch "$APT_DIR/ready"
}

# apt_version PACKAGE [SUITE-SUFFIX]: the candidate version; with `backports' the one from there.
apt_version() {
	if [ "${2:-}" = backports ]; then
		apt_private apt-cache madison "$1" | awk -F' *[|] *' '/-backports\// && / Packages/ { print $2; exit }'
	else
		apt_private apt-cache policy "$1" | awk '/Candidate:/ { print $2 }'
	fi
}

# apt_fetch DIR PACKAGE[=VERSION]...: downloads the .deb files into DIR.
apt_fetch() {
	local dir=$1
	shift
	mkdir -p "$dir"
	(cd "$dir" && apt_private apt-get -qq download "$@") >&2
}

# apt_unpack DIR PACKAGE[=VERSION]...: downloads and unpacks without installing.
apt_unpack() {
	local dir=$1 tmp d
	shift
	tmp=$(mktemp -d "$VFW_CACHE/unpack.XXXXXX")
	apt_fetch "$tmp" "$@"
	mkdir -p "$dir"
	for d in "$tmp"/*.deb; do
		dpkg -x "$d" "$dir"
	done
	rm -rf "$tmp"
}
