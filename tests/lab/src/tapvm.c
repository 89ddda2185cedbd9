// SPDX-License-Identifier: GPL-2.0
/*
 * A light VM of the lab: holds taps as QEMU does and relays each to a tap in a network
 * namespace, whose stack is the guest. Both taps carry virtio-net headers with all offloads, so
 * GSO super-frames and partial checksums cross as from a real guest.
 *
 * Started under QEMU's name with QEMU's arguments (-name, -uuid, -netdev tap,...,ifname=,
 * -device ...), so that who looks at processes finds a VM. Of these only ifname= is read. The
 * environment says the rest:
 *   LABVM_NETNS    the namespace's name; the taps in it are eth0, eth1, ...
 *   LABVM_GUEST    a device node of /dev/net/tun under another name, for the guest's side
 *   LABVM_OFFLOAD  0: no offloads
 *
 * A datagram to the abstract socket labvm/NETNS (one byte: which NIC; then a virtio_net_hdr_v1;
 * then a frame) is written to that NIC's host tap as it is: a guest that lies.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

#define MAX_NICS 8
#define FRAME_MAX (sizeof(struct virtio_net_hdr_v1) + 65536 + 64)
#define BURST 64

struct nic {
	char ifname[IFNAMSIZ];
	int host, guest;
};

static struct nic nics[MAX_NICS];
static int n_nics;
static char frame[FRAME_MAX + 1];

static void fail(const char *what)
{
	fprintf(stderr, "tapvm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int tap_open(const char *node, const char *ifname, int offload)
{
	unsigned int csum = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	int size = sizeof(struct virtio_net_hdr_v1);
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int fd = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		fail(node);
	strncpy(ifr.ifr_name, ifname, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &ifr))
		fail(ifname);
	if (ioctl(fd, TUNSETVNETHDRSZ, &size))
		fail("TUNSETVNETHDRSZ");
	/* UDP segmentation exists from 6.2 on */
	if (offload && ioctl(fd, TUNSETOFFLOAD, csum | TUN_F_USO4 | TUN_F_USO6) &&
	    ioctl(fd, TUNSETOFFLOAD, csum))
		fail("TUNSETOFFLOAD");
	return fd;
}

/* The interface named in "tap,id=n0,ifname=vnet1,script=no". */
static void nic_add(const char *netdev)
{
	const char *s = strstr(netdev, "ifname=");

	if (!s || n_nics == MAX_NICS) {
		errno = EINVAL;
		fail(netdev);
	}
	s += strlen("ifname=");
	snprintf(nics[n_nics++].ifname, IFNAMSIZ, "%.*s", (int)strcspn(s, ","), s);
}

static void nics_open(const char *netns, const char *guest_node, int offload)
{
	char path[256];
	int i, ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), theirs;

	for (i = 0; i < n_nics; i++)
		nics[i].host = tap_open("/dev/net/tun", nics[i].ifname, offload);
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (theirs < 0 || setns(theirs, CLONE_NEWNET))
		fail(path);
	for (i = 0; i < n_nics; i++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "eth%d", i);
		nics[i].guest = tap_open(guest_node, name, offload);
	}
	if (ours < 0 || setns(ours, CLONE_NEWNET))
		fail("setns back");
	close(ours);
	close(theirs);
}

static int inject_open(const char *netns)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int len = snprintf(sa.sun_path + 1, sizeof(sa.sun_path) - 1, "labvm/%s", netns);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    bind(fd, (void *)&sa, offsetof(struct sockaddr_un, sun_path) + 1 + (socklen_t)len))
		fail("injection socket");
	return fd;
}

/* What a tap refuses (it is down, or the header lies) is lost, as on a wire. */
static void frame_write(int fd, const char *data, size_t n)
{
	while (write(fd, data, n) < 0 && errno == EAGAIN) {
		struct pollfd p = {fd, POLLOUT, 0};

		if (poll(&p, 1, 100) <= 0)
			return;
	}
}

static void relay(int from, int to)
{
	struct virtio_net_hdr_v1 *hdr = (void *)frame;
	int i;

	for (i = 0; i < BURST; i++) {
		ssize_t n = read(from, frame, FRAME_MAX);

		if (n < (ssize_t)sizeof(*hdr))
			return;
		/* DATA_VALID is the device's word to a driver, never a driver's */
		hdr->flags &= VIRTIO_NET_HDR_F_NEEDS_CSUM;
		hdr->num_buffers = 0;
		frame_write(to, frame, (size_t)n);
	}
}

static void inject(int fd)
{
	ssize_t n = recv(fd, frame, sizeof(frame), 0);

	if (n > 1 && (unsigned char)frame[0] < n_nics)
		frame_write(nics[(unsigned char)frame[0]].host, frame + 1, (size_t)n - 1);
}

int main(int argc, char **argv)
{
	const char *netns = getenv("LABVM_NETNS"), *node = getenv("LABVM_GUEST");
	const char *offload = getenv("LABVM_OFFLOAD");
	struct pollfd fds[2 * MAX_NICS + 1];
	int i;

	if (!netns || !node) {
		fprintf(stderr, "tapvm: LABVM_NETNS and LABVM_GUEST must be set: use labvm\n");
		return 2;
	}
	for (i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "-netdev"))
			nic_add(argv[++i]);
	prctl(PR_SET_NAME, "qemu-system-x86");
	signal(SIGPIPE, SIG_IGN);
	nics_open(netns, node, !offload || strcmp(offload, "0"));
	for (i = 0; i < n_nics; i++) {
		fds[2 * i] = (struct pollfd){nics[i].host, POLLIN, 0};
		fds[2 * i + 1] = (struct pollfd){nics[i].guest, POLLIN, 0};
	}
	fds[2 * n_nics] = (struct pollfd){inject_open(netns), POLLIN, 0};
	for (;;) {
		if (poll(fds, 2 * (nfds_t)n_nics + 1, -1) < 0 && errno != EINTR)
			fail("poll");
		for (i = 0; i < n_nics; i++) {
			if (fds[2 * i].revents & POLLIN)
				relay(nics[i].host, nics[i].guest);
			if (fds[2 * i + 1].revents & POLLIN)
				relay(nics[i].guest, nics[i].host);
		}
		if (fds[2 * n_nics].revents & POLLIN)
			inject(fds[2 * n_nics].fd);
	}
}
