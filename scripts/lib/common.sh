# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts: where things are, how they speak, one lock for each thing that is built once.
# Sourced, never run. Expects bash with `set -eu -o pipefail`.

# A failure in $(...) is a failure.
shopt -s inherit_errexit

VFW_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VFW_CACHE=${VFW_CACHE:-${HOME:-/root}/.cache/vfw}
VFW_BUILD=$VFW_TOP/build
export VFW_CACHE

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die MESSAGE: what was expected and what to do about it; ends the script with 1.
die() {
	say "$*"
	exit 1
}

# as_root COMMAND...: through sudo where we are not root.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -n "$@" || die "\`$1' needs root: run this as root, or allow sudo without a password"
	else
		die "\`$1' needs root, and there is no sudo: run this as root"
	fi
}

# locked NAME COMMAND...: runs COMMAND while holding the cache's lock NAME, so that of several
# callers one builds and the others wait for its result.
locked() {
	local name=$1 fd
	shift
	mkdir -p "$VFW_CACHE/lock"
	exec {fd}>"$VFW_CACHE/lock/$name"
	flock "$fd"
	"$@"
	exec {fd}>&-
}

# logged FILE COMMAND...: the command's output goes to FILE; on failure its tail is shown.
logged() {
	local log=$1 rc=0
	shift
	"$@" >"$log" 2>&1 || rc=$?
	if [ $rc != 0 ]; then
		say "\`$1' ended with $rc; the end of $log:"
		tail -n 30 "$log" >&2
	fi
	return $rc
}
