/* SPDX-License-Identifier: GPL-2.0 */
/* Words that stand for numbers, and sentences that stand for words. */
#ifndef VFW_WORD_H
#define VFW_WORD_H

/* Returns the sentence that explains a reason's word, "" for an unknown one. */
const char *vfw_word_reason(const char *word);

/* Returns the reasons' words, ended by NULL. */
const char *const *vfw_word_reasons(void);

#endif /* VFW_WORD_H */
