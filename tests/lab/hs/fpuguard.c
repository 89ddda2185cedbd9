// SPDX-License-Identifier: GPL-2.0
/*
 * fpuguard SECONDS: keeps known values in all vector registers and looks whether they stay, while kernel
 * code that uses the same registers interrupts it. Ends with 1 when one has changed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REGISTERS 16

typedef uint8_t bank[REGISTERS][32] __attribute__((aligned(32)));

#define LOAD(op, reg, i) op " " #i "*32(%[in]), %%" reg #i "\n\t"
#define STORE(op, reg, i) op " %%" reg #i ", " #i "*32(%[out])\n\t"
#define ALL(what, op, reg)                                                                     \
	what(op, reg, 0) what(op, reg, 1) what(op, reg, 2) what(op, reg, 3) what(op, reg, 4)   \
		what(op, reg, 5) what(op, reg, 6) what(op, reg, 7) what(op, reg, 8)            \
			what(op, reg, 9) what(op, reg, 10) what(op, reg, 11) what(op, reg, 12) \
				what(op, reg, 13) what(op, reg, 14) what(op, reg, 15)
#define SPIN "1:\n\tdec %[n]\n\tjnz 1b\n\t"
#define CLOBBERS                                                                                  \
	"memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", \
		"xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

static void hold_xmm(bank in, bank out, long n)
{
	asm volatile(ALL(LOAD, "movdqu", "xmm") SPIN ALL(STORE, "movdqu", "xmm")
		     : [n] "+r"(n)
		     : [in] "r"(in), [out] "r"(out)
		     : CLOBBERS);
}

static void hold_ymm(bank in, bank out, long n)
{
	asm volatile(ALL(LOAD, "vmovdqu", "ymm") SPIN ALL(STORE, "vmovdqu", "ymm") "vzeroupper"
		     : [n] "+r"(n)
		     : [in] "r"(in), [out] "r"(out)
		     : CLOBBERS);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
	int wide = __builtin_cpu_supports("avx"), i, j;
	size_t bytes = wide ? 32 : 16;
	unsigned long rounds = 0;
	bank in, out;

	for (i = 0; i < REGISTERS; i++)
		for (j = 0; j < 32; j++)
			in[i][j] = i * 37 + j * 11 + 1;
	while (time(NULL) < end) {
		memset(out, 0, sizeof(out));
		(wide ? hold_ymm : hold_xmm)(in, out, 2000000);
		for (i = 0; i < REGISTERS; i++) {
			if (memcmp(in[i], out[i], bytes)) {
				printf("fpuguard: register %d changed after %lu rounds\n", i,
				       rounds);
				return 1;
			}
		}
		rounds++;
	}
	printf("fpuguard: %d registers of %zu bytes held %lu times\n", REGISTERS, bytes, rounds);
	return 0;
}
