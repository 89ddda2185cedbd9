// SPDX-License-Identifier: GPL-2.0
/* Calling vfwd, and saying in plain words why it did not work. */
#include "cli.h"
#include "client.h"
#include "complaint.h"
#include "field.h"
#include "term.h"

#include <errno.h>
#include <string.h>
#include <vfw/ctl_proto.h>

/* of JSON-RPC itself */
#define CALL_E_METHOD (-32601)
#define CALL_E_PARAMS (-32602)

/* What -errno of the connection means for a person; call_exit() is its exit code. */
static void call_why(struct vfw_cli *cli, int err, char *why, size_t size)
{
	switch (-err) {
	case ENOENT:
	case ECONNREFUSED:
		snprintf(why, size, "vfwd does not answer at %s (%s): it is not running",
			 cli->socket, strerror(-err));
		break;
	case EACCES:
		snprintf(why, size, "no right to speak to vfwd at %s: run vfwctl as root",
			 cli->socket);
		break;
	case EPERM:
		snprintf(why, size, "%s is served neither by root nor by you: not trusted",
			 cli->socket);
		break;
	case ETIMEDOUT:
		snprintf(why, size, "vfwd did not answer in time at %s: it hangs or is overloaded",
			 cli->socket);
		break;
	case ECONNRESET:
		snprintf(why, size, "vfwd closed the connection without an answer: see its log");
		break;
	case EPROTO:
		snprintf(
			why, size,
			"what answers at %s does not speak vfwd's protocol: are vfwd and vfwctl of "
			"one version?",
			cli->socket);
		break;
	case EMSGSIZE:
		snprintf(why, size, "more than %u MiB in one message to or from vfwd",
			 VFW_CTL_LINE_MAX >> 20);
		break;
	default:
		snprintf(why, size, "cannot speak to vfwd at %s: %s", cli->socket, strerror(-err));
	}
}

static int call_exit(int err)
{
	switch (-err) {
	case ENOENT:
	case ECONNREFUSED:
	case ETIMEDOUT:
	case ECONNRESET:
		return VFW_EXIT_NO_DAEMON;
	case EACCES:
	case EPERM:
		return VFW_EXIT_DENIED;
	default:
		return VFW_EXIT_FAILED;
	}
}

/* Connects if need be and calls. Takes params. Returns 0 or -errno. */
static int call_do(struct vfw_cli *cli, const char *method, json_t *params, int timeout_ms,
		   json_t **answer)
{
	int rc = 0;

	if (!cli->client)
		rc = vfw_client_open(cli->socket, timeout_ms, &cli->client);
	if (rc) {
		json_decref(params);
		return rc;
	}
	rc = vfw_client_call(cli->client, method, params, timeout_ms, answer);
	if (rc) { /* out of step from here on */
		vfw_client_close(cli->client);
		cli->client = NULL;
	}
	return rc;
}

/* Says what an error answer holds. Returns the exit code. */
static int call_refused(struct vfw_cli *cli, const json_t *error)
{
	json_int_t code = json_integer_value(json_object_get(error, "code"));
	const json_t *diags = vfw_field_array(vfw_field_object(error, "data"), "errors");
	const char *message = vfw_field_text(error, "message", "vfwd refused without saying why");

	cli->refused = (int)code;
	if (cli->faults && code == VFW_CTL_E_POLICY) {
		json_array_extend(cli->faults, (json_t *)diags);
		return VFW_EXIT_FAILED;
	}
	if (cli->quiet)
		return VFW_EXIT_FAILED;
	vfw_complaint_list(cli->err, "error", diags);
	fputs("vfwctl: ", cli->err);
	vfw_term_safe_lines(cli->err, message);
	fputc('\n', cli->err);
	switch (code) {
	case VFW_CTL_E_UNENFORCEABLE:
		fputs("Take out what cannot be enforced yet, or wait for the version that "
		      "can.\n",
		      cli->err);
		break;
	case VFW_CTL_E_DENIED:
		return VFW_EXIT_DENIED;
	case CALL_E_PARAMS:
		return VFW_EXIT_USAGE;
	case CALL_E_METHOD:
		fputs("This vfwd does not know that: it is older than this vfwctl.\n", cli->err);
		break;
	}
	return VFW_EXIT_FAILED;
}

/* What was done, but could not be written to disk, is told whatever else there is to tell. */
static void call_unsaved(struct vfw_cli *cli, const json_t *result)
{
	const json_t *unsaved = vfw_field_array(result, "unsaved");
	size_t i;

	for (i = 0; i < json_array_size(unsaved); i++) {
		const char *s = json_string_value(json_array_get(unsaved, i));

		cli->unsaved = true;
		vfw_cli_error(cli, "done, but not on disk yet: %s", s ? s : "");
	}
}

/* Takes answer: hands out its result, or says its error (and prints it with -o json). */
static int call_finish(struct vfw_cli *cli, json_t *answer, json_t **result)
{
	json_t *error = json_object_get(answer, "error");
	int rc = VFW_EXIT_OK;

	if (json_is_object(error)) {
		rc = call_refused(cli, error);
		if (cli->json && !cli->quiet &&
		    !(cli->faults && cli->refused == VFW_CTL_E_POLICY)) {
			json_t *j = json_pack("{s:O}", "error", error);

			vfw_cli_json(cli, j);
			json_decref(j);
		}
	} else {
		*result = json_incref(json_object_get(answer, "result"));
		call_unsaved(cli, *result);
	}
	json_decref(answer);
	return rc;
}

int vfw_cli_call(struct vfw_cli *cli, const char *method, json_t *params, int timeout_ms,
		 json_t **result)
{
	json_t *answer;
	char why[512];
	int rc;

	*result = NULL;
	rc = call_do(cli, method, params, timeout_ms, &answer);
	if (!rc)
		return call_finish(cli, answer, result);
	call_why(cli, rc, why, sizeof(why));
	vfw_cli_error(cli, "%s", why);
	if (call_exit(rc) == VFW_EXIT_NO_DAEMON)
		fputs("Start it with `systemctl start vfwd'. What the kernel holds stays in force without "
		      "it.\n",
		      cli->err);
	return call_exit(rc);
}

int vfw_cli_probe(struct vfw_cli *cli, const char *method, json_t *params, int timeout_ms,
		  json_t **result, char *why, size_t size)
{
	json_t *answer;
	int rc;

	*result = NULL;
	rc = call_do(cli, method, params, timeout_ms, &answer);
	if (!rc)
		return call_finish(cli, answer, result);
	call_why(cli, rc, why, size);
	return VFW_EXIT_NO_DAEMON;
}

int vfw_cli_json(struct vfw_cli *cli, const json_t *j)
{
	/* what is not ASCII may steer a terminal */
	json_dumpf(j, cli->out,
		   JSON_INDENT(2) | JSON_ENCODE_ANY | (cli->term ? JSON_ENSURE_ASCII : 0));
	fputc('\n', cli->out);
	return VFW_EXIT_OK;
}
