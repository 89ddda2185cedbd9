// SPDX-License-Identifier: GPL-2.0
#include "word.h"

#include <string.h>

#include "../kmod/core/reason.h"

#define VFW_R(name, word, meaning) word,
static const char *const word_reasons[] = {VFW_REASONS(VFW_R) 0};
#undef VFW_R

#define VFW_R(name, word, meaning) meaning,
static const char *const word_meanings[] = {VFW_REASONS(VFW_R) 0};
#undef VFW_R

const char *vfw_word_reason(const char *word)
{
	unsigned int i;

	for (i = 0; i < VFW_REASON_COUNT; i++) {
		if (!strcmp(word_reasons[i], word))
			return word_meanings[i];
	}
	return "";
}

const char *const *vfw_word_reasons(void)
{
	return word_reasons;
}
