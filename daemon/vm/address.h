/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and prefixes in text. */
#ifndef VFW_VM_ADDRESS_H
#define VFW_VM_ADDRESS_H

#include "registry.h"

#define VFW_ADDRESS_TEXT 64

/*
 * Parses "10.0.0.1", "10.0.0.0/24", "2001:db8::1/128"; without a length it is
 * one address. Returns NULL and fills *a, or a static sentence saying what was
 * expected (*a unchanged): bits behind the length must be zero.
 */
const char *vfw_address_parse(const char *s, struct vfw_address *a);

/* Writes the text, the length only when it is not one address; returns buf. */
char *vfw_address_text(const struct vfw_address *a, char buf[VFW_ADDRESS_TEXT]);

#endif /* VFW_VM_ADDRESS_H */
