#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A hostile user of the netlink family, with ports to bind. Others: scripts/lab ... -- env VFW_SEED=N VFW_STEPS=N bash this.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

labvfw start --no-daemon
labvm bridge br0 --ip 10.0.0.254/24
labvm add a --ip 10.0.0.1/24
labvm add b --ip 10.0.0.2/24
expect_pass ctlfuzz -n "${VFW_STEPS:-3000}" -s "${VFW_SEED:-1}"
