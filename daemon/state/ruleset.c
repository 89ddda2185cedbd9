// SPDX-License-Identifier: GPL-2.0
#include "ruleset.h"

#include "../base/cleanup.h"
#include "../base/form.h"
#include "../policy/app.h"
#include "../policy/policy.h"
#include "../policy/sha256.h"
#include "../policy/text.h"
#include "../sig/app.h"
#include "../sig/database.h"
#include "../vm/registry.h"
#include "appset.h"
#include "sigset.h"

#include <errno.h>
#include <string.h>

void vfw_ruleset_free_files(struct vfw_ruleset_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(files[i].name);
		free(files[i].text);
	}
	free(files);
}

int vfw_ruleset_parse(struct vfw_ruleset_file *files, size_t n, struct vfw_diags *d,
		      struct vfw_ruleset **out)
{
	struct vfw_ruleset *rs = calloc(1, sizeof(*rs));
	int err = 0;

	if (!rs) {
		vfw_ruleset_free_files(files, n);
		return -ENOMEM;
	}
	rs->files = files;
	rs->n_files = n;
	rs->policy = vfw_policy_new();
	if (!rs->policy)
		err = -ENOMEM;
	for (size_t i = 0; i < n && err != -ENOMEM; i++) {
		int one = vfw_policy_add_text(rs->policy, files[i].name, files[i].text,
					      files[i].len, d);

		err = one ?: err;
	}
	if (!err)
		err = vfw_policy_check(rs->policy, d);
	if (err) {
		vfw_ruleset_free(rs);
		return err;
	}
	*out = rs;
	return 0;
}

void vfw_ruleset_free(struct vfw_ruleset *rs)
{
	if (!rs)
		return;
	for (size_t i = 0; rs->databases && i < rs->signatures->n; i++)
		vfw_database_unref(rs->databases[i]);
	free(rs->databases);
	vfw_sigset_unref(rs->signatures);
	vfw_ruleset_free_files(rs->signature_files, rs->n_signature_files);
	vfw_ruleset_free_files(rs->app_files, rs->n_app_files);
	vfw_ruleset_free_files(rs->files, rs->n_files);
	vfw_policy_free(rs->policy);
	vfw_compiled_free(rs->compiled);
	free(rs->by_id);
	free(rs);
}

static int read_signatures(struct vfw_ruleset *rs, const char *folder, bool own,
			   struct vfw_diags *d)
{
	const char *slash = strrchr(folder, '/');
	/* those of apps are kept beside those of signatures, of which there may be none */
	_cleanup_free_ char *apps =
		vfw_form_format("%.*s/apps", slash ? (int)(slash - folder) : 0, folder);
	int err;

	if (rs->signatures)
		return 0;
	if (!apps)
		return -ENOMEM;
	err = vfw_sigset_read(rs->policy, folder, own, d, &rs->signature_files,
			      &rs->n_signature_files);
	if (!err && vfw_policy_asks_apps(rs->policy))
		err = own ? vfw_appset_read_kept(apps, d, &rs->app_files, &rs->n_app_files)
			  : vfw_appset_read(d, &rs->app_files, &rs->n_app_files);
	if (!err)
		err = vfw_sigset_new(rs->policy, folder, rs->signature_files, rs->n_signature_files,
				     rs->app_files, rs->n_app_files, d, &rs->signatures);
	if (err)
		return err;
	rs->databases = calloc(rs->signatures->n + 1, sizeof(*rs->databases));
	return rs->databases ? 0 : -ENOMEM;
}

int vfw_ruleset_signatures(struct vfw_ruleset *rs, const char *folder, struct vfw_diags *d)
{
	return read_signatures(rs, folder, false, d);
}

int vfw_ruleset_kept_signatures(struct vfw_ruleset *rs, const char *folder, struct vfw_diags *d)
{
	return read_signatures(rs, folder, true, d);
}

