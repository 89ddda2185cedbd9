#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every link in our pages leads to a file, and docs/README.md names every page.
set -eu -o pipefail
cd "$(dirname "$0")/../.."

# links_of FILE: the relative targets of its links, without anchors.
links_of() {
	grep -oE '\]\([^)]+\)' "$1" | sed -E 's/^\]\(//; s/\)$//; s/#.*//' | grep -vE '^([a-z]+:|$)' || true
}

failed=0
pages=(README.md docs/*.md)
for page in "${pages[@]}"; do
	while read -r link; do
		[ -e "$(dirname "$page")/$link" ] || {
			echo "$page: there is no $link"
			failed=1
		}
	done < <(links_of "$page")
done
for page in docs/*; do
	page=${page#docs/}
	[ "$page" = README.md ] || links_of docs/README.md | grep -qxF "$page" || {
		echo "docs/README.md does not name $page"
		failed=1
	}
done
exit $failed
