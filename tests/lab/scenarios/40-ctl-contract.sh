#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The netlink family keeps the contract of vfw.h, sentence by sentence.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvfw start --no-daemon
expect_pass ctltrial
expect_pass ctlcheck
