// SPDX-License-Identifier: GPL-2.0
#include "rule_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rule_translate.h"

/* Variables as they stand in a fresh Suricata. */
static const char *const defaults[][2] = {
	{"HOME_NET", "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"},
	{"EXTERNAL_NET", "!$HOME_NET"},
	{"HTTP_SERVERS", "$HOME_NET"},
	{"SMTP_SERVERS", "$HOME_NET"},
	{"SQL_SERVERS", "$HOME_NET"},
	{"DNS_SERVERS", "$HOME_NET"},
	{"TELNET_SERVERS", "$HOME_NET"},
	{"SIP_SERVERS", "$HOME_NET"},
	{"SSH_SERVERS", "$HOME_NET"},
	{"FTP_SERVERS", "$HOME_NET"},
	{"AIM_SERVERS", "$EXTERNAL_NET"},
	{"DC_SERVERS", "$HOME_NET"},
	{"DNP3_SERVER", "$HOME_NET"},
	{"DNP3_CLIENT", "$HOME_NET"},
	{"MODBUS_CLIENT", "$HOME_NET"},
	{"MODBUS_SERVER", "$HOME_NET"},
	{"ENIP_CLIENT", "$HOME_NET"},
	{"ENIP_SERVER", "$HOME_NET"},
	{"HTTP_PORTS", "80"},
	{"SHELLCODE_PORTS", "!80"},
	{"ORACLE_PORTS", "1521"},
	{"SSH_PORTS", "22"},
	{"SIP_PORTS", "[5060,5061]"},
	{"DNP3_PORTS", "20000"},
	{"MODBUS_PORTS", "502"},
	{"FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]"},
	{"FTP_PORTS", "21"},
	{"GENEVE_PORTS", "6081"},
	{"VXLAN_PORTS", "4789"},
	{"TEREDO_PORTS", "3544"},
};

struct vfw_rule_set *vfw_rule_set_new(void)
{
	struct vfw_rule_set *set = calloc(1, sizeof(*set));
	size_t i;

	for (i = 0; set && i < sizeof(defaults) / sizeof(*defaults); i++) {
		if (vfw_rule_vars_set(&set->vars, defaults[i][0], defaults[i][1])) {
			vfw_rule_set_free(set);
			return NULL;
		}
	}
	return set;
}

void vfw_rule_set_free(struct vfw_rule_set *set)
{
	size_t i;

	if (!set)
		return;
	for (i = 0; i < set->sigs.n_sigs; i++)
		free(set->meta[i].msg);
	for (i = 0; i < set->sigs.n_exprs; i++)
		free(set->exprs[i].regex);
	for (i = 0; i < set->n_names; i++)
		free(set->names[i]);
	for (i = 0; i < set->n_notes; i++)
		free(set->notes[i].text);
	for (i = 0; i < set->n_reasons; i++)
		free(set->reasons[i].keyword);
	free(set->sig);
	free(set->meta);
	free(set->steps);
	free(set->conds);
	free(set->range4);
	free(set->range6);
	free(set->ports);
	free(set->bytes);
	free(set->exprs);
	free(set->literals);
	free(set->views);
	free(set->names);
	free(set->notes);
	free(set->reasons);
	free(set->by_sid);
	vfw_rule_vars_free(&set->vars);
	free(set);
}

int vfw_rule_set_grow(void *array, size_t *room, size_t n, size_t size)
{
	void **at = array, *more;
	size_t wanted;

	if (n < *room)
		return 0;
	wanted = *room ? 2 * *room : 64;
	more = realloc(*at, wanted * size);
	if (!more)
		return -ENOMEM;
	*at = more;
	*room = wanted;
	return 0;
}

long vfw_rule_set_name(struct vfw_rule_set *set, const struct vfw_rule_text *name)
{
	size_t i;

	for (i = 0; i < set->n_names; i++)
		if (strlen(set->names[i]) == name->len &&
		    !memcmp(set->names[i], name->s, name->len))
			return (long)i;
	if (vfw_rule_set_grow(&set->names, &set->room_names, set->n_names, sizeof(*set->names)))
		return -ENOMEM;
	set->names[i] = strndup(name->s, name->len);
	if (!set->names[i])
		return -ENOMEM;
	set->n_names++;
	return (long)i;
}

