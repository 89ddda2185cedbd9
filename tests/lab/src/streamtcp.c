// SPDX-License-Identifier: GPL-2.0
/*
 * streamtcp SEED COUNT: the ordering of kmod/core/stream.c against the TCP of the kernel this runs on.
 *
 * A tun device joins the kernel to an address that nobody has but this program: there it plays a sender
 * that obeys nothing, and the firewall before the receiver. Each conversation sends segments at
 * random (overlapping, contradicting, reordered, refused for their timestamp or their checksum, lost, with
 * FIN, RST, URG, data in the SYN) through plan, scan and commit to a socket of this kernel. Checked
 * after each: what the socket's reader got had been scanned, byte by byte; the kernel acknowledged
 * nothing else; a pattern planted in the data is never read. Then the sender tells the truth and must
 * come to its end, unless it was cut. Prints what happened; exits 0 if all was right.
 *
 * First it shows why URG is taken away: with it the kernel's reader gets a stream nobody scanned.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/stream.h"
#include "core/tcpstate.h"

#define HERE 0x0a4d0001U /* 10.77.0.1, the kernel's */
#define THERE 0x0a4d0002U /* nobody's */
#define PORT 7777
#define LEN 6000 /* of a stream */
#define SEGMENT_MAX 1400
#define LOG_MAX (LEN + SEGMENT_MAX)
#define SCALE 7
#define OLD_TIME 100000 /* how far back a timestamp is that PAWS refuses */

static const char pattern[] = "/etc/passwd";

struct kept {
	struct vfw_piece piece;
	u8 bytes[SEGMENT_MAX];
};

struct talk {
	u16 port; /* the sender's */
	u32 isn;
	u32 peer; /* what to acknowledge */
	u32 time; /* timestamp */
	u32 echo; /* the kernel's last */
	u8 scale; /* the kernel's window scale */
	struct vfw_stream s;
	u8 sent[LEN]; /* what the sender would really say */
	/* scanned */
	u8 log[LOG_MAX];
	u32 n_log;
	/* read from the socket */
	int sock;
	u32 n_read;
	bool cut; /* a hit, a FIN, a reset: it will not come to its end */
	bool over; /* the kernel has ended it */
	bool paused; /* the reader does not read */
};

static struct {
	u32 talks, ended, cut, segments, passed, dropped[VFW_STREAM_FULL + 1], bad, refused, lost;
	u32 hits, fins, resets, opened_fast, probes;
	u64 scanned, read;
} count;

static u64 rng;
static int tun, listener;

static void die(const char *what)
{
	fprintf(stderr, "streamtcp: %s: %s\n", what, strerror(errno));
	exit(2);
}

