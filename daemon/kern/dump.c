// SPDX-License-Identifier: GPL-2.0
#include "call.h"

#include "../base/cleanup.h"

#include <errno.h>
#include <string.h>

#define MAX_ELEMENTS (1U << 22) /* of one dump */
#define TRIES 5 /* when the kernel's state changes in the middle */

/* Elements of one size, gathered while a dump comes in. */
struct array {
	char *data;
	size_t size, n, room;
};

/* Room for one more, zeroed; NULL: no memory, or too many. */
static void *add(struct array *a)
{
	if (a->n == a->room) {
		size_t room = a->room ? a->room * 2 : 64;
		char *bigger;

		if (room > MAX_ELEMENTS)
			return NULL;
		bigger = realloc(a->data, room * a->size);
		if (!bigger)
			return NULL;
		a->data = bigger;
		a->room = room;
	}
	return memset(a->data + a->n++ * a->size, 0, a->size);
}

/* Copies a fixed struct; one that is shorter than expected is not believed. */
static int take(void *to, size_t n, const struct nlattr *a)
{
	if (!a || (size_t)nla_len(a) < n)
		return -EBADMSG;
	memcpy(to, nla_data(a), n);
	return 0;
}

static int on_vm(void *arg, struct nlattr **a)
{
	struct nlattr *v[VFW_VM_A_MAX + 1];
	struct vfw_kern_vm_info *vm = add(arg);

	if (!vm)
		return -ENOMEM;
	if (!a[VFW_A_VM] || nla_parse_nested(v, VFW_VM_A_MAX, a[VFW_A_VM], NULL) ||
	    take(vm->uuid, sizeof(vm->uuid), v[VFW_VM_A_UUID]) ||
	    take(&vm->ident, sizeof(vm->ident), v[VFW_VM_A_IDENT]) ||
	    take(&vm->flags, sizeof(vm->flags), v[VFW_VM_A_FLAGS]))
		return -EBADMSG;
	return take(&vm->stat, sizeof(vm->stat), v[VFW_VM_A_STAT]);
}

static int on_port(void *arg, struct nlattr **a)
{
	struct nlattr *p[VFW_PORT_A_MAX + 1];
	struct vfw_kern_port_info *port = add(arg);

	if (!port)
		return -ENOMEM;
	if (!a[VFW_A_PORT] || nla_parse_nested(p, VFW_PORT_A_MAX, a[VFW_A_PORT], NULL) ||
	    !p[VFW_PORT_A_IFNAME] ||
	    take(&port->ifindex, sizeof(port->ifindex), p[VFW_PORT_A_IFINDEX]) ||
	    take(&port->master, sizeof(port->master), p[VFW_PORT_A_MASTER]) ||
	    take(&port->flags, sizeof(port->flags), p[VFW_PORT_A_FLAGS]))
		return -EBADMSG;
	nla_strlcpy(port->ifname, p[VFW_PORT_A_IFNAME], sizeof(port->ifname));
	port->managed = p[VFW_PORT_A_UUID] && p[VFW_PORT_A_NIC];
	if (!port->managed)
		return 0;
	return take(port->uuid, sizeof(port->uuid), p[VFW_PORT_A_UUID])
		       ?: take(&port->nic, sizeof(port->nic), p[VFW_PORT_A_NIC]);
}

static int on_rule(void *arg, struct nlattr **a)
{
	struct vfw_rule_stat *rule = add(arg);

	return rule ? take(rule, sizeof(*rule), a[VFW_A_RULE]) : -ENOMEM;
}

static int on_profile(void *arg, struct nlattr **a)
{
	struct nlattr *p[VFW_PROFILE_A_MAX + 1];
	struct vfw_kern_profile_info *profile = add(arg);

	if (!profile)
		return -ENOMEM;
	if (!a[VFW_A_PROFILE] || nla_parse_nested(p, VFW_PROFILE_A_MAX, a[VFW_A_PROFILE], NULL) ||
	    !p[VFW_PROFILE_A_NAME] ||
	    take(&profile->conf, sizeof(profile->conf), p[VFW_PROFILE_A_CONF]))
		return -EBADMSG;
	nla_strlcpy(profile->name, p[VFW_PROFILE_A_NAME], sizeof(profile->name));
	return take(&profile->stat, sizeof(profile->stat), p[VFW_PROFILE_A_STAT]);
}

static int on_reason(void *arg, struct nlattr **a)
{
	struct nlattr *r[VFW_REASON_A_MAX + 1];
	struct vfw_kern_reason_info *reason = add(arg);

	if (!reason)
		return -ENOMEM;
	if (!a[VFW_A_REASON] || nla_parse_nested(r, VFW_REASON_A_MAX, a[VFW_A_REASON], NULL) ||
	    !r[VFW_REASON_A_WORD] || take(&reason->id, sizeof(reason->id), r[VFW_REASON_A_ID]))
		return -EBADMSG;
	nla_strlcpy(reason->word, r[VFW_REASON_A_WORD], sizeof(reason->word));
	return take(&reason->packets, sizeof(reason->packets), r[VFW_REASON_A_PACKETS]);
}

static int on_flow(void *arg, struct nlattr **a)
{
	struct vfw_flow_info *flow = add(arg);

	return flow ? take(flow, sizeof(*flow), a[VFW_A_FLOW]) : -ENOMEM;
}

static int dump(struct vfw_kern *k, enum vfw_cmd cmd, size_t size, vfw_kern_answer answer,
		void **out, size_t *n)
{
	struct array all = {.size = size};
	int err = -EINTR;

	for (int i = 0; i < TRIES && err == -EINTR; i++) {
		all.n = 0;
		err = vfw_kern_call(k, vfw_kern_message(k, cmd, NLM_F_DUMP), answer, &all);
	}
	if (err) {
		free(all.data);
		return err;
	}
	*out = all.data;
	*n = all.n;
	return 0;
}

int vfw_kern_vms(struct vfw_kern *k, struct vfw_kern_vm_info **out, size_t *n)
{
	return dump(k, VFW_CMD_VM_GET, sizeof(**out), on_vm, (void **)out, n);
}

int vfw_kern_ports(struct vfw_kern *k, struct vfw_kern_port_info **out, size_t *n)
{
	return dump(k, VFW_CMD_PORT_GET, sizeof(**out), on_port, (void **)out, n);
}

int vfw_kern_rules(struct vfw_kern *k, struct vfw_rule_stat **out, size_t *n)
{
	return dump(k, VFW_CMD_RULE_GET, sizeof(**out), on_rule, (void **)out, n);
}

int vfw_kern_profiles(struct vfw_kern *k, struct vfw_kern_profile_info **out, size_t *n)
{
	return dump(k, VFW_CMD_PROFILE_GET, sizeof(**out), on_profile, (void **)out, n);
}

int vfw_kern_reasons(struct vfw_kern *k, struct vfw_kern_reason_info **out, size_t *n)
{
	return dump(k, VFW_CMD_REASON_GET, sizeof(**out), on_reason, (void **)out, n);
}

int vfw_kern_flows(struct vfw_kern *k, struct vfw_flow_info **out, size_t *n)
{
	return dump(k, VFW_CMD_FLOW_GET, sizeof(**out), on_flow, (void **)out, n);
}
