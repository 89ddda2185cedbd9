// SPDX-License-Identifier: GPL-2.0
#include "types.h"
#include "reason.h"

static const char *const words[] = {
#define VFW_R(name, word, meaning) [VFW_REASON_##name] = word,
	VFW_REASONS(VFW_R)
#undef VFW_R
};

static const char *const meanings[] = {
#define VFW_R(name, word, meaning) [VFW_REASON_##name] = meaning,
	VFW_REASONS(VFW_R)
#undef VFW_R
};

const char *vfw_reason_word(unsigned int reason)
{
	return reason < VFW_REASON_COUNT ? words[reason] : "unknown";
}

const char *vfw_reason_meaning(unsigned int reason)
{
	return reason < VFW_REASON_COUNT ? meanings[reason] : "no reason of this version";
}