static u32 any(u32 n)
{
	/* xorshift64* (Marsaglia, Vigna) */
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (u32)((rng * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

static void wrong(const struct talk *t, const char *what)
{
	fprintf(stderr,
		"streamtcp: %s\n  conversation %u: scanned %u, next %u, acknowledged %u, read %u\n",
		what, count.talks, t->n_log, t->s.next - t->isn - 1, t->s.acked - t->isn - 1,
		t->n_read);
	exit(1);
}

/* ---- packets ---- */

static u32 sum(u32 acc, const u8 *p, u32 len)
{
	for (; len > 1; p += 2, len -= 2)
		acc += vfw_get16(p);
	return len ? acc + (u32)(p[0] << 8) : acc;
}

static u16 fold(u32 acc)
{
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	return (u16)~acc;
}

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* Hands a segment to the kernel; with URG its first byte is the urgent one. */
static void emit(const struct talk *t, u32 seq, u8 flags, const u8 *data, u32 len, u32 time,
		 bool wrong_sum)
{
	u8 pkt[20 + 40 + SEGMENT_MAX] = {0x45};
	u8 *tcp = pkt + 20;
	u8 *opt = tcp + 20;
	u32 hlen;
	u32 acc;

	if (flags & VFW_TCP_SYN) {
		static const u8 syn[] = {2, 4, 5, 0xb4, 4, 2, 1, 3, 3, SCALE};

		memcpy(opt, syn, sizeof(syn));
		opt += sizeof(syn);
	} else {
		*opt++ = 1;
		*opt++ = 1;
	}
	*opt++ = 8;
	*opt++ = 10;
	put32(opt, time);
	put32(opt + 4, t->echo);
	opt += 8;
	hlen = (u32)(opt - tcp);
	put16(pkt + 2, 20 + hlen + len);
	pkt[8] = 64;
	pkt[9] = IPPROTO_TCP;
	put32(pkt + 12, THERE);
	put32(pkt + 16, HERE);
	put16(pkt + 10, fold(sum(0, pkt, 20)));
	put16(tcp, t->port);
	put16(tcp + 2, PORT);
	put32(tcp + 4, seq);
	put32(tcp + 8, flags & VFW_TCP_ACK ? t->peer : 0);
	tcp[12] = (u8)(hlen / 4 << 4);
	tcp[13] = flags;
	put16(tcp + 14, 0xffff);
	put16(tcp + 18, flags & VFW_TCP_URG ? 1 : 0);
	if (len)
		memcpy(tcp + hlen, data, len);
	acc = sum(0, pkt + 12, 8) + IPPROTO_TCP + hlen + len;
	put16(tcp + 16, fold(sum(acc, tcp, hlen + len)) ^ (wrong_sum ? 0x101 : 0));
	if (write(tun, pkt, 20 + hlen + len) < 0)
		die("write to the tun device");
}

static void free_list(struct vfw_piece *p)
{
	while (p) {
		struct vfw_piece *next = p->next;

		free((struct kept *)p);
		p = next;
	}
}

/* The kernel's timestamp and window scale, from the options. */
static void read_options(struct talk *t, const u8 *opt, u32 len, bool syn)
{
	while (len > 1 && *opt) {
		u32 size = *opt == 1 ? 1 : opt[1];

		if (!size || size > len)
			return;
		if (*opt == 8 && size == 10)
			t->echo = vfw_get32(opt + 2);
		if (*opt == 3 && size == 3 && syn)
			t->scale = opt[2];
		opt += size;
		len -= size;
	}
}

/* Takes what the kernel sent: its acknowledgements go to the stream. */
static void listen_to(struct talk *t, int wait_ms)
{
	struct pollfd fd = {.fd = tun, .events = POLLIN};
	u8 pkt[2048];

	while (poll(&fd, 1, wait_ms) > 0) {
		ssize_t n = read(tun, pkt, sizeof(pkt));
		const u8 *tcp = pkt + 20;
		u32 window;
		bool gap;

		wait_ms = 0;
		if (n < 40 || pkt[0] != 0x45 || pkt[9] != IPPROTO_TCP ||
		    vfw_get16(tcp + 2) != t->port)
			continue;
		if (tcp[13] & VFW_TCP_RST) {
			t->over = true;
			continue;
		}
		read_options(t, tcp + 20, (tcp[12] >> 4) * 4U - 20, tcp[13] & VFW_TCP_SYN);
		t->peer = vfw_get32(tcp + 4) + !!(tcp[13] & VFW_TCP_SYN);
		window = vfw_get16(tcp + 14);
		if (!(tcp[13] & VFW_TCP_SYN))
			window <<= t->scale;
		if (!window)
			count.probes++;
		free_list(vfw_stream_ack(&t->s, vfw_get32(tcp + 8), window, &gap));
		if (gap)
			wrong(t, "the kernel acknowledged what was not scanned");
	}
}

/* ---- the firewall ---- */

static bool same(void *arg, u32 seg_off, const struct vfw_piece *piece, u32 piece_off, u32 len)
{
	return !memcmp((const u8 *)arg + seg_off, ((const struct kept *)piece)->bytes + piece_off,
		       len);
}

/* Adds to what was scanned. True if that completes the pattern. */
static bool scan(struct talk *t, const u8 *p, u32 len)
{
	bool hit = false;

	for (; len; p++, len--) {
		if (t->n_log == LOG_MAX)
			wrong(t, "more scanned than there is");
		t->log[t->n_log++] = *p;
		if (t->n_log >= sizeof(pattern) - 1 &&
		    !memcmp(t->log + t->n_log - (sizeof(pattern) - 1), pattern,
			    sizeof(pattern) - 1))
			hit = true;
	}
	return hit;
}

/* True if the segment may pass. */
static bool inspect(struct talk *t, u32 seq, u8 *flags, const u8 *data, u32 len)
{
	static const struct vfw_stream_limit limit = {.bytes = 3000, .pieces = 32};
	struct vfw_stream_seg seg = {.seq = seq, .len = len, .flags = *flags};
	struct vfw_stream_plan plan;
	struct vfw_stream_span span;
	struct kept *keep = NULL;
	u32 n_log = t->n_log;
	bool hit = false;

	vfw_stream_plan(&t->s, &plan, &seg, &limit, same, (void *)data);
	if (plan.urgent)
		*flags &= (u8)~VFW_TCP_URG;
	/* everything was kept, from the beginning */
	if (plan.verdict == VFW_STREAM_UNKNOWN || plan.verdict == VFW_STREAM_EARLY)
		wrong(t, "the stream has lost what it kept");
	if (plan.verdict != VFW_STREAM_PASS) {
		count.dropped[plan.verdict]++;
		return false;
	}
	while (vfw_stream_span(&plan, &span))
		hit |= scan(t, (span.piece ? ((struct kept *)span.piece)->bytes : data) + span.off,
			    span.len);
	if (hit) {
		t->n_log = n_log;
		t->cut = true;
		count.hits++;
		return false;
	}
	if (plan.keep_len) {
		keep = malloc(sizeof(*keep));
		if (!keep)
			die("malloc");
		memcpy(keep->bytes, data + plan.keep_off, plan.keep_len);
	}
	free_list(vfw_stream_commit(&t->s, &plan, keep ? &keep->piece : NULL));
	return true;
}

/* ---- both ends ---- */

/* Reads what the socket has: all of it had been scanned. */
static void read_socket(struct talk *t)
{
	u8 buf[4096];
	ssize_t n;

	while (!t->paused && (n = recv(t->sock, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (t->n_read + n > t->n_log || memcmp(buf, t->log + t->n_read, (size_t)n))
			wrong(t, "the socket's reader got what was not scanned");
		t->n_read += (u32)n;
	}
}

static void send_segment(struct talk *t, u32 pos, u32 len, u8 flags, u32 wrongs)
{
	u32 seq = t->isn + 1 + pos - !!(flags & VFW_TCP_SYN);
	u8 data[SEGMENT_MAX];
	u32 time = t->time++;
	bool lost = false;

	memcpy(data, t->sent + pos, len);
	if (len && wrongs & 1)
		data[any(len)] ^= (u8)(1 + any(255));
	if (len >= sizeof(pattern) && wrongs & 2)
		memcpy(data + any(len - (u32)sizeof(pattern) + 2), pattern, sizeof(pattern) - 1);
	count.segments++;
	/* the receiver would ignore it, so it is dropped before anybody looks at it */
	if (wrongs & 4) {
		count.bad++;
		emit(t, seq, flags, data, len, time, true);
		goto out;
	}
	if (!inspect(t, seq, &flags, data, len))
		goto out;
	count.passed++;
	if (wrongs & 8) {
		time -= OLD_TIME;
		count.refused++;
	} else if (wrongs & 16) {
		lost = true;
		count.lost++;
	}
	if (flags & VFW_TCP_FIN) {
		count.fins++;
		t->cut = true;
	}
	if (!lost)
		emit(t, seq, flags, data, len, time, false);
out:
	listen_to(t, 0);
	read_socket(t);
}

/* The handshake; with data in the SYN, perhaps. */
static void open_talk(struct talk *t)
{
	struct timeval patience = {.tv_sec = 20};
	int room = any(3) ? 131072 : 1024;

	/* the accepted socket has the same */
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	t->port = (u16)(1024 + count.talks % 60000);
	/* around the wrap more often than not */
	t->isn = any(3) ? 0U - any(LEN) : any(1U << 30) * 4;
	t->time = 1000000 + any(1000000);
	vfw_stream_start(&t->s, t->isn + 1, 0, false);
	if (any(4) == 0)
		send_segment(t, 0, 1 + any(500), VFW_TCP_SYN, any(3) ? 0 : 2);
	else
		send_segment(t, 0, 0, VFW_TCP_SYN, 0);
	if (t->cut)
		return;
	while (!t->peer)
		listen_to(t, 1000);
	send_segment(t, 0, 0, VFW_TCP_ACK, 0);
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	t->sock = accept(listener, NULL, NULL);
	if (t->sock < 0)
		die("accept");
	if (t->s.acked != t->isn + 1)
		count.opened_fast++;
	if (any(8) == 0)
		setsockopt(t->sock, SOL_SOCKET, SO_OOBINLINE, &(int){1}, sizeof(int));
}

/* A segment like none that a decent sender sends. */
static void misbehave(struct talk *t, bool hostile)
{
	u32 acked = t->s.acked - t->isn - 1;
	u32 pos = acked > LEN ? LEN : acked;
	u32 len = any(4) ? any(40) : any(SEGMENT_MAX);
	u32 wrongs = 0;
	u8 flags = VFW_TCP_ACK;

	switch (any(8)) {
	case 0: /* before what is acknowledged */
		pos -= any(pos + 1 > 100 ? 100 : pos + 1);
		break;
	case 1: /* far ahead */
		pos += any(LEN);
		break;
	case 2:
	case 3:
		break;
	default: /* somewhat ahead */
		pos += any(200);
	}
	pos = pos > LEN ? LEN : pos;
	len = len > LEN - pos ? LEN - pos : len;
	if (any(4) == 0)
		wrongs |= 16;
	if (hostile) {
		wrongs |= any(32) & any(32);
		if (any(200) == 0)
			flags |= VFW_TCP_FIN;
		if (any(50) == 0)
			flags |= VFW_TCP_URG;
		if (any(100) == 0) {
			/* a RST beside the mark is answered, and carries nothing */
			count.resets++;
			emit(t, t->isn + 1 + acked + 1 + any(100), VFW_TCP_RST | VFW_TCP_ACK,
			     t->sent, any(50), t->time, false);
		}
		/* a keep-alive's byte of garbage */
		if (any(50) == 0)
			emit(t, t->isn + acked, VFW_TCP_ACK, (const u8 *)"?", 1, t->time, false);
	}
	if (any(20) == 0)
		t->paused = !t->paused;
	send_segment(t, pos, len, flags, wrongs);
}

/* Sends the truth until all of it is read. */
static void finish(struct talk *t)
{
	u32 idle = 0;

	t->paused = false;
	while (t->n_read < LEN) {
		u32 acked = t->s.acked - t->isn - 1;
		u32 before = t->n_read;
		u32 len = LEN - acked > 500 ? 500 : LEN - acked;

		/* as short as what was sent before */
		send_segment(t, acked,
			     idle > 3 && len > 1 ? len >> (idle - 3 > 8 ? 8 : idle - 3) : len,
			     VFW_TCP_ACK, 0);
		listen_to(t, t->s.acked - t->isn - 1 == acked ? 20 : 0);
		read_socket(t);
		idle = t->n_read == before ? idle + 1 : 0;
		if (idle > 40)
			wrong(t, "the truth does not come through");
	}
	count.ended++;
}

static void close_talk(struct talk *t)
{
	/* an end without a sound from this side */
	if (t->sock >= 0) {
		setsockopt(t->sock, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
			   sizeof(struct linger));
		close(t->sock);
	}
	emit(t, t->s.acked, VFW_TCP_RST, NULL, 0, t->time, false);
	listen_to(t, 0);
	free_list(vfw_stream_end(&t->s));
}

/* The kernel takes an urgent byte out of the stream: "a", "X" with URG, "b" is read as "ab". */
static void urgent(void)
{
	struct talk t = {.sock = -1};
	char buf[8];
	ssize_t n;

	while (open_talk(&t), t.cut || t.s.acked != t.isn + 1) {
		close_talk(&t);
		t = (struct talk){.sock = -1};
	}
	setsockopt(t.sock, SOL_SOCKET, SO_OOBINLINE, &(int){0}, sizeof(int));
	emit(&t, t.isn + 1, VFW_TCP_ACK, (const u8 *)"a", 1, t.time++, false);
	emit(&t, t.isn + 2, VFW_TCP_ACK | VFW_TCP_URG, (const u8 *)"X", 1, t.time++, false);
	emit(&t, t.isn + 3, VFW_TCP_ACK, (const u8 *)"b", 1, t.time++, false);
	n = recv(t.sock, buf, sizeof(buf), MSG_DONTWAIT);
	if (n == 1)
		n += recv(t.sock, buf + 1, sizeof(buf) - 1, MSG_DONTWAIT);
	if (n != 2 || memcmp(buf, "ab", 2)) {
		fprintf(stderr, "streamtcp: an urgent byte within \"ab\" was read as %.*s\n",
			(int)n, buf);
		exit(1);
	}
	vfw_stream_end(&t.s);
	close_talk(&t);
	memset(&count, 0, sizeof(count));
}

static void talk(void)
{
	static const char letters[] = "abcdefgh/etc/passwd ";
	struct talk t = {.sock = -1};
	bool hostile = any(4);
	u32 i;

	count.talks++;
	for (i = 0; i < LEN; i++)
		t.sent[i] = (u8)letters[any(sizeof(letters) - 1)];
	if (hostile && any(2))
		memcpy(t.sent + any(LEN - 20), pattern, sizeof(pattern) - 1);
	open_talk(&t);
	for (i = 0; i < 150 && !t.cut && !t.over; i++)
		misbehave(&t, hostile);
	if (!t.cut && !t.over && !hostile)
		finish(&t);
	else
		count.cut++;
	t.paused = false;
	if (t.sock >= 0)
		read_socket(&t);
	count.scanned += t.n_log;
	count.read += t.n_read;
	close_talk(&t);
}

static void set_up(void)
{
	struct ifreq ifr = {.ifr_name = "streamtcp0", .ifr_flags = IFF_TUN | IFF_NO_PI};
	struct sockaddr_in *a = (struct sockaddr_in *)&ifr.ifr_addr;
	struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(HERE)};
	int ctl = socket(AF_INET, SOCK_DGRAM, 0);

	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (tun < 0 || ctl < 0 || ioctl(tun, TUNSETIFF, &ifr))
		die("/dev/net/tun");
	*a = here;
	if (ioctl(ctl, SIOCSIFADDR, &ifr))
		die("address");
	a->sin_addr.s_addr = htonl(0xfffffffc);
	if (ioctl(ctl, SIOCSIFNETMASK, &ifr))
		die("netmask");
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(ctl, SIOCSIFFLAGS, &ifr))
		die("up");
	close(ctl);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &(int){64}, sizeof(int));
	if (listener < 0 || bind(listener, (struct sockaddr *)&here, sizeof(here)) ||
	    listen(listener, 64))
		die("listen");
}

int main(int argc, char **argv)
{
	u32 n;
	u32 i;

	if (argc != 3) {
		fprintf(stderr, "usage: streamtcp SEED COUNT\n");
		return 2;
	}
	rng = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
	n = (u32)strtoul(argv[2], NULL, 0);
	set_up();
	urgent();
	for (i = 0; i < n; i++)
		talk();
	printf("%u conversations: %u to their end, %u not; %u with data taken from the SYN\n",
	       count.talks, count.ended, count.cut, count.opened_fast);
	printf("%u segments: %u passed, of these %u refused by their timestamp and %u lost; "
	       "%u with a wrong checksum\n",
	       count.segments, count.passed, count.refused, count.lost, count.bad);
	printf("dropped: conflict %u, window %u, full %u; hits %u, FINs %u, RSTs %u, zero windows %u\n",
	       count.dropped[VFW_STREAM_CONFLICT], count.dropped[VFW_STREAM_WINDOW],
	       count.dropped[VFW_STREAM_FULL], count.hits, count.fins, count.resets, count.probes);
	printf("%llu bytes scanned, %llu read\n", (unsigned long long)count.scanned,
	       (unsigned long long)count.read);
	return 0;
}
