/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inventory: a folder of TOML files, one VM each.
 *
 *   uuid = "6f0c…"            required
 *   name = "web1"             required, at most 63 bytes
 *   tenant = "shop"
 *   remote = false            true: it runs on another host
 *   [labels]
 *   tier = "web"
 *   [[nics]]
 *   mac = "52:54:00:00:00:01" required in a NIC
 *   addresses = ["10.0.0.1", "2001:db8:1::/64"]
 *
 * A file that is wrong loses only itself: what an earlier version of it said
 * stays in force, and every fault is reported with its line.
 */
#ifndef VFW_VM_INVENTORY_H
#define VFW_VM_INVENTORY_H

#include "registry.h"
#include "told.h"

#define VFW_INVENTORY_FILE_MAX (1U << 20) /* bytes */

struct vfw_inventory;

/* Called for each fault with "file:line: what was expected". */
typedef void (*vfw_inventory_complain)(void *arg, const char *text);

/*
 * Returns an inventory of that folder, nothing read yet; NULL when there is no memory. What files that are right say
 * is kept in the folder told (vm/told.h; NULL: nowhere), from where the first scan takes what files said that are
 * wrong or gone by then.
 */
struct vfw_inventory *vfw_inventory_new(const char *folder, const char *told,
					vfw_inventory_complain complain, void *arg);
void vfw_inventory_free(struct vfw_inventory *inv);

/*
 * Who tells which process runs a VM, with its arg: what a file said that is gone by the first scan counts only for the
 * process that ran when it was told. Without: for none.
 */
void vfw_inventory_ask(struct vfw_inventory *inv, vfw_told_process process, void *arg);

/*
 * Reads what is new or changed in the folder and tells the registry; the caller settles it.
 * A folder that does not exist says nothing, and takes nothing away. Returns 0 or a negative errno
 * when the folder cannot be read (nothing changed).
 */
int vfw_inventory_scan(struct vfw_inventory *inv, struct vfw_registry *r);

/*
 * A sentence if the first scan was refused a file, or the folder, of which nothing was known from before either: who
 * was known before may be missing, until a later scan may read it. NULL: nobody is. Lives until the next scan.
 */
const char *vfw_inventory_blind(const struct vfw_inventory *inv);

/*
 * Keeps no longer what files said that are gone, where the registry, settled, needs it no longer; of the others it
 * notes which processes run now.
 */
void vfw_inventory_forget(struct vfw_inventory *inv, const struct vfw_registry *r);

/*
 * Reads one VM from text. name stands in complaints. Returns 0 and fills *vm (which
 * vfw_inventory_vm_clear() empties), or -EINVAL after at least one complaint, or -ENOMEM.
 */
int vfw_inventory_parse(const char *name, const char *text, size_t n, struct vfw_vm *vm,
			vfw_inventory_complain complain, void *arg);

/* Frees what vfw_inventory_parse() put into *vm. */
void vfw_inventory_vm_clear(struct vfw_vm *vm);

#endif /* VFW_VM_INVENTORY_H */
