// SPDX-License-Identifier: GPL-2.0
/*
 * flows APPS-FOLDER CAPTURE...: what `vfwctl app' says of many captures, compiling the apps
 * once. A line for each conversation: capture, first packet, protocol, ports, app or "-", why, packets.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/replay/recognise.h"
#include "../../../daemon/sig/app_scan.h"

static const char *const whys[VFW_RECOGNISE_WHYS] = {"named", "no-handshake", "no-payload",
						     "no-match", "ambiguous"};
static struct vfw_app_list *list;

static void fail(const char *what, struct vfw_diags *d)
{
	char *said = d ? vfw_diags_format(d) : NULL;

	fprintf(stderr, "flows: %s\n%s", what, said ?: "");
	exit(1);
}

static void on_flow(void *ctx, const struct vfw_recognised *flow)
{
	bool named = flow->verdict.answer == VFW_APP_KNOWN;

	printf("%s\t%llu\t%s\t%u\t%u\t%s\t%s\t%llu\n", (const char *)ctx,
	       (unsigned long long)flow->number, flow->proto == VFW_APP_TCP ? "tcp" : "udp",
	       flow->port[0], flow->port[1], named ? list->text[flow->verdict.app].name : "-",
	       whys[flow->why], (unsigned long long)(flow->packets[0] + flow->packets[1]));
}

static int wanted(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".app");
}

static void read_folder(const char *folder, struct vfw_diags *d)
{
	static char text[VFW_APP_FILE_MAX];
	struct dirent **entry;
	int i, n = scandir(folder, &entry, wanted, alphasort);

	if (n <= 0)
		fail(folder, NULL);
	for (i = 0; i < n; i++) {
		char path[512];
		size_t len;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", folder, entry[i]->d_name);
		f = fopen(path, "re");
		if (!f)
			fail(path, NULL);
		len = fread(text, 1, sizeof(text), f);
		fclose(f);
		if (vfw_app_list_add(list, path, text, len, d))
			fail(path, d);
		free(entry[i]);
	}
	free(entry);
}

int main(int argc, char **argv)
{
	struct vfw_app_scan *scan = NULL;
	struct vfw_recognise_counts counts;
	struct vfw_diags d = {0};
	char why[256];
	int i;

	list = vfw_app_list_new();
	if (argc < 3 || !list)
		fail("expected a folder of apps and captures", NULL);
	read_folder(argv[1], &d);
	if (vfw_app_list_finish(list, &d) || vfw_app_scan_new(list, &scan, &d))
		fail("the apps are wrong", &d);
	for (i = 2; i < argc; i++)
		if (vfw_recognise_run(list, scan, argv[i], false, on_flow, argv[i], &counts, why,
				      sizeof(why)))
			fprintf(stderr, "flows: %s: %s\n", argv[i], why);
	vfw_app_scan_free(scan);
	vfw_app_list_free(list);
	vfw_diags_free(&d);
	return 0;
}
