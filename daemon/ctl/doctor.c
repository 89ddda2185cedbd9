// SPDX-License-Identifier: GPL-2.0
/*
 * The checks of vfwctl doctor. Each adds one line: what was looked at, how it is, what was
 * found, and what to do about it. What cannot be looked at is "skip", never "ok".
 */
#include "doctor.h"
#include "verbs.h"

#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/form.h"
#include "../eve/writer.h"
#include "../kern/kern.h"
#include "../state/state.h"
#include "../vm/links.h"
#include "../vm/qemu.h"
#include "../vm/registry.h"
#include "boot.h"
#include "bypass.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <net/if.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/utsname.h>

struct doctor {
	struct vfw_state *st;
	json_t *checks;
	bool loaded; /* the module; what follows is zero if not */
	struct vfw_kern_status status;
	struct vfw_kern_port_info *ports;
	size_t n_ports;
};

/* Names for one line of the table: the first few, and how many more. */
struct names {
	char text[256];
	size_t n;
};

static void add_name(struct names *names, const char *name)
{
	size_t at = strlen(names->text);

	if (names->n++ < 8)
		snprintf(names->text + at, sizeof(names->text) - at, "%s%s", at ? " " : "", name);
}

static const char *list(struct names *names)
{
	size_t at = strlen(names->text);

	if (names->n > 8)
		snprintf(names->text + at, sizeof(names->text) - at, " and %zu more", names->n - 8);
	return names->text;
}

static void say(struct doctor *d, const char *name, const char *state, const char *detail,
		const char *advice)
{
	json_array_append_new(d->checks, json_pack("{s:s, s:s, s:s, s:s}", "name", name, "state",
						   state, "detail", detail, "advice", advice));
}

/* One line for a list that should be empty. */
static void say_names(struct doctor *d, const char *name, const char *state, struct names *names,
		      const char *none, const char *advice)
{
	if (names->n)
		say(d, name, state, list(names), advice);
	else
		say(d, name, "ok", none, "");
}

static void check_module(struct doctor *d)
{
	struct vfw_state *st = d->st;
	char text[128];

	if (!st->kern || vfw_kern_status(st->kern, &d->status) ||
	    vfw_kern_ports(st->kern, &d->ports, &d->n_ports)) {
		say(d, "module", "fail", "not loaded: nothing is enforced",
		    "systemctl restart vfw-module; from the tree: insmod build/KVER/vfw.ko");
		return;
	}
	d->loaded = true;
	snprintf(text, sizeof(text), "version %.32s, revision %u", d->status.version,
		 d->status.revision);
	say(d, "module", "ok", text, "");
	if (d->status.mode == VFW_MODE_ARMED)
		say(d, "mode", "ok", "armed", "");
	else
		say(d, "mode", "warn", "disarmed: all is counted and said, nothing is cut",
		    "vfwctl arm, once observe shows nothing that should pass as would-drop");
}

/* Armed, it should not be forgotten that the next boot may not be. */
static void check_boot(struct doctor *d)
{
	int armed = vfw_boot_armed(NULL);

	if (armed < 0)
		say(d, "boot", "skip", "modprobe's configuration cannot be read", "");
	else if (armed)
		say(d, "boot", "ok",
		    "armed: ports are closed until the confirmed policy is in force", "");
	else if (d->status.mode == VFW_MODE_ARMED)
		say(d, "boot", "warn",
		    "disarmed: after the next boot nothing is cut until vfwctl arm",
		    "options vfw armed=1 in /etc/modprobe.d/vfw.conf");
	else
		say(d, "boot", "ok", "disarmed, as it is now", "");
}

static void check_policy(struct doctor *d)
{
	struct vfw_state *st = d->st;

	if (st->trouble)
		say(d, "policy", "fail", st->trouble,
		    "what was in force before stays; mend the cause, vfwd tries again by itself");
	else if (st->fallback)
		say(d, "policy", "warn", "the policy of a fresh install: it only counts",
		    "write one, then vfwctl policy apply");
	else if (!st->running)
		say(d, "policy", "fail", "none", "vfwctl policy apply FILE");
	else
		say(d, "policy", "ok", "in force as it was applied", "");
}

