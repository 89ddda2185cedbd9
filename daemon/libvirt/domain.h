/* SPDX-License-Identifier: GPL-2.0 */
/* From a libvirt domain's XML to a VM as the inventory writes it. */
#ifndef VFW_READER_DOMAIN_H
#define VFW_READER_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

/* The namespace of our element in <metadata>. */
#define VFW_READER_NAMESPACE "urn:vfw:1"

#define VFW_READER_TEXT_MAX \
	(1U << 20) /* bytes of one VM's text: as many as an inventory file has */
#define VFW_READER_FAULT_MAX 1024 /* bytes of what is wrong with one domain */

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

/* Writes "NAME: WHAT" into buf, of which NAME is cut to fit, between characters of UTF-8. Returns buf. */
char *vfw_reader_fault(const char *name, const char *what, char buf[VFW_READER_FAULT_MAX]);

#endif /* VFW_READER_DOMAIN_H */
