// SPDX-License-Identifier: GPL-2.0

/*
 * Which instruction sets this processor runs. Each asks for all that kmod/hs/Kbuild lets the
 * compiler use for it, no less; and that the kernel keeps the registers.
 */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "cpu.h"

#ifdef CONFIG_UML

/* A user-mode kernel runs on the registers its host gives to processes. */
#define LEAF1_ECX (BIT(20) | BIT(23)) /* SSE4.2, POPCNT */
#define LEAF1_ECX_AVX (BIT(27) | BIT(28)) /* OSXSAVE, AVX */
#define LEAF7_EBX_AVX2 (BIT(3) | BIT(5) | BIT(8)) /* BMI1, AVX2, BMI2 */
#define LEAF7_EBX_AVX512 (BIT(16) | BIT(17) | BIT(28) | BIT(30) | BIT(31)) /* F, DQ, CD, BW, VL */
#define LEAF81_ECX_LZCNT BIT(5)
#define XCR0_YMM 0x06
#define XCR0_ZMM 0xe6

static void host_cpuid(u32 leaf, u32 *ebx, u32 *ecx)
{
	u32 eax = leaf, edx;

	*ecx = 0;
	asm volatile("cpuid" : "+a"(eax), "=b"(*ebx), "+c"(*ecx), "=d"(edx));
}

static u32 host_xcr0(void)
{
	u32 lo, hi;

	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return lo;
}

static bool __maybe_unused has_sse42(void)
{
	u32 ebx, ecx;

	host_cpuid(1, &ebx, &ecx);
	return (ecx & LEAF1_ECX) == LEAF1_ECX;
}

static bool __maybe_unused has_avx2(void)
{
	u32 ebx, ecx;

	host_cpuid(1, &ebx, &ecx);
	if ((ecx & LEAF1_ECX_AVX) != LEAF1_ECX_AVX || (host_xcr0() & XCR0_YMM) != XCR0_YMM)
		return false;
	host_cpuid(0x80000001, &ebx, &ecx);
	if (!(ecx & LEAF81_ECX_LZCNT))
		return false;
	host_cpuid(7, &ebx, &ecx);
	return has_sse42() && (ebx & LEAF7_EBX_AVX2) == LEAF7_EBX_AVX2;
}

static bool __maybe_unused has_avx512(void)
{
	u32 ebx, ecx;

	if (!has_avx2() || (host_xcr0() & XCR0_ZMM) != XCR0_ZMM)
		return false;
	host_cpuid(7, &ebx, &ecx);
	return (ebx & LEAF7_EBX_AVX512) == LEAF7_EBX_AVX512;
}

#else

#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/xcr.h>
#include <asm/fpu/types.h>

static bool __maybe_unused has_sse42(void)
{
	return boot_cpu_has(X86_FEATURE_XMM4_2) && boot_cpu_has(X86_FEATURE_POPCNT);
}

static bool __maybe_unused has_avx2(void)
{
	return has_sse42() && boot_cpu_has(X86_FEATURE_AVX) && boot_cpu_has(X86_FEATURE_AVX2) &&
	       boot_cpu_has(X86_FEATURE_BMI1) && boot_cpu_has(X86_FEATURE_BMI2) &&
	       boot_cpu_has(X86_FEATURE_ABM) &&
	       cpu_has_xfeatures(XFEATURE_MASK_SSE | XFEATURE_MASK_YMM, NULL);
}

static bool __maybe_unused has_avx512(void)
{
	return has_avx2() && boot_cpu_has(X86_FEATURE_AVX512F) &&
	       boot_cpu_has(X86_FEATURE_AVX512CD) && boot_cpu_has(X86_FEATURE_AVX512BW) &&
	       boot_cpu_has(X86_FEATURE_AVX512DQ) && boot_cpu_has(X86_FEATURE_AVX512VL) &&
	       cpu_has_xfeatures(XFEATURE_MASK_AVX512, NULL);
}

#endif

/* Best first. */
static const struct {
	const struct vfw_hs_entry *entry;
	bool (*runs)(void);
} sets[] = {
#ifdef VFW_HS_HAS_avx512
	{&vfw_hs_entry_avx512, has_avx512},
#endif
#ifdef VFW_HS_HAS_avx2
	{&vfw_hs_entry_avx2, has_avx2},
#endif
#ifdef VFW_HS_HAS_sse42
	{&vfw_hs_entry_sse42, has_sse42},
#endif
};

const struct vfw_hs_entry *vfw_hs_cpu_choose(const char *set)
{
	bool any = !set || !*set;
	int i;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		if (!any && strcmp(set, sets[i].entry->name))
			continue;
		if (sets[i].runs())
			return sets[i].entry;
		if (!any)
			return ERR_PTR(-EOPNOTSUPP);
	}
	return ERR_PTR(any ? -EOPNOTSUPP : -EINVAL);
}
