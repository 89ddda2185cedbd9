#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every .c and .h is as clang-format 14 would have it: another version has other ideas, and is not asked.
set -eu -o pipefail
. "$(dirname "$0")/files.inc"

version=$(clang-format --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
[ "$version" = 14 ] || {
	echo "clang-format 14 is needed, this is $version"
	exit 77
}
mapfile -t sources < <(files | grep -E '\.[ch]$')
[ ${#sources[@]} -gt 0 ]
printf '%s\0' "${sources[@]}" | xargs -0 -n 16 clang-format --dry-run -Werror --ferror-limit=3