static void check_ports(struct doctor *d)
{
	struct names refused = {0}, unmanaged = {0}, found = {0};

	for (size_t i = 0; i < d->n_ports; i++) {
		const struct vfw_kern_port_info *p = &d->ports[i];

		if (p->flags & VFW_PORT_F_REFUSED)
			add_name(&refused, p->ifname);
		if (!p->managed)
			add_name(&unmanaged, p->ifname);
		if (!(p->flags & (VFW_PORT_F_BY_NAME | VFW_PORT_F_BY_BRIDGE)))
			add_name(&found, p->ifname);
	}
	say_names(d, "refused-ports", "warn", &refused, "none",
		  "closed: a port may have one untagged VLAN only (bridge vlan show)");
	say_names(d, "unmanaged-ports", "warn", &unmanaged, "none",
		  "closed while armed: add the VM to the inventory, or start its QEMU with -uuid");
	say_names(
		d, "scope", "warn", &found, "every port is in scope by name or bridge",
		"closed only once vfwd has seen them: add a pattern or their bridge to [scope] of vfwd.toml");
}

static bool is_port(const struct doctor *d, int ifindex)
{
	for (size_t i = 0; i < d->n_ports; i++)
		if (d->ports[i].ifindex == ifindex)
			return true;
	return false;
}

/* A tun device of the third layer, a VPN's, has no MAC. */
static bool is_tap(const struct vfw_link *link)
{
	return !strcmp(link->kind, "tun") && memcmp(link->mac, "\0\0\0\0\0", 6) != 0;
}

static bool is_named(const struct vfw_kern_scope *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (!fnmatch(patterns->entry[i], name, FNM_NOESCAPE))
			return true;
	return false;
}

/* Should the module have placed its hooks there, by the lists it decides by? */
static bool is_in_scope(const struct doctor *d, const struct vfw_link *link)
{
	const struct vfw_link *master = vfw_links_by_index(d->st->links, link->master);

	if (is_named(&d->status.uplinks, link->name))
		return false;
	return is_named(&d->status.names, link->name) ||
	       (master && !strcmp(master->kind, "bridge") &&
		is_named(&d->status.bridges, master->name));
}

/* What vfwd knows of devices may be older than what the module said of its ports. */
static bool is_there(const struct vfw_link *link)
{
	return if_nametoindex(link->name) == (unsigned int)link->ifindex;
}

static void check_links(struct doctor *d)
{
	struct names lost = {0}, outside = {0}, macvtap = {0}, xdp = {0};
	const struct vfw_link *links;
	size_t n;

	links = vfw_links_all(d->st->links, &n);
	for (size_t i = 0; i < n; i++) {
		if (d->loaded && is_tap(&links[i]) && !is_port(d, links[i].ifindex) &&
		    is_there(&links[i]))
			add_name(is_in_scope(d, &links[i]) ? &lost : &outside, links[i].name);
		if (!strcmp(links[i].kind, "macvtap"))
			add_name(&macvtap, links[i].name);
		if (links[i].xdp && (links[i].master || is_port(d, links[i].ifindex)))
			add_name(&xdp, links[i].name);
	}
	if (d->loaded)
		say_names(d, "hooks", "fail", &lost, "in place at every tap in scope",
			  "these taps are not enforced: see dmesg; vfwd has the module try again");
	say_names(
		d, "taps-outside", "warn", &outside, "every tap is in scope",
		"not judged: if a VM uses them, add a pattern or their bridge to [scope] of vfwd.toml");
	say_names(d, "macvtap", "warn", &macvtap, "none",
		  "not enforced by this version: give the VM a tap on a bridge");
	say_names(
		d, "xdp", "warn", &xdp, "no program at a port",
		"an XDP program can redirect frames past every hook: ip link set dev DEV xdp off");
}

static void check_tc(struct doctor *d)
{
	struct nl_sock *sock = vfw_bypass_open();
	struct names mirred = {0}, bpf = {0};
	const struct vfw_link *links;
	size_t n;

	if (!sock) {
		say(d, "tc-redirect", "skip", "no netlink socket", "");
		return;
	}
	links = vfw_links_all(d->st->links, &n);
	for (size_t i = 0; i < n; i++) {
		if (!links[i].master && strcmp(links[i].kind, "bridge") != 0 &&
		    !is_port(d, links[i].ifindex))
			continue;
		switch (vfw_bypass_tc(sock, links[i].ifindex)) {
		case VFW_BYPASS_TC_MIRRED:
			add_name(&mirred, links[i].name);
			break;
		case VFW_BYPASS_TC_BPF:
			add_name(&bpf, links[i].name);
			break;
		case VFW_BYPASS_TC_NONE:
			break;
		}
	}
	nl_socket_free(sock);
	say_names(
		d, "tc-redirect", "fail", &mirred, "no filter redirects",
		"a redirect passes by every hook: tc filter show dev DEV ingress, then tc filter del");
	say_names(
		d, "tc-bpf", "warn", &bpf, "no program filters",
		"a BPF filter can redirect frames past every hook: tc filter show dev DEV ingress");
}

