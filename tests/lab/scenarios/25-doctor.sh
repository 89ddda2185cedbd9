#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# doctor finds what is missing and what goes round vfw.
# kernels: uml-debug 6.1 6.12
. "$(dirname "$0")/../lib.sh"

# a host that boots as it runs
mkdir -p /run/modprobe.d
echo "options vfw armed=1" >/run/modprobe.d/vfw.conf

labvm add a --ip 10.0.0.11/24
labvm add b --ip 10.0.0.12/24
policy <<'P'
first { pass from any to any }
default block log
P
note "a healthy host"
healthy() { vfwctl -o json doctor | jq -e '[.checks[] | select(.state == "fail" or .state == "warn")] == []'; }
(wait_until 10 healthy) || fail "doctor complains: $(vfwctl doctor)"

note "armed, and it would not be after a boot"
rm /run/modprobe.d/vfw.conf
wait_until 20 in_check boot disarmed
expect_pass vfwctl doctor >/dev/null

note "a tc redirect goes round every hook"
tc qdisc add dev vneta clsact
tc filter add dev vneta ingress matchall action mirred egress redirect dev vnetb
wait_until 20 in_check tc-redirect vneta
expect_fail vfwctl doctor >/dev/null
tc qdisc del dev vneta clsact
expect_fail in_check tc-redirect vneta

note "a port that nobody is known behind, a tap out of scope"
labvm add stranger --unmanaged --no-process --ip 10.0.0.66/24
wait_until 20 in_check unmanaged-ports vnetstranger
ip tuntap add vpn0 mode tap
wait_until 20 in_check taps-outside vpn0

note "a VM of whom no address is declared"
labvm add silent --unmanaged --uuid aaaaaaaa-0000-4000-8000-000000000003 --ip 10.0.0.67/24
wait_until 10 in_check addresses vnetsilent
