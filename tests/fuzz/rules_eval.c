// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, and behind a NUL a payload: what loads must be sound tables, and evaluates without a step
 * outside; every rule read has one fate.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../daemon/sig/rule_regex.h"
#include "../../daemon/sig/rule_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends at places the fuzzer can move, some of them at the very end. */
static int ends(void *ctx, u32 expr, const u8 *buf, u32 len, u32 *at, u32 max, u32 *budget)
{
	u32 n = 0, i;

	(void)ctx;
	(void)budget;
	for (i = 0; i <= len && n < max; i++)
		if (i == len || buf[i] == (u8)('0' + expr % 10))
			at[n++] = i;
	return (int)n;
}

/* The payload as it is, as a TCP segment's and as an IPv4 packet of its own making. */
static void evaluate(const struct vfw_rule_set *set, const u8 *payload, u32 len)
{
	static u8 decoded[256];
	static const struct vfw_sig_regex regex = {ends, NULL, decoded, sizeof(decoded)};
	struct vfw_frame made = {.kind = VFW_FRAME_IP4,
				 .proto = VFW_PROTO_TCP,
				 .flags = VFW_FRAME_F_L4,
				 .sport = 40000,
				 .dport = 80},
			 parsed;
	struct vfw_sig_pkt p[2] = {{.frame = &made, .payload = payload, .payload_len = len},
				   {.frame = &parsed, .head = payload, .head_len = len}};
	enum vfw_frame_result r = vfw_frame_parse(&parsed, payload, len, len, false);
	int n = r == VFW_FRAME_OK ? 2 : 1, k;
	u32 i;

	if (n == 2) {
		p[1].payload = payload + parsed.payload_off;
		p[1].payload_len = parsed.end - parsed.payload_off;
	}
	for (k = 0; k < n; k++) {
		p[k].flags = VFW_SIG_PKT_FLOW | VFW_SIG_PKT_ESTABLISHED |
			     (len & 1 ? VFW_SIG_PKT_TO_SERVER : 0);
		for (i = 0; i < set->sigs.n_sigs; i++) {
			vfw_sig_header(&set->sigs, &set->sig[i], &p[k]);
			vfw_sig_content(&set->sigs, &set->sig[i], &p[k], p[k].payload,
					p[k].payload_len, &regex);
		}
	}
}

/* Every expression by our own means, whether Hyperscan has it or not. */
static void match(const struct vfw_rule_set *set, const u8 *payload, u32 len)
{
	static struct vfw_regex_scratch scratch;
	u32 i;

	for (i = 0; i < set->sigs.n_exprs; i++) {
		u32 from = 0, to = 0, budget = 2000;
		char why[64];
		struct vfw_rule_regex *r = vfw_rule_regex_new(&set->exprs[i], why, sizeof(why));

		if (!r)
			continue;
		if (vfw_regex_find(&r->regex, &scratch, payload, len, &from, &to, &budget) == 1)
			assert(from <= len && to <= len);
		vfw_rule_regex_free(r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, 0, size);
	size_t text = nul ? (size_t)(nul - data) : size, i;
	struct vfw_rule_set *set = vfw_rule_set_new();
	u32 notes = 0;
	u8 *payload;

	assert(set);
	assert(!vfw_rule_set_add(set, (const char *)data, text));
	/* what loads must pass the check that stands between it and a kernel */
	assert(!vfw_rule_set_finish(set));
	assert(set->sigs.n_sigs == set->counts[VFW_RULE_LOADED]);
	for (i = 0; i < set->n_reasons; i++)
		notes += set->reasons[i].n;
	assert(notes == set->n_notes);
	assert(notes == set->counts[VFW_RULE_DEEP] + set->counts[VFW_RULE_REFUSED]);
	if (nul) {
		/* at its exact size */
		payload = malloc(size - text - 1 ? size - text - 1 : 1);
		assert(payload);
		memcpy(payload, nul + 1, size - text - 1);
		evaluate(set, payload, (u32)(size - text - 1));
		match(set, payload, (u32)(size - text - 1));
		free(payload);
	}
	vfw_rule_set_free(set);
	return 0;
}
