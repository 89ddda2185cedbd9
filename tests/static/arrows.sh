#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Includes that must not exist, see docs/style.md.
exec "$(dirname "$0")/../../scripts/arrows"