char *vfw_ruleset_print(const struct vfw_ruleset *rs)
{
	_cleanup_free_ char *text = vfw_policy_print(rs->policy);
	struct vfw_text t = {0};

	if (!text)
		return NULL;
	vfw_text_str(&t, text);
	for (size_t i = 0; rs->signatures && i < rs->signatures->n; i++) {
		const struct vfw_sigset_profile *profile = &rs->signatures->v[i];
		char digest[2 * VFW_SHA256_LEN + 1];

		if (!profile->conf.n_exprs) {
			vfw_text_printf(&t, "# apps: %u, %s\n", rs->signatures->apps->tables.n_apps,
					vfw_form_hex(profile->digest, VFW_SHA256_LEN, digest));
			continue;
		}
		vfw_text_printf(&t, "# profile %s: %u signature%s, %s\n", profile->name,
				profile->conf.n_exprs, profile->conf.n_exprs == 1 ? "" : "s",
				vfw_form_hex(profile->digest, VFW_SHA256_LEN, digest));
	}
	return vfw_text_take(&t);
}

int vfw_ruleset_compile(const struct vfw_ruleset *rs, const struct vfw_registry *r,
			struct vfw_diags *d, struct vfw_compiled **out)
{
	struct vfw_compiled *c = NULL;
	const struct vfw_vm *const *vms;
	size_t n;
	int err;

	vms = vfw_registry_vms(r, &n);
	err = vfw_policy_compile(rs->policy, vms, n, d, &c);
	if (!err)
		err = vfw_ruleset_digest(rs, c->digest);
	if (err) {
		vfw_compiled_free(c);
		return err;
	}
	*out = c;
	return 0;
}

static int by_id(const void *a, const void *b, void *arg)
{
	const struct vfw_rule_rec *rules = arg;
	uint32_t x = rules[*(const uint32_t *)a].id, y = rules[*(const uint32_t *)b].id;

	return (x > y) - (x < y);
}

int vfw_ruleset_adopt(struct vfw_ruleset *rs, struct vfw_compiled *c)
{
	uint32_t n = c->counts.n[VFW_TABLE_RULES];
	uint32_t *index = calloc(n ?: 1, sizeof(*index));

	if (!index)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		index[i] = i;
	qsort_r(index, n, sizeof(*index), by_id, c->rules);
	free(rs->by_id);
	rs->by_id = index;
	vfw_compiled_free(rs->compiled);
	rs->compiled = c;
	return 0;
}

const struct vfw_rule_origin *vfw_ruleset_rule(const struct vfw_ruleset *rs, uint32_t id,
					       uint32_t *index)
{
	size_t low = 0, high;

	if (!rs || !rs->compiled)
		return NULL;
	high = rs->compiled->counts.n[VFW_TABLE_RULES];
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint32_t at = rs->by_id[mid], found = rs->compiled->rules[at].id;

		if (found == id) {
			if (index)
				*index = at;
			return &rs->compiled->origins[at];
		}
		if (id < found)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* The tables one after the other, for what is done to each; *n: bytes. */
static void table_of(const struct vfw_compiled *c, int table, const void **data, size_t *n)
{
	*data = vfw_compiled_table(c, table, n);
	*n *= c->counts.n[table];
}

bool vfw_ruleset_same_tables(const struct vfw_compiled *a, const struct vfw_compiled *b)
{
	if (memcmp(&a->counts, &b->counts, sizeof(a->counts)) ||
	    memcmp(a->digest, b->digest, sizeof(a->digest)))
		return false;
	for (int t = 0; t < __VFW_TABLE_MAX; t++) {
		const void *x, *y;
		size_t n;

		table_of(a, t, &x, &n);
		table_of(b, t, &y, &n);
		if (n && memcmp(x, y, n))
			return false;
	}
	return true;
}

int vfw_ruleset_digest(const struct vfw_ruleset *rs, uint8_t digest[VFW_DIGEST_LEN])
{
	_cleanup_free_ char *text = vfw_ruleset_print(rs);

	if (!text)
		return -ENOMEM;
	vfw_sha256(text, strlen(text), digest);
	return 0;
}

uint64_t vfw_ruleset_hash(const struct vfw_compiled *c)
{
	uint64_t hash = vfw_form_hash(VFW_FORM_HASH_INIT, &c->counts, sizeof(c->counts));

	for (int t = 0; t < __VFW_TABLE_MAX; t++) {
		const void *data;
		size_t n;

		table_of(c, t, &data, &n);
		hash = vfw_form_hash(hash, data, n);
	}
	return hash;
}
