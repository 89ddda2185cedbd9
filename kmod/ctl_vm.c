// SPDX-License-Identifier: GPL-2.0
/* A VM as a message tells it, from attributes to struct vfw_vm_spec. */
#include <linux/etherdevice.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "ctl_cmd.h"

static int ctl_addr4(const struct nlattr *attr, struct vfw_nic_spec *nic,
		     struct netlink_ext_ack *extack)
{
	const struct vfw_addr4 *addr = nla_data(attr);
	u32 i, n = nla_len(attr) / sizeof(*addr);

	if (nla_len(attr) % sizeof(*addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "expected whole elements of struct vfw_addr4");
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		if (addr[i].len < 1 || addr[i].len > 32 ||
		    !vfw_ctl_zero(addr[i].reserved, sizeof(addr[i].reserved))) {
			NL_SET_ERR_MSG_ATTR_FMT(
				extack, attr, "IPv4 address %u: length not 1-32, or reserved not 0",
				i);
			return -EINVAL;
		}
	}
	nic->addr4 = addr;
	nic->n_addr4 = n;
	return 0;
}

static int ctl_addr6(const struct nlattr *attr, struct vfw_nic_spec *nic,
		     struct netlink_ext_ack *extack)
{
	const struct vfw_addr6 *addr = nla_data(attr);
	u32 i, n = nla_len(attr) / sizeof(*addr);

	if (nla_len(attr) % sizeof(*addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "expected whole elements of struct vfw_addr6");
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		if (addr[i].len < 1 || addr[i].len > 128 ||
		    !vfw_ctl_zero(addr[i].reserved, sizeof(addr[i].reserved))) {
			NL_SET_ERR_MSG_ATTR_FMT(
				extack, attr,
				"IPv6 address %u: length not 1-128, or reserved not 0", i);
			return -EINVAL;
		}
	}
	nic->addr6 = addr;
	nic->n_addr6 = n;
	return 0;
}

static int ctl_nic(const struct nlattr *nest, struct vfw_nic_spec *nic,
		   struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[VFW_NIC_A_MAX + 1];
	int err;

	/* the nest has passed its policy as part of the VM's */
	err = nla_parse_nested(attrs, VFW_NIC_A_MAX, nest, NULL, extack);
	if (err)
		return err;
	if (!attrs[VFW_NIC_A_MAC] || !is_valid_ether_addr(nla_data(attrs[VFW_NIC_A_MAC]))) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[VFW_NIC_A_MAC] ?: nest,
				    "every NIC needs a unicast MAC address");
		return -EINVAL;
	}
	ether_addr_copy(nic->mac, nla_data(attrs[VFW_NIC_A_MAC]));
	if (attrs[VFW_NIC_A_FLAGS])
		nic->flags = nla_get_u32(attrs[VFW_NIC_A_FLAGS]);
	if (nic->flags & ~VFW_NIC_F_ALL) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attrs[VFW_NIC_A_FLAGS], "unknown NIC flags 0x%x",
					nic->flags & ~VFW_NIC_F_ALL);
		return -EOPNOTSUPP;
	}
	if (attrs[VFW_NIC_A_ADDR4])
		err = ctl_addr4(attrs[VFW_NIC_A_ADDR4], nic, extack);
	if (!err && attrs[VFW_NIC_A_ADDR6])
		err = ctl_addr6(attrs[VFW_NIC_A_ADDR6], nic, extack);
	return err;
}

int vfw_ctl_vm_parse(const struct nlattr *nest, struct vfw_vm_spec *spec,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[VFW_VM_A_MAX + 1];
	const struct nlattr *attr;
	const char *name;
	int rest, err;

	memset(spec, 0, sizeof(*spec));
	err = nla_parse_nested(attrs, VFW_VM_A_MAX, nest, vfw_ctl_vm_policy, extack);
	if (err)
		return err;
	if (!attrs[VFW_VM_A_UUID] || vfw_ctl_zero(nla_data(attrs[VFW_VM_A_UUID]), VFW_UUID_LEN)) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[VFW_VM_A_UUID] ?: nest,
				    "a VM needs a UUID that is not zero");
		return -EINVAL;
	}
	memcpy(spec->uuid, nla_data(attrs[VFW_VM_A_UUID]), VFW_UUID_LEN);
	if (attrs[VFW_VM_A_FLAGS])
		spec->flags = nla_get_u32(attrs[VFW_VM_A_FLAGS]);
	if (spec->flags & ~VFW_VM_F_ALL) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attrs[VFW_VM_A_FLAGS], "unknown VM flags 0x%x",
					spec->flags & ~VFW_VM_F_ALL);
		return -EOPNOTSUPP;
	}
	if (spec->flags & VFW_VM_F_GONE)
		return 0;
	if (!attrs[VFW_VM_A_NAME] || !attrs[VFW_VM_A_IDENT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a VM needs a name and an identity");
		return -EINVAL;
	}
	name = vfw_ctl_string(attrs[VFW_VM_A_NAME], extack);
	if (!name)
		return -EINVAL;
	strscpy(spec->name, name, sizeof(spec->name));
	spec->ident = nla_get_u32(attrs[VFW_VM_A_IDENT]);
	if (attrs[VFW_VM_A_MEANS])
		spec->means = nla_get_u64(attrs[VFW_VM_A_MEANS]);
	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) != VFW_VM_A_NIC)
			continue;
		if (spec->n_nics >= VFW_MAX_NICS) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "a VM has at most %u NICs",
						VFW_MAX_NICS);
			return -E2BIG;
		}
		err = ctl_nic(attr, &spec->nics[spec->n_nics++], extack);
		if (err)
			return err;
	}
	return 0;
}
