// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as the table of signatures that user space loads: fourteen element counts of a byte each, a packet's ends, then the
 * elements. What vfw_sig_table_read() lets through is sorted as binary searches need it, and asking it never
 * leads outside.
 */
#include <stdlib.h>

#include "core/sig_table.h"
#include "core/sigbits.h"

#define MAX_OF_EACH 12
#define COUNTS 14
#define ENDS 16 /* bytes of a packet's two addresses, ports, protocol and flags */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

static void in_order(const struct vfw_sigs *s, const struct vfw_sig_side *side)
{
	u32 i;

	must((u64)side->addr4.first + side->addr4.n <= s->n_range4);
	must((u64)side->addr6.first + side->addr6.n <= s->n_range6);
	must((u64)side->ports.first + side->ports.n <= s->n_ports);
	for (i = side->addr4.first + 1; i < side->addr4.first + side->addr4.n; i++)
		must(s->range4[i].low > s->range4[i - 1].high);
	for (i = side->addr6.first + 1; i < side->addr6.first + side->addr6.n; i++)
		must(memcmp(s->range6[i].low, s->range6[i - 1].high, 16) > 0);
	for (i = side->ports.first + 1; i < side->ports.first + side->ports.n; i++)
		must(s->ports[i].low > s->ports[i - 1].high);
}

/* By the program of the table, as the module asks. */
static int regex_ends(void *ctx, u32 expr, const u8 *buf, u32 len, u32 *at, u32 max, u32 *budget)
{
	static struct vfw_regex_scratch scratch;
	struct vfw_regex r = vfw_sig_program(ctx, expr);
	int n = vfw_regex_ends(&r, &scratch, buf, len, at, max, budget);

	must(n <= (int)max);
	for (int i = 0; i < n; i++)
		must(at[i] <= len);
	return n;
}

/* The ends serve as payload, of their exact size. What little work allows is never more than what much does. */
static void chain(const struct vfw_sigs *s, const struct vfw_sig *sig, struct vfw_sig_pkt *p,
		  const uint8_t ends[ENDS])
{
	const struct vfw_sig_regex regex = {.ends = regex_ends, .ctx = (void *)(uintptr_t)s};
	uint8_t *payload = malloc(ENDS);
	u32 much = 1U << 30, little = 1 + ends[0];
	enum vfw_sig_result rc, less;

	memcpy(payload, ends, ENDS);
	p->work = &much;
	rc = vfw_sig_content(s, sig, p, payload, ENDS, &regex);
	p->work = &little;
	less = vfw_sig_content(s, sig, p, payload, ENDS, &regex);
	must(less == rc || (less == VFW_SIG_SPENT && !little));
	must(little <= 1U + ends[0]);
	free(payload);
}

static void ask(const struct vfw_sigs *s, const uint8_t ends[ENDS])
{
	static const u8 protos[] = {VFW_PROTO_TCP, VFW_PROTO_UDP, VFW_PROTO_ICMP, VFW_PROTO_ICMP6};
	struct vfw_frame f = {
		.kind = ends[0] & 1 ? VFW_FRAME_IP6 : VFW_FRAME_IP4,
		.proto = protos[ends[0] >> 1 & 3],
		.flags = VFW_FRAME_F_L4,
		.sport = vfw_get16(ends + 2),
		.dport = vfw_get16(ends + 4),
	};
	struct vfw_sig_pkt p = {.frame = &f, .flags = ends[1], .payload_len = ends[14]};
	u64 bits[VFW_SIGBITS_WORDS] = {ends[15]};
	u32 i;

	memcpy(f.src, ends + 6, 4);
	memcpy(f.dst, ends + 10, 4);
	for (i = 0; i < s->n_sigs; i++) {
		in_order(s, &s->sigs[i].src);
		in_order(s, &s->sigs[i].dst);
		vfw_sig_header(s, &s->sigs[i], &p);
		chain(s, &s->sigs[i], &p, ends);
		must(s->sigs[i].limit <= s->n_limits);
		must(s->sigs[i].part <= s->n_parts);
		if (s->sigs[i].limit)
			must(s->limits[s->sigs[i].limit - 1].count > 0);
	}
	for (i = 0; i < s->n_parts; i++) {
		const struct vfw_sig_part *part = &s->parts[i];

		must(part->whole < s->n_sigs && !s->sigs[part->whole].part);
		must(part->first <= i && i - part->first < part->n);
		must(part->n > 1 && (u64)part->first + part->n <= s->n_parts);
	}
	for (i = 0; i < s->n_states; i++)
		vfw_sigbits_match(s, i, bits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vfw_sig_table_head head = {
		.magic = VFW_SIG_TABLE_MAGIC,
		.sizes = VFW_SIG_TABLE_SIZES,
	};
	struct vfw_sigs s;
	uint8_t *buf;
	size_t n;

	if (size < COUNTS + ENDS)
		return 0;
	head.n_sigs = data[0] % MAX_OF_EACH;
	head.n_conds = data[1] % MAX_OF_EACH;
	head.n_range4 = data[2] % MAX_OF_EACH;
	head.n_range6 = data[3] % MAX_OF_EACH;
	head.n_ports = data[4] % MAX_OF_EACH;
	head.n_limits = data[5] % MAX_OF_EACH;
	head.n_states = data[6] % MAX_OF_EACH;
	head.n_bits = data[7] % MAX_OF_EACH;
	head.n_steps = data[8] % MAX_OF_EACH;
	head.n_bytes = data[9];
	head.n_parts = data[10] % MAX_OF_EACH;
	head.n_exprs = data[11] % MAX_OF_EACH;
	head.n_code = data[12] % MAX_OF_EACH;
	head.n_sets = data[13] % MAX_OF_EACH;
	/* as long as it says, of that exact size: zeroes behind the input's end */
	s = (struct vfw_sigs){.n_sigs = head.n_sigs,
			      .n_conds = head.n_conds,
			      .n_range4 = head.n_range4,
			      .n_range6 = head.n_range6,
			      .n_ports = head.n_ports,
			      .n_limits = head.n_limits,
			      .n_states = head.n_states,
			      .n_bits = head.n_bits,
			      .n_parts = head.n_parts,
			      .n_steps = head.n_steps,
			      .n_exprs = head.n_exprs,
			      .n_code = head.n_code,
			      .n_sets = head.n_sets,
			      .n_bytes = head.n_bytes};
	n = vfw_sig_table_size(&s);
	buf = calloc(1, n);
	size -= COUNTS + ENDS;
	memcpy(buf + sizeof(head), data + COUNTS + ENDS,
	       size < n - sizeof(head) ? size : n - sizeof(head));
	head.sum = vfw_sig_table_sum(buf + sizeof(head), n - sizeof(head));
	memcpy(buf, &head, sizeof(head));
	if (!vfw_sig_table_read(buf, n, &s))
		ask(&s, data + COUNTS);
	free(buf);
	return 0;
}
