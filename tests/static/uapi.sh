#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The netlink family's spec and its header say the same.
exec "$(dirname "$0")/../../scripts/uapi-check"
