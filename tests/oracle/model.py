# SPDX-License-Identifier: GPL-2.0
"""What a policy means: sections 4 to 6 of docs/policy.md read aloud, rule after rule. Slow and plain.

Ends of a conversation are Vm objects, HOST, UNMANAGED, or addresses of the module ipaddress. A key is (class, value):
IP protocol and destination port, ICMP type and code, 0; or (ETHER, ethertype).
"""
from dataclasses import dataclass, field

from language import ETHER, PROTO, Wrong, pattern

HOST, UNMANAGED = 'host', 'unmanaged'
SPOKEN = PROTO['tcp'], PROTO['udp']


@dataclass(eq=False)
class Vm:
    uuid: str
    name: str
    tenant: str = None
    labels: dict = field(default_factory=dict)
    remote: bool = False
    addresses: list = field(default_factory=list)  # of ipaddress networks


@dataclass
class Answer:
    verdict: str
    label: str  # of the rule that decided
    monitors: list  # labels, in the order they counted
    rule: object = None


def tenant_of(end):
    return end.tenant if isinstance(end, Vm) else None


def is_address(end):
    return not isinstance(end, (Vm, str))


class World:
    """A policy among VMs."""

    def __init__(self, policy, vms):
        self.policy, self.vms = policy, vms
        self.known = {}  # (rule, side, end): does it match? Only so that a million answers end some day.
        self.found = {}  # address: who is there, likewise
        self.apps = sorted({a for r in policy.rules() for a in r.apps}) + [None]
        self.app = None  # what the conversation is, while one is judged
        self.held = False  # a rule that decided for some app lets nothing pass until it is known
        self.check()

    # --- who: section 4

    def look_up(self, name, scope):
        if scope is not None and name in self.policy.sets.get(scope, {}):
            return scope, self.policy.sets[scope][name]
        if name in self.policy.sets[None]:
            return None, self.policy.sets[None][name]
        raise Wrong(f'no {name}')

    def in_set(self, end, scope, found):
        kind, value = found
        if kind == 'group':
            return isinstance(end, Vm) and (scope is None or end.tenant == scope) and value(end)
        return is_address(end) and self.longest(end, scope) in value

    def longest(self, address, scope):
        """The longest prefix of all sets of the scope that contains the address."""
        holding = [n for kind, nets in self.policy.sets[scope].values() if kind == 'cidr' for n in nets
                   if n.version == address.version and address in n]
        return max(holding, key=lambda n: n.prefixlen, default=None)

    def is_end(self, end, written, tenant):
        word = written[0]
        own = isinstance(end, Vm) and (tenant is None or end.tenant == tenant)
        if word == 'any':
            return isinstance(end, Vm) or is_address(end)
        if word in ('host', 'unmanaged'):
            return end == word
        if word == 'external':
            return is_address(end)
        if word == 'tenant':
            return tenant_of(end) == written[1]
        if word == 'vm':
            return own and bool(pattern(written[1])(end.name))
        if word == 'uuid':
            return own and end.uuid == written[1]
        if word == 'of':
            if written[2] not in self.policy.sets.get(written[1], {}):
                raise Wrong(f'no {written[1]}.{written[2]}')
            return self.in_set(end, written[1], self.policy.sets[written[1]][written[2]])
        return self.in_set(end, *self.look_up(written[1], tenant))

    def who(self, address):
        """Who is at an address that is neither the host's nor a local VM's?"""
        claims = [(n.prefixlen, vm) for vm in self.vms if vm.remote for n in vm.addresses
                  if n.version == address.version and address in n]
        if not claims:
            return address
        best = max(claims, key=lambda c: c[0])[0]
        first, *others = [vm for length, vm in claims if length == best]
        return first if all(self.groups(first) == self.groups(vm) for vm in others) else UNMANAGED

    def at(self, end):
        """Who is meant by an end that may be an address?"""
        if not is_address(end):
            return end
        if end not in self.found:
            self.found[end] = self.who(end)
        return self.found[end]

    def groups(self, vm):
        """All that a rule can tell VMs apart by: the tenant, named groups, and the VMs that rules name."""
        member = [tenant_of(vm)]
        for scope, sets in self.policy.sets.items():
            member += [self.in_set(vm, scope, s) for s in sets.values()]
        for rule in self.policy.rules():
            member += [self.is_end(vm, e, rule.tenant) for e in (rule.source or []) + (rule.to or [])]
        return member

    def check(self):
        """Section 7: a rule of a tenant must be able to speak of the tenant. Raises Wrong."""
        for rule in self.policy.rules():
            if rule.tenant and not any(self.can_be(e, rule.tenant) for e in rule.source + rule.to):
                raise Wrong(f'line {rule.line}: neither end')

    def can_be(self, written, tenant):
        word = written[0]
        if word == 'of':
            return written[1] == tenant and self.policy.sets[tenant][written[2]][0] == 'group'
        if word == 'name':
            return self.look_up(written[1], tenant)[1][0] == 'group'
        return word in ('any', 'vm', 'uuid') or written == ('tenant', tenant)

    # --- evaluation: section 6

    def side(self, rule, which, end):
        key = rule, which, end
        if key not in self.known:
            written = getattr(rule, which)
            self.known[key] = (end == UNMANAGED if written is None
                               else any(self.is_end(end, w, rule.tenant) for w in written))
        return self.known[key]

    def ask(self, rules, s, d, key, monitors):
        for rule in rules:
            if not self.side(rule, 'source', s) or not self.side(rule, 'to', d):
                continue
            if rule.apps and (key[0] not in SPOKEN or self.app not in rule.apps):
                continue
            if rule.match and not any(c == key[0] and a <= key[1] <= b for c, a, b in rule.match):
                continue
            if rule.verdict != 'monitor':
                self.held |= rule.until_known
                return rule
            monitors.append(rule.label)
        return None

    def ask_tenants(self, s, d, key, monitors):
        ts, td = tenant_of(s), tenant_of(d)
        if ts is None and td is None:
            return None
        rules = self.policy.tenants
        if ts is None or td is None or ts == td:
            return self.ask(rules.get(ts or td, []), s, d, key, monitors)
        of_s = self.ask(rules.get(ts, []), s, d, key, monitors)
        if of_s and of_s.verdict != 'pass':
            return of_s
        of_d = self.ask(rules.get(td, []), s, d, key, monitors)
        if of_d and of_d.verdict != 'pass':
            return of_d
        if not of_s or not of_d:
            return None
        return of_d if of_d.log and not of_s.log else of_s

    def depends(self, s, d, key):
        """What becomes of a conversation for each app that a rule is about, and for all others (None)."""
        self.held = False
        answers = {app: self.judge(s, d, key, app) for app in self.apps}
        words = {(a.verdict, a.label, *a.monitors) for a in answers.values()}
        # where none of them passes nothing is ever said by which it could be known
        if len(words) == 1 or not any(a.verdict == 'pass' for a in answers.values()):
            return {None: answers[None]}
        return answers

    def judge(self, s, d, key, app=None):
        """What becomes of a conversation of an app that s opens to d."""
        self.app = app
        p, monitors = self.policy, []
        unmanaged = UNMANAGED in (s, d)
        rule = (self.ask(p.first, s, d, key, monitors) or self.ask_tenants(s, d, key, monitors) or
                (self.ask(p.unmanaged, s, d, key, monitors) if unmanaged else None) or
                self.ask(p.last, s, d, key, monitors))
        if rule:
            return Answer(rule.verdict, rule.label, monitors, rule)
        if not p.default:
            return Answer('block', 'default', monitors)
        if p.default.verdict == 'monitor':
            return Answer('pass', 'default', monitors + ['default'])
        if p.default.verdict == 'pass' and unmanaged:
            return Answer('block', 'unmanaged:default', monitors)
        return Answer(p.default.verdict, 'default', monitors, p.default)

    # --- ARP and neighbour discovery: section 5

    def joined(self, a, b):
        """Is there anything that one of the two may say to the other, or be told no?"""
        for key in self.keys():
            for s, d in ((a, b), (b, a)):
                for answer in self.depends(s, d, key).values():
                    if answer.verdict != 'block' or answer.monitors:
                        return True
        return False

    def keys(self):
        """A key for each way in which the policy's rules can tell keys apart."""
        edges = {(p, 0) for p in PROTO.values()} | {(253, 0), (ETHER, 0x1234)}
        for rule in self.policy.rules():
            for c, first, last in rule.match:
                edges.add((c, first))
                if last < 65535:
                    edges.add((c, last + 1))
        return sorted(edges, key=str)
