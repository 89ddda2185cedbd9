#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tests/unit/rules/doc.sh VFWCTL: the table of keywords in docs/rules.md is the program's own.
# With --print it prints the rows.
set -eu -o pipefail
rows=$("$1" sig keywords -o json | jq -r '
	[.keywords[] | {key: (.class + " | " + .about), keyword}] | group_by(.key)[] |
	"| " + .[0].key + " | " + ([.[].keyword | "`" + . + "`"] | sort | join(", ")) + " |"')
[ "${2:-}" != --print ] || {
	echo "$rows"
	exit 0
}
diff <(echo "$rows") <(sed -n '/^## Keywords/,$p' docs/rules.md | grep '^| [a-z]* | [^|]* | `') || {
	echo "docs/rules.md: its keywords are not the program's"
	exit 1
}
echo "docs/rules.md: $(wc -l <<<"$rows") rows of keywords are the program's"
