// SPDX-License-Identifier: GPL-2.0
#include "rule_regex.h"

#define VARIES 0xffffffffU

/* May an instruction hold in a text, and not if that were longer? */
static bool ends_by_more(const struct vfw_regex_inst *t)
{
	switch (t->op) {
	case VFW_REGEX_REPEAT:
		return t->flags & VFW_REGEX_F_POSSESSIVE;
	case VFW_REGEX_MATCH:
	case VFW_REGEX_SPLIT:
	case VFW_REGEX_JUMP:
	case VFW_REGEX_SAVE:
	case VFW_REGEX_BACK:
	case VFW_REGEX_BEGIN:
	case VFW_REGEX_BEGIN_ANY:
		return false;
	default:
		return true;
	}
}

/* Bytes that all matches take from each instruction on, or VARIES; what leads back varies. */
static uint32_t length(const struct vfw_regex *r)
{
	uint32_t behind[VFW_REGEX_CODE_MAX];

	for (uint32_t i = r->n_code; i--;) {
		const struct vfw_regex_inst *t = &r->code[i];
		bool forward = t->a > i && (t->op == VFW_REGEX_JUMP || t->b > i);

		behind[i] = VARIES;
		switch (t->op) {
		case VFW_REGEX_MATCH:
			behind[i] = 0;
			break;
		case VFW_REGEX_REPEAT:
			if (t->b == t->c && t->b < 65536 && behind[i + 1] < 65536)
				behind[i] = t->b + behind[i + 1];
			break;
		case VFW_REGEX_SPLIT:
			if (forward && behind[t->a] == behind[t->b])
				behind[i] = behind[t->a];
			break;
		case VFW_REGEX_JUMP:
			if (forward)
				behind[i] = behind[t->a];
			break;
		case VFW_REGEX_SAVE:
		case VFW_REGEX_BEGIN:
			behind[i] = behind[i + 1];
			break;
		default:
			break;
		}
	}
	return behind[0];
}

bool vfw_rule_regex_stays(const struct vfw_regex *r, bool ends)
{
	for (uint32_t i = 0; i < r->n_code; i++)
		if (ends_by_more(&r->code[i]))
			return false;
	/* where it may begin later, a longer text may have it earlier */
	return !ends || (r->code[0].op == VFW_REGEX_BEGIN && length(r) != VARIES);
}