static int note(struct vfw_rule_set *set, const struct vfw_rule_outcome *out)
{
	struct vfw_rule_note *n;
	size_t i;

	if (vfw_rule_set_grow(&set->notes, &set->room_notes, set->n_notes, sizeof(*n)))
		return -ENOMEM;
	n = &set->notes[set->n_notes];
	*n = (struct vfw_rule_note){.fate = out->fate,
				    .sid = out->sid,
				    .line = out->error.line,
				    .col = out->error.col,
				    .text = strdup(out->error.text),
				    .file = set->file,
				    .syntax = !strcmp(out->keyword, "syntax")};
	if (!n->text)
		return -ENOMEM;
	set->n_notes++;
	for (i = 0; i < set->n_reasons; i++)
		if (set->reasons[i].fate == out->fate &&
		    !strcmp(set->reasons[i].keyword, out->keyword))
			break;
	if (i == set->n_reasons) {
		if (vfw_rule_set_grow(&set->reasons, &set->room_reasons, set->n_reasons,
				      sizeof(*set->reasons)))
			return -ENOMEM;
		set->reasons[i] = (struct vfw_rule_reason){
			.keyword = strdup(out->keyword), .fate = out->fate, .sid = out->sid};
		if (!set->reasons[i].keyword)
			return -ENOMEM;
		set->n_reasons++;
	}
	set->reasons[i].n++;
	return 0;
}

static size_t sid_slot(const struct vfw_rule_set *set, const struct vfw_rule_meta *m)
{
	size_t at = (m->sid * 2654435761U ^ m->gid) & (set->slots - 1);

	while (set->by_sid[at]) {
		const struct vfw_rule_meta *other = &set->meta[set->by_sid[at] - 1];

		if (other->sid == m->sid && other->gid == m->gid)
			break;
		at = (at + 1) & (set->slots - 1);
	}
	return at;
}

/* Takes the newest signature into the index of sids; false: its sid is taken. */
static int index_sid(struct vfw_rule_set *set, bool *fresh)
{
	uint32_t newest = set->sigs.n_sigs - 1, i;
	size_t at;

	if (2 * (size_t)set->sigs.n_sigs >= set->slots) {
		size_t slots = set->slots ? 2 * set->slots : 256;
		uint32_t *more = calloc(slots, sizeof(*more));

		if (!more)
			return -ENOMEM;
		free(set->by_sid);
		set->by_sid = more;
		set->slots = slots;
		for (i = 0; i < newest; i++)
			set->by_sid[sid_slot(set, &set->meta[i])] = i + 1;
	}
	at = sid_slot(set, &set->meta[newest]);
	*fresh = !set->by_sid[at];
	if (*fresh)
		set->by_sid[at] = newest + 1;
	return 0;
}

/* A sid that is there already: the later rule is refused. */
static int refuse_twice(struct vfw_rule_set *set, const struct vfw_rule *rule,
			struct vfw_rule_outcome *out)
{
	bool fresh;
	int rc = index_sid(set, &fresh);

	if (rc || fresh)
		return rc;
	set->sigs.n_sigs--;
	free(set->meta[set->sigs.n_sigs].msg);
	out->fate = VFW_RULE_REFUSED;
	strcpy(out->keyword, "sid");
	vfw_rule_fail(&out->error, &rule->action, 0, "sid %u is there already", out->sid);
	return 0;
}

int vfw_rule_set_add(struct vfw_rule_set *set, const char *text, size_t len)
{
	struct vfw_rule_reader r = {.text = text, .len = len};
	struct vfw_rule *rule = malloc(sizeof(*rule));
	struct vfw_rule_outcome out;
	enum vfw_rule_read read;
	int rc = 0;

	if (!rule)
		return -ENOMEM;
	while (!rc && (read = vfw_rule_next(&r, rule, &out.error)) != VFW_RULE_READ_END) {
		if (read == VFW_RULE_READ_OK) {
			rc = vfw_rule_translate(set, rule, &out);
		} else {
			out.fate = VFW_RULE_REFUSED;
			out.sid = 0;
			strcpy(out.keyword, "syntax");
		}
		if (!rc && out.fate == VFW_RULE_LOADED)
			rc = refuse_twice(set, rule, &out);
		if (!rc && out.fate != VFW_RULE_LOADED)
			rc = note(set, &out);
		if (!rc)
			set->counts[out.fate]++;
	}
	free(rule);
	return rc;
}

