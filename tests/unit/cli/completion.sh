#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the completion offers, and that a VM's name never reaches the shell as code.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/vfwctl" <<'X'
#!/bin/sh
printf 'NAME  TENANT\n'
printf '%s  t\n' web1 '$(touch${IFS}$HOME/pwned)' '`id`' '*' ';id' '-rf' web-2.b
X
chmod +x "$dir/vfwctl"
export PATH=$dir:$PATH HOME=$dir
. userspace-cli/vfwctl.bash

failed=0

# offers WANTED WORD...: the last word is what stands under the cursor.
offers() {
	local wanted=$1
	shift
	COMP_WORDS=(vfwctl "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_vfwctl
	[ "${COMPREPLY[*]}" = "$wanted" ] || {
		echo "vfwctl $*: expected '$wanted', found '${COMPREPLY[*]}'"
		failed=1
	}
}

offers 'status' sta
offers 'policy' -o json p
offers 'check apply confirm rollback diff lint show' policy ''
offers '--dry-run' policy apply --d
offers 'json text' status -o ''
offers 'pass block reject' observe --verdict ''
offers 'web1 web-2.b' vm show ''
offers 'web1 web-2.b' explain --from we
offers 'host' explain --to h
offers '' vm show '$'
[ ! -e "$dir/pwned" ] || {
	echo "a VM's name was run as a command"
	failed=1
}
exit $failed
