#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What docs/style.md asks of every file and a machine can tell: the licence line, the length, no place
# that only one machine knows, no kernel version outside kmod/compat.
set -eu -o pipefail
. "$(dirname "$0")/files.inc"

failed=0
complain() {
	echo "$*"
	failed=1
}

# licence_of FILE: what its first line (its second below #!) must be; nothing for what is no source.
# $first is the first one.
licence_of() {
	case $1 in
	include/uapi/*.h) echo '/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */' ;;
	*.h | *.l | *.y) echo '/* SPDX-License-Identifier: GPL-2.0 */' ;;
	*.c | *.cc) echo '// SPDX-License-Identifier: GPL-2.0' ;;
	*.sh | *.inc | *.py | *.mk | Kbuild | */Kbuild | Makefile | */Makefile | */Kconfig) echo '# SPDX-License-Identifier: GPL-2.0' ;;
	*) [ "${first:0:2}" != '#!' ] || echo '# SPDX-License-Identifier: GPL-2.0' ;;
	esac
}

# matches REGEX FILE...: file:line of every match.
matches() {
	local regex=$1
	shift
	grep -InE "$regex" -- "$@" /dev/null || true
}

mapfile -t all < <(files)
[ ${#all[@]} -gt 0 ]
for f in "${all[@]}"; do
	{
		IFS= read -r first || true
		IFS= read -r second || true
	} <"$f" 2>/dev/null
	want=$(licence_of "$f")
	[ "${first:0:2}" != '#!' ] || first=$second
	[ -z "$want" ] || [ "$first" = "$want" ] || complain "$f: begins without: $want"
done
while read -r lines f; do
	# A netlink family has one spec.
	[ "$lines" -le 800 ] || [ "$f" = total ] || [ "$f" = include/netlink/vfw.yaml ] || complain "$f: $lines lines, more than 800"
done < <(wc -l -- "${all[@]}")

found=$(matches '(^|[^A-Za-z0-9_.}~*/-])/(work|home/[a-z]+|root)/[A-Za-z0-9_.-]' "${all[@]}")
[ -z "$found" ] || complain "paths of one machine:
$found"

# Archives and registries, and whatever this machine installs from.
hosts='(deb|ftp|archive|security|snapshot|mirrors?|registry|proxy|pypi|static|packages)\.[a-z0-9-]+(\.[a-z0-9-]+)*\.(org|com|net|io|dev)'
for h in $(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sed -n 's|^[a-z+]*://\([^/:@]*@\)\{0,1\}\([^/:]*\).*|\2|p' | sort -u); do
	hosts+="|${h//./\\.}"
done
found=$(matches "(^|[^A-Za-z0-9.-])($hosts)($|[^A-Za-z0-9.-])" "${all[@]}")
[ -z "$found" ] || complain "names of archives:
$found"

mapfile -t elsewhere < <(printf '%s\n' "${all[@]}" | grep -E '\.[ch]$' | grep -v '^kmod/compat/')
found=$(matches 'LINUX_VERSION_CODE|KERNEL_VERSION[(]' "${elsewhere[@]}")
[ -z "$found" ] || complain "kernel versions outside kmod/compat:
$found"
exit $failed