/* --- order --- */

struct place {
	struct vfw_sig sig;
	struct vfw_rule_meta meta;
	uint32_t was;
};

static int action_order(enum vfw_rule_action a)
{
	static const int order[] = {[VFW_RULE_PASS] = 0,
				    [VFW_RULE_DROP] = 1,
				    [VFW_RULE_REJECT] = 2,
				    [VFW_RULE_ALERT] = 3};

	return order[a];
}

/* Flowbits, or flowints: 0: only changes them, 1: asks and changes, 2: asks, 3: has none. */
static int bits_order(const struct vfw_rule_meta *m, bool ints)
{
	bool asks = false, changes = false;
	uint32_t i;

	for (i = 0; i < m->n_bits; i++) {
		if (m->bits[i].track != VFW_SIG_TRACK_FLOW ||
		    vfw_rule_bit_is_int(m->bits[i].op) != ints)
			continue;
		if (vfw_rule_bit_asks(m->bits[i].op))
			asks = true;
		else
			changes = true;
	}
	return changes ? asks : asks ? 2 : 3;
}

/*
 * Xbits are the other way round: who asks comes first, and sees what stood before the packet. A rule that only changes
 * them stands where one without would.
 */
static int xbits_order(const struct vfw_rule_meta *m, bool pair)
{
	uint32_t i;

	for (i = 0; i < m->n_bits; i++)
		if (m->bits[i].track != VFW_SIG_TRACK_FLOW &&
		    (m->bits[i].track == VFW_SIG_TRACK_BOTH) == pair &&
		    vfw_rule_bit_asks(m->bits[i].op))
			return 0;
	return 1;
}

static int by_order(const void *x, const void *y)
{
	const struct place *a = x, *b = y;
	int d = action_order(a->meta.action) - action_order(b->meta.action);

	if (!d)
		d = bits_order(&a->meta, false) - bits_order(&b->meta, false);
	if (!d)
		d = bits_order(&a->meta, true) - bits_order(&b->meta, true);
	if (!d)
		d = xbits_order(&a->meta, false) - xbits_order(&b->meta, false);
	if (!d)
		d = xbits_order(&a->meta, true) - xbits_order(&b->meta, true);
	if (!d && a->meta.priority != b->meta.priority)
		d = a->meta.priority < b->meta.priority ? -1 : 1;
	if (!d && a->meta.sid != b->meta.sid)
		d = a->meta.sid < b->meta.sid ? -1 : 1;
	return d ? d : a->was < b->was ? -1 : 1;
}

static int sort_sigs(struct vfw_rule_set *set)
{
	struct place *v = calloc(set->sigs.n_sigs + 1, sizeof(*v));
	uint32_t i;

	if (!v)
		return -ENOMEM;
	for (i = 0; i < set->sigs.n_sigs; i++)
		v[i] = (struct place){set->sig[i], set->meta[i], i};
	qsort(v, set->sigs.n_sigs, sizeof(*v), by_order);
	for (i = 0; i < set->sigs.n_sigs; i++) {
		set->sig[i] = v[i].sig;
		set->meta[i] = v[i].meta;
	}
	free(v);
	/* the index names places that are others' now */
	free(set->by_sid);
	set->by_sid = NULL;
	set->slots = 0;
	return 0;
}

void vfw_rule_set_point(struct vfw_rule_set *set)
{
	set->sigs.sigs = set->sig;
	set->sigs.steps = set->steps;
	set->sigs.conds = set->conds;
	set->sigs.range4 = set->range4;
	set->sigs.range6 = set->range6;
	set->sigs.ports = set->ports;
	set->sigs.bytes = set->bytes;
}

int vfw_rule_set_finish(struct vfw_rule_set *set)
{
	uint32_t element;
	int rc = sort_sigs(set);

	if (rc)
		return rc;
	vfw_rule_set_point(set);
	return vfw_sig_check(&set->sigs, &element) ? -EINVAL : 0;
}
