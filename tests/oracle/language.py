# SPDX-License-Identifier: GPL-2.0
"""The policy language read anew: sections 2 and 3 of docs/policy.md, from that page alone.

parse() turns the texts of a policy's files into a Policy. It knows what the oracle's worlds contain: no inspect,
limit, nic or profile. It is for texts that are right; on others it raises Wrong.
"""
import ipaddress
import re

TOKEN = re.compile(r'[ \t\r\n]+|#[^\n]*|(?P<atom>[A-Za-z0-9_.:/+\-*?@%]+)|"(?P<text>(?:[^"\\\n]|\\["\\])*)"|(?P<mark>[{}(),=])')

PROTO = dict(icmp=1, igmp=2, ipip=4, tcp=6, udp=17, dccp=33, ipv6=41, gre=47, esp=50, ah=51, icmp6=58, ospf=89,
             pim=103, vrrp=112, l2tp=115, sctp=132, udplite=136)
ICMP = {'echo-reply': 0, 'unreachable': 3, 'redirect': 5, 'echo-request': 8, 'time-exceeded': 11,
        'parameter-problem': 12, 'timestamp-request': 13, 'timestamp-reply': 14}
ICMP6 = {'unreachable': 1, 'packet-too-big': 2, 'time-exceeded': 3, 'parameter-problem': 4, 'echo-request': 128,
         'echo-reply': 129, 'mld-query': 130, 'mld-report': 131, 'mld-done': 132, 'mld2-report': 143}
LLC = 0
ETHERTYPE = {'llc': LLC, 'wol': 0x0842, 'rarp': 0x8035, 'mpls': 0x8847, 'pppoe-discovery': 0x8863,
             'pppoe-session': 0x8864, 'eapol': 0x888e, 'profinet': 0x8892, 'ethercat': 0x88a4, 'lldp': 0x88cc,
             'macsec': 0x88e5, 'ptp': 0x88f7, 'roce': 0x8915}
ETHER = 'ether'  # the class of frames that are no IP


class Wrong(Exception):
    pass


class Rule:
    """A rule or the default. From and to are lists of ends; None: not written (in the unmanaged block)."""

    def __init__(self, verdict, line, tenant=None):
        self.verdict, self.line, self.tenant = verdict, line, tenant
        self.source = self.to = None
        self.match = []  # of (class, first, last); empty: everything
        self.apps = set()  # names; empty: whatever it is
        self.until_known = False  # until-known block
        self.log = False
        self.label = ''


class Policy:
    def __init__(self):
        self.first, self.last, self.unmanaged = [], [], []
        self.tenants = {}  # name: rules
        self.sets = {None: {}}  # scope: {name: ('group', expression) or ('cidr', [network])}
        self.default = None

    def rules(self):
        for block in (self.first, *self.tenants.values(), self.unmanaged, self.last):
            yield from block


def tokens(text):
    at, line = 0, 1
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise Wrong(f'line {line}: {text[at:at + 10]!r}')
        if m['atom'] is not None:
            yield 'atom', m['atom'], line
        elif m['text'] is not None:
            yield 'text', re.sub(r'\\(.)', r'\1', m['text']), line
        elif m['mark']:
            yield 'mark', m['mark'], line
        line += m[0].count('\n')
        at = m.end()