static void check_bridge(struct doctor *d)
{
	static const char path[] = "/proc/sys/net/bridge/bridge-nf-call-iptables";
	unsigned int broute = vfw_bypass_broute();
	_cleanup_free_ char *text = NULL;
	char detail[64];

	snprintf(detail, sizeof(detail), "%u rules", broute);
	say(d, "ebtables-broute", broute ? "warn" : "ok", detail,
	    broute ? "routed frames pass by the bridge's hooks: ebtables -t broute -L" : "");
	if (vfw_file_read(AT_FDCWD, path, 64, &text, NULL))
		say(d, "br_netfilter", "ok", "not loaded; vfw does not need it", "");
	else if (*text == '0')
		say(d, "br_netfilter", "ok", "loaded, off", "");
	else
		say(d, "br_netfilter", "warn", "on: iptables also judges bridged frames",
		    "vfw does not need it: sysctl net.bridge.bridge-nf-call-iptables=0, if nothing else does");
}

static void check_vms(struct doctor *d)
{
	struct names conflicts = {0}, no_address = {0}, no_mac = {0};
	const struct vfw_vm *const *vms;
	size_t n;

	vms = vfw_registry_vms(d->st->registry, &n);
	for (size_t i = 0; i < n; i++) {
		if (vms[i]->conflict)
			add_name(&conflicts, vms[i]->name);
		for (size_t k = 0; k < vms[i]->n_nics; k++) {
			const struct vfw_nic *nic = &vms[i]->nics[k];

			if (!nic->ifindex)
				continue;
			if (!nic->has_mac)
				add_name(&no_mac, nic->ifname);
			else if (!nic->n_addrs)
				add_name(&no_address, nic->ifname);
		}
	}
	say_names(
		d, "conflicts", "fail", &conflicts, "none",
		"these VMs are quarantined: vfwctl vm show NAME says who else claims what is theirs");
	say_names(
		d, "macs", "fail", &no_mac, "known for every port",
		"closed: declare the NIC's mac in the inventory, or put mac= on QEMU's command line");
	say_names(
		d, "addresses", "warn", &no_address, "declared for every port",
		"under guard \"ip declared\" these VMs may use no address: declare it in the inventory");
}

static void check_strangers(struct doctor *d)
{
	const struct vfw_qemu_stranger *strangers;
	char text[160];
	size_t n;

	strangers = vfw_qemu_strangers(d->st->qemu, &n);
	if (!n)
		say(d, "processes", "ok", "the VM of every QEMU process is known", "");
	for (size_t i = 0; i < n && i < 8; i++) {
		snprintf(text, sizeof(text), "QEMU process %d %s", (int)strangers[i].pid,
			 strangers[i].why);
		say(d, "processes", "warn", text, "its ports stay unmanaged");
	}
}

static void check_config(struct doctor *d)
{
	static const char *const wanted[] = {"CONFIG_NETFILTER_INGRESS=y",
					     "CONFIG_NETFILTER_EGRESS=y",
					     "CONFIG_NETFILTER_FAMILY_BRIDGE=y"};
	struct names missing = {0};
	_cleanup_free_ char *path = NULL, *text = NULL;
	struct utsname u;

	uname(&u);
	path = vfw_form_format("/boot/config-%s", u.release);
	if (!path || vfw_file_read(AT_FDCWD, path, 4 << 20, &text, NULL)) {
		say(d, "kernel-config", "skip", "no /boot/config of this kernel", "");
		return;
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(text, wanted[i]))
			add_name(&missing, wanted[i]);
	say_names(d, "kernel-config", "fail", &missing, "has all that the module needs",
		  "the module cannot place its hooks: run a kernel with these");
}

static void check_events(struct doctor *d)
{
	uint64_t lost = d->status.events_lost + d->st->events_lost + vfw_writer_lost(d->st->eve);
	char text[64];

	snprintf(text, sizeof(text), "%llu lost", (unsigned long long)lost);
	say(d, "events", lost ? "warn" : "ok", text,
	    lost ? "log less: the counters stay exact, eve.json has gaps" : "");
}

json_t *vfw_doctor_checks(struct vfw_state *st)
{
	struct doctor d = {.st = st, .checks = json_array()};

	check_config(&d);
	check_module(&d);
	check_boot(&d);
	check_policy(&d);
	if (d.loaded) {
		check_ports(&d);
		check_events(&d);
	}
	check_vms(&d);
	check_strangers(&d);
	check_links(&d);
	check_tc(&d);
	check_bridge(&d);
	free(d.ports);
	return d.checks;
}

json_t *vfw_verb_doctor(struct vfw_call *call, json_t *params)
{
	(void)params;
	return json_pack("{s:o}", "checks", vfw_doctor_checks(call->state));
}
