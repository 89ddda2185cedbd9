# SPDX-License-Identifier: GPL-2.0
# What a kernel's log says about its health.

# Lines by which kernels report a fault of their own or of a module.
KERNEL_FAULTS='BUG:|BUG at |kernel BUG|WARNING: |KASAN|KFENCE|UBSAN|Oops|general protection fault|Kernel panic'
KERNEL_FAULTS+='|Internal error|invalid opcode|INFO: possible |INFO: inconsistent |INFO: trying to register non-static'
KERNEL_FAULTS+='|INFO: task .* blocked for more|INFO: rcu|rcu_.*detected stalls|soft lockup|hard LOCKUP'
KERNEL_FAULTS+='|suspicious RCU usage|sleeping function called|scheduling while atomic|bad unlock balance'
KERNEL_FAULTS+='|held lock freed|ODEBUG|refcount_t|list_(add|del) corruption|unreferenced object|nf_hook_slow.*bug'
KERNEL_FAULTS+='|unregister_netdevice: waiting for|ref_tracker|Segfault with no mm|stack-protector'
KERNEL_FAULTS+='|page allocation failure: order|Bad page state|use-after-free|Dead loop on virtual device'

# Lines that match and are none: settings that a kernel announces; that memory is short, where a test has it so.
KERNEL_FAULTS_NOT='KernelAddressSanitizer initialized|kasan: |KFENCE: |kfence: initialized|ref_tracker: memory allocation failure'

# kernel_faults LOG...: prints the faults; fails when there are none.
kernel_faults() {
	{ cat -- "$@" 2>/dev/null || true; } | tr -d '\r\0' | sed -n '/vfw lab: command starts/,$p' |
		{ grep -aE "$KERNEL_FAULTS" || true; } | grep -avE "$KERNEL_FAULTS_NOT"
}