class Reader:
    def __init__(self, text, policy):
        self.tokens = list(tokens(text)) + [('end', '', 0)]
        self.at = 0
        self.policy = policy

    def peek(self, word):
        kind, s, _ = self.tokens[self.at]
        return kind in ('atom', 'mark') and s == word

    def take(self, word):
        if not self.peek(word):
            return False
        self.at += 1
        return True

    def need(self, word):
        if not self.take(word):
            raise Wrong(f'expected {word!r}, found {self.tokens[self.at]}')

    def line(self):
        return self.tokens[self.at][2]

    def next(self, *kinds):
        kind, s, line = self.tokens[self.at]
        if kind not in kinds:
            raise Wrong(f'expected {kinds}, found {s!r} in line {line}')
        self.at += 1
        return s

    def atom(self):
        return self.next('atom')

    def listed(self, one):
        """One, or several in braces."""
        if not self.take('{'):
            return [one()]
        found = [one()]
        while self.take(','):
            found.append(one())
        self.need('}')
        return found

    # --- statements

    def statements(self):
        p = self.policy
        while self.tokens[self.at][0] != 'end':
            if self.take('first'):
                self.block(p.first, None)
            elif self.take('last'):
                self.block(p.last, None)
            elif self.take('unmanaged'):
                self.block(p.unmanaged, None)
            elif self.take('tenant'):
                name = self.atom()
                p.sets.setdefault(name, {})
                self.block(p.tenants.setdefault(name, []), name)
            elif self.peek('default'):
                self.default()
            elif not self.definition(None):
                raise Wrong(f'no statement: {self.tokens[self.at]}')

    def default(self):
        if self.policy.default:
            raise Wrong('two defaults')
        line = self.line()
        self.need('default')
        rule = Rule(self.atom(), line)
        if rule.verdict not in ('block', 'pass', 'monitor'):
            raise Wrong('default ' + rule.verdict)
        self.tail_log(rule)
        rule.label = 'default'
        self.policy.default = rule

    def block(self, rules, tenant):
        self.need('{')
        while not self.take('}'):
            if tenant is None or not self.definition(tenant):
                rules.append(self.rule(tenant, rules is self.policy.unmanaged))

    def definition(self, scope):
        if self.take('group'):
            name, what = self.atom(), 'group'
            self.need('=')
            value = self.either()
        elif self.take('cidr'):
            name, what = self.atom(), 'cidr'
            self.need('=')
            value = self.listed(lambda: ipaddress.ip_network(self.atom()))
        else:
            return False
        if name in self.policy.sets[scope]:
            raise Wrong(f'{name} twice')
        self.policy.sets[scope][name] = what, value
        return True

    # --- expressions of groups, as functions of a VM

    def either(self):
        terms = [self.both()]
        while self.take('or'):
            terms.append(self.both())
        return lambda vm: any(t(vm) for t in terms)

    def both(self):
        terms = [self.term()]
        while self.take('and'):
            terms.append(self.term())
        return lambda vm: all(t(vm) for t in terms)

    def term(self):
        if self.take('('):
            inner = self.either()
            self.need(')')
            return inner
        if self.take('label'):
            key = self.atom()
            self.need('=')
            value = self.next('atom', 'text')
            return lambda vm: vm.labels.get(key) == value
        if self.take('vm'):
            found = pattern(self.next('atom', 'text'))
            return lambda vm: bool(found(vm.name))
        self.need('uuid')
        uuid = self.atom().lower()
        return lambda vm: vm.uuid == uuid

    # --- rules

    def rule(self, tenant, unmanaged):
        line = self.line()
        rule = Rule(self.atom(), line, tenant)
        if rule.verdict not in ('pass', 'block', 'reject', 'monitor'):
            raise Wrong(f'{rule.verdict} is no verdict')
        if self.take('from'):
            rule.source = self.listed(self.end)
        if (rule.source is None or not unmanaged) and self.take('to'):
            rule.to = self.listed(self.end)
        if (rule.source is None or rule.to is None) != unmanaged or not (rule.source or rule.to):
            raise Wrong(f'line {line}: ends')
        self.protocol(rule)
        if self.take('app'):
            rule.apps = set(self.listed(self.atom))
            if self.take('until-known'):
                self.need('block')
                rule.until_known = True
            if rule.match and not all(c in (PROTO['tcp'], PROTO['udp']) for c, _, _ in rule.match):
                raise Wrong(f'line {line}: no app is spoken over that')
        self.tail_log(rule)
        return rule

    def tail_log(self, rule):
        rule.log = self.take('log')
        if rule.log and self.tokens[self.at][0] == 'text':
            self.at += 1

    def end(self):
        for word in ('any', 'host', 'external', 'unmanaged'):
            if self.take(word):
                return (word,)
        if self.take('tenant'):
            return 'tenant', self.atom()
        if self.take('vm'):
            return 'vm', self.next('atom', 'text')
        if self.take('uuid'):
            return 'uuid', self.atom().lower()
        scope, dot, name = self.atom().rpartition('.')
        return ('of', scope, name) if dot else ('name', name)

    def protocol(self, rule):
        for word in ('tcp', 'udp', 'sctp'):
            if self.take(word):
                rule.match = [(PROTO[word], *r) for r in
                              (self.listed(self.range) if self.take('port') else [(0, 65535)])]
                return
        for word, names in (('icmp', ICMP), ('icmp6', ICMP6)):
            if self.take(word):
                rule.match = [(PROTO[word], *r) for r in self.types(names)]
                return
        if self.take('proto'):
            rule.match = [(self.number(PROTO), 0, 65535)]
        elif self.take('ethertype'):
            number = self.number(ETHERTYPE)
            rule.match = [(ETHER, number, number)]

    def types(self, names):
        if not self.take('type'):
            return [(0, 65535)]
        types = self.listed(lambda: self.number(names))
        if self.take('code'):
            return [(types[0] << 8 | c, types[0] << 8 | c) for c in self.listed(lambda: self.number({}))]
        return [(t << 8, t << 8 | 255) for t in types]

    def number(self, names):
        s = self.atom()
        return names[s] if s in names else number(s)

    def range(self):
        first, dash, last = self.atom().partition('-')
        return number(first), number(last if dash else first)


def number(s):
    return int(s, 16) if s.startswith('0x') else int(s, 10)


def pattern(s):
    """Compares with the whole name; case counts."""
    words = {'*': '.*', '?': '.'}
    return re.compile(''.join(words.get(c) or re.escape(c) for c in s), re.DOTALL).fullmatch


def label(name, rules):
    for n, rule in enumerate(rules, 1):
        rule.label = f'{name}:{n}'


def parse(texts):
    """The policy of these texts, in this order. Files stand one behind the other, but no statement spans them."""
    p = Policy()
    for text in texts:
        Reader(text, p).statements()
    label('first', p.first)
    label('last', p.last)
    label('unmanaged', p.unmanaged)
    for name, rules in p.tenants.items():
        label(name, rules)
    return p
