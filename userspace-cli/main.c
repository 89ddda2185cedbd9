// SPDX-License-Identifier: GPL-2.0
#include "cli.h"
#include "client.h"

#include <unistd.h>
#include <vfw/ctl_proto.h>

int main(int argc, char **argv)
{
	struct vfw_cli cli = {
		.in = stdin,
		.out = stdout,
		.err = stderr,
		.socket = VFW_CTL_SOCKET,
	};
	int rc;

	cli.term = isatty(STDOUT_FILENO);
	cli.ask = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	rc = vfw_cli_run(&cli, argc, argv);
	vfw_client_close(cli.client);
	if (fflush(stdout) || ferror(stdout)) {
		vfw_cli_error(&cli, "cannot write the output");
		return rc ? rc : VFW_EXIT_FAILED;
	}
	return rc;
}
