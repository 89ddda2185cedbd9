// SPDX-License-Identifier: GPL-2.0
/*
 * vfw-libvirt: tells vfwd, which starts it, what libvirt knows. A process of its own, without
 * privilege, on libvirt's read-only socket: libvirt may hang, or be restarted, and its library
 * has threads of its own; vfwd has none of that.
 *
 * It writes records on standard output:
 *
 *   vm UUID LENGTH     and then LENGTH bytes, a VM as an inventory file has it
 *   fault UUID LENGTH  and then LENGTH bytes, why the domain cannot be told; what was told of it stays
 *   gone UUID          the domain is neither defined nor running any more
 *   all                every domain there is has been told since the start
 *
 * It ends, with a sentence on standard error, when libvirt cannot be reached or goes away; vfwd
 * starts it again.
 */
#include <errno.h>
#include <grp.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "domain.h"

#define NOBODY 65534

static void fatal(const char *what)
{
	const virError *e = virGetLastError();

	fprintf(stderr, "vfw-libvirt: %s: %s\n", what,
		e && e->message ? e->message : "no reason given");
	exit(1);
}

static void say(const char *text)
{
	/* vfwd is gone when nobody reads: nothing is left to do */
	if (fputs(text, stdout) < 0 || fflush(stdout))
		exit(0);
}

static void say_record(const char *kind, const char *uuid, const char *text)
{
	char head[80];

	snprintf(head, sizeof(head), "%s %s %zu\n", kind, uuid, strlen(text));
	if (fputs(head, stdout) < 0)
		exit(0);
	say(text);
}

static void say_fault(virDomainPtr domain, const char *uuid, const char *what)
{
	const char *name = virDomainGetName(domain);
	char text[VFW_READER_FAULT_MAX];

	say_record("fault", uuid, vfw_reader_fault(name ? name : "", what, text));
}

/* libvirt has the domain, but not its XML. Silence takes nothing away. */
static void say_silence(virDomainPtr domain, const char *uuid)
{
	const virError *e = virGetLastError();
	char what[512];

	snprintf(what, sizeof(what), "libvirt does not tell its XML: %.400s",
		 e && e->message ? e->message : "no reason given");
	/* of a libvirt that went away on_close() speaks */
	if (virConnectIsAlive(virDomainGetConnect(domain)) == 1)
		say_fault(domain, uuid, what);
}

/* What there is of a domain now. */
static void tell(virDomainPtr domain)
{
	char uuid[VIR_UUID_STRING_BUFLEN], gone[64], *xml, *text;
	int active;

	if (virDomainGetUUIDString(domain, uuid))
		return;
	xml = virDomainGetXMLDesc(domain, 0);
	if (!xml) {
		if (virGetLastErrorCode() != VIR_ERR_NO_DOMAIN) {
			say_silence(domain, uuid);
			return;
		}
		snprintf(gone, sizeof(gone), "gone %s\n", uuid);
		say(gone);
		return;
	}
	active = virDomainIsActive(domain);
	text = vfw_reader_domain(xml, active == 1);
	if (!text)
		say_fault(domain, uuid, "its XML cannot be read");
	else if (strlen(text) > VFW_READER_TEXT_MAX)
		say_fault(
			domain, uuid,
			"its metadata say more than 1 MiB of it: what was known of it before stays");
	else
		say_record("vm", uuid, text);
	free(text);
	free(xml);
}

static int on_lifecycle(virConnectPtr conn, virDomainPtr domain, int event, int detail, void *arg)
{
	(void)conn, (void)event, (void)detail, (void)arg;
	tell(domain);
	return 0;
}

static void on_metadata(virConnectPtr conn, virDomainPtr domain, int type, const char *uri,
			void *arg)
{
	(void)conn, (void)type, (void)uri, (void)arg;
	tell(domain);
}

static void on_device(virConnectPtr conn, virDomainPtr domain, const char *alias, void *arg)
{
	(void)conn, (void)alias, (void)arg;
	tell(domain);
}

static void on_close(virConnectPtr conn, int reason, void *arg)
{
	(void)conn, (void)reason, (void)arg;
	fputs("vfw-libvirt: libvirt went away\n", stderr);
	exit(1);
}

static void quiet(void *arg, virErrorPtr e)
{
	(void)arg, (void)e;
}

static void watch(virConnectPtr conn)
{
	static const struct {
		int id;
		virConnectDomainEventGenericCallback callback;
	} events[] = {
		{VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle)},
		{VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_metadata)},
		{VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(on_device)},
		{VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(on_device)},
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (virConnectDomainEventRegisterAny(conn, NULL, events[i].id, events[i].callback,
						     NULL, NULL) < 0)
			fatal("libvirt's events");
	virConnectRegisterCloseCallback(conn, on_close, NULL, NULL);
	virConnectSetKeepAlive(conn, 5, 3);
}

static void tell_all(virConnectPtr conn)
{
	virDomainPtr *domains;
	int n = virConnectListAllDomains(conn, &domains, 0);

	if (n < 0)
		fatal("libvirt's domains");
	for (int i = 0; i < n; i++) {
		tell(domains[i]);
		virDomainFree(domains[i]);
	}
	free(domains);
	say("all\n");
}

static void drop_privilege(void)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getuid())
		return;
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)) {
		fprintf(stderr, "vfw-libvirt: cannot become nobody: %s\n", strerror(errno));
		exit(1);
	}
	/* setuid() forgot it */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int main(int argc, char **argv)
{
	virConnectPtr conn;

	if (argc < 2) {
		fputs("usage: vfw-libvirt URI [again]   (started by vfwd)\n", stderr);
		return 2;
	}
	drop_privilege();
	virSetErrorFunc(NULL, quiet);
	if (virEventRegisterDefaultImpl() < 0)
		fatal("libvirt's loop");
	conn = virConnectOpenReadOnly(argv[1]);
	/* that libvirt is not there was said the first time */
	if (!conn && argc > 2)
		return 1;
	if (!conn)
		fatal(argv[1]);
	/* first the events, so that nothing falls between */
	watch(conn);
	tell_all(conn);
	for (;;)
		if (virEventRunDefaultImpl() < 0)
			fatal("libvirt's loop");
}
