# SPDX-License-Identifier: GPL-2.0
# The lab's kernels by name. kernel_dir NAME is all that others need.

LAB_KERNELS='uml uml-debug uml-fast 6.1 6.12'

kernel_known() {
	case " $LAB_KERNELS " in
	*" $1 "*) ;;
	*) die "no lab kernel is called '$1': one of $LAB_KERNELS" ;;
	esac
}

kernel_key() {
	case $1 in
	uml*) uml_key "$1" ;;
	*) stock_key "$1" ;;
	esac
}

# kernel_dir NAME: prints the kernel's folder (arch, release, build/, modules/, and what boots),
# made first if it is not there. A newer package in the archive does not remake it; removing the link does.
kernel_dir() {
	local link=$VFW_CACHE/kernel/$1 key
	kernel_known "$1"
	key=$(kernel_key "$1")
	case $(readlink "$link" || true) in
	*-"$key") ;;
	*) locked "kernel-$1" kernel_make "$1" "$key" ;;
	esac
	readlink -f "$link"
}

kernel_make() {
	local name=$1 key=$2
	case $(readlink "$VFW_CACHE/kernel/$name" || true) in
	*-"$key") return 0 ;;
	esac
	mkdir -p "$VFW_CACHE"/{kernel,src}
	apt_need build-essential bc flex bison libelf-dev libssl-dev kmod cpio rsync xz-utils
	apt_private_setup
	case $name in
	uml*) "uml_make_$name" "$key" ;;
	*) stock_make "$name" "$key" ;;
	esac
}

# kernel_finish NAME DIR ARCH: the last step of making one; only now can it be found.
kernel_finish() {
	printf '%s\n' "$3" >"$2/arch"
	case $3 in
	um) cat "$2/build/include/config/kernel.release" ;;
	*) basename "$2"/modules/lib/modules/* ;;
	esac >"$2/release"
	ln -sfn "$(basename "$2")" "$VFW_CACHE/kernel/$1"
}
