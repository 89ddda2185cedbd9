/* SPDX-License-Identifier: GPL-2.0 */
/* From a libvirt domain's XML to a VM as the inventory writes it. */
#ifndef VFW_READER_DOMAIN_H
#define VFW_READER_DOMAIN_H

#include <stdbool.h>

/* The namespace of our element in <metadata>. */
#define VFW_READER_NAMESPACE "urn:vfw:1"

/*
 * The text of an inventory file (docs/vfwd.md) for a domain: UUID, name, NICs when it is active, and
 * what stands in its metadata:
 *
 *   <vfw:vm xmlns:vfw="urn:vfw:1" tenant="shop">
 *     <vfw:label key="tier" value="web"/>
 *     <vfw:nic mac="52:54:00:00:00:01"><vfw:address>10.0.0.1</vfw:address></vfw:nic>
 *   </vfw:vm>
 *
 * NICs of a domain that does not run are left out: a copy that lies there with the MAC of one
 * that runs harms nobody. Nothing is checked here but the XML: vfwd does. Returns the text, which
 * the caller frees, or NULL: no memory, or no XML of a domain.
 */
char *vfw_reader_domain(const char *xml, bool active);

#endif /* VFW_READER_DOMAIN_H */
