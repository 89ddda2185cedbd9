# SPDX-License-Identifier: GPL-2.0
"""Random policies as people might write them, the VMs they speak of, and packets between those."""
import ipaddress
import random
import struct

from language import ETHERTYPE, ICMP, ICMP6, LLC
from model import HOST, UNMANAGED, Vm

NETS4 = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.128/25', '10.1.2.130', '10.1.2.130/31',
         '255.255.255.255', '128.0.0.0/1', '10.1.3.0/24', '192.0.2.0/24']
NETS6 = ['::/0', '2001:db8::/32', '2001:db8:1::/48', '2001:DB8:1::5', 'feff:ffff:ffff:ffff::/64', '::/1', '2001:db8:1::4/127']
PROBES4 = ['1.0.0.0', '9.255.255.255', '10.1.1.255', '10.1.2.0', '10.1.2.129', '10.1.2.130', '10.1.2.131', '10.1.3.0',
           '126.255.255.255', '192.0.2.77', '223.255.255.255']
PROBES6 = ['2001:db8::1', '2001:db8:1::4', '2001:db8:1::5', '2001:db8:1::6', '2001:db9::', '7fff::1', '8000::1',
           'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']
REMOTE = ['10.1.2.130', '10.1.2.128/25', '10.1.0.0/16', '192.0.2.77', '2001:db8:1::/48', '2001:db8:1::5', '9.255.255.255']
TENANTS = ['shop', 'lab', 'tcp', 'Shop']  # a keyword may be a name, and case counts
GROUPS = ['web', 'db', 'port', 'log']
CIDRS = ['office', 'type']
APPS = ['http', 'ssh', 'dns', 'tls', 'app']
PORTS = [0, 1, 22, 80, 81, 443, 8080, 65534, 65535]
ICMP_TYPES = list(ICMP.values()) + [9, 255]
ICMP6_TYPES = list(ICMP6.values()) + [127, 138, 255]
ETHERTYPES = [t for t in ETHERTYPE.values() if t != LLC] + [0x88b5, 0xffff]
# Without those that have ports of their own or are parsed as something else.
PROTOS = [2, 4, 41, 46, 47, 50, 89, 103, 112, 115, 253, 255]


class Inventor:
    def __init__(self, seed, apps=True):
        self.r = random.Random(seed)
        self.apps = APPS if apps else []
        self.sides = {}

    def pick(self, *choices):
        return self.r.choice(choices)

    def chance(self, n):
        return self.r.randrange(n) == 0

    # --- VMs

    def vms(self, places=None):
        """places: the addresses of each VM of this host, which is all that are on it; None: any number, without."""
        found = []
        for i in range(len(places) + self.r.randrange(6) if places else self.r.randrange(2, 13)):
            vm = Vm(f'00000000-0000-4000-8000-0000000000{i:02x}', self.pick('web', 'db', 'Web', 'a.b+c') + str(i))
            vm.tenant = self.pick(None, *TENANTS)
            vm.labels = {k: self.pick('web', 'db', 'x y') for k in ('tier', 'env') if self.chance(2)}
            vm.remote = i >= len(places) if places else self.chance(3)
            if vm.remote:
                vm.addresses = [ipaddress.ip_network(a) for a in self.r.sample(REMOTE, self.r.randrange(3))]
            elif places:
                vm.addresses = places[i]
            found.append(vm)
        return found

    # --- policy

    def policy(self, vms):
        """The texts of its files."""
        self.vm_list = vms
        self.sets = {s: {} for s in [None] + TENANTS}
        for s in self.sets:
            for g in GROUPS:
                if self.chance(2):
                    self.sets[s][g] = f'group {g} = {self.terms(2)}'
            for c in CIDRS:
                if self.chance(3):
                    nets = self.r.sample(NETS4 + NETS6, self.r.randrange(1, 4))
                    self.sets[s][c] = f'cidr {c} = ' + (nets[0] if len(nets) == 1 else '{ ' + ', '.join(nets) + ' }')
        parts = list(self.sets[None].values())
        todo = {s: list(d.values()) for s, d in self.sets.items() if s}
        for part in range(self.r.randrange(1, 3)):
            for block in ('first', 'unmanaged', 'last'):
                if self.chance(2):
                    parts.append(self.block(block, [self.rule(None, block == 'unmanaged') for _ in range(self.r.randrange(9))]))
            for t in TENANTS:
                if self.chance(3):
                    continue
                parts.append(self.block('tenant ' + t, todo.pop(t, []) + [self.rule(t) for _ in range(self.r.randrange(9))]))
        for t, items in todo.items():
            parts.append(self.block('tenant ' + t, items))
        if not self.chance(4):
            parts.append('default ' + self.pick('block', 'pass', 'monitor') + self.log())
        self.r.shuffle(parts)
        cut = self.r.randrange(len(parts) + 1)
        return [self.spaced(p) for p in (parts[:cut], parts[cut:])]

    def spaced(self, parts):
        return ''.join(p + self.pick('\n', '\r\n', ' ', '\n\n# pass from any to any {\n') for p in parts) + '\n'

    def block(self, head, items):
        """Some rules in a line together, most on one each."""
        self.r.shuffle(items)
        return head + ' {' + ''.join(self.pick('\n\t', '\n', ' ', ' # no }\n') + i for i in items) + '\n}'

    def terms(self, depth):
        n = self.r.randrange(1, 4)
        return self.pick(' or ', ' and ', ' or ').join(self.term(depth) for _ in range(n))

    def term(self, depth):
        what = self.r.randrange(5 if depth else 4)
        if what == 0:
            return 'vm ' + self.pattern()
        if what == 1:
            return 'uuid ' + self.uuid()
        if what == 4:
            return '(' + self.terms(depth - 1) + ')'
        return f'label {self.pick("tier", "env")} = ' + self.pick('web', '"db"', '"x y"', 'nothing')

    def pattern(self):
        name = self.r.choice(self.vm_list).name
        return self.pick(name, f'"{name}"', '*', '"web*"', '"?e?*"', '"*1"', 'W*', '"*.b+c*"')

    def uuid(self):
        return self.pick(str.lower, str.upper)(self.r.choice(self.vm_list).uuid)

    def end(self, scope):
        what = self.r.randrange(13)
        if what < 4:
            return ('any', 'host', 'external', 'unmanaged')[what]
        if what == 4:
            return 'tenant ' + self.pick('nobody', *TENANTS)
        if what == 5:
            return 'vm ' + self.pattern()
        if what == 6:
            return 'uuid ' + self.uuid()
        if what == 7:
            t = self.r.choice(TENANTS)
            if self.sets[t]:
                return t + '.' + self.r.choice(list(self.sets[t]))
        names = [*self.sets[scope], *self.sets[None]]
        return self.r.choice(names) if names else 'any'

    def ends(self, scope, own):
        found = [self.end(scope) for _ in range(self.r.randrange(1, 4) if self.chance(4) else 1)]
        if own:
            groups = [g for g in self.sets[scope] if g in GROUPS]
            found[-1] = self.r.choice(groups) if groups and self.chance(2) else self.pick('any', 'vm *')
        return found[0] if len(found) == 1 else '{ ' + ', '.join(found) + ' }'

    def rule(self, tenant, unmanaged=False):
        text = self.pick('pass', 'pass', 'pass', 'block', 'reject', 'monitor')
        own = tenant and not self.chance(200)  # or a rule that is wrong for certain, now and then
        which = self.pick('from', 'to')
        if not unmanaged or which == 'from':
            text += ' from ' + self.ends(tenant, own and which == 'from')
        if not unmanaged or which == 'to':
            text += ' to ' + self.ends(tenant, own and which == 'to')
        protocol = self.protocol()
        # now and then a rule that is wrong for certain
        if self.apps and self.chance(3) and (not protocol or protocol[1:4] in ('tcp', 'udp') or self.chance(300)):
            protocol += self.about()
        return text + protocol + self.log()

    def about(self):
        some = self.r.sample(self.apps, self.pick(1, 1, 2, 3))
        return ' app ' + (some[0] if len(some) == 1 else '{ ' + ', '.join(some) + ' }') + self.pick('', '', '', ' until-known block')

    def log(self):
        return self.pick('', '', '', ' log', ' log "to \\"any\\" }"')

    def protocol(self):
        what = self.r.randrange(12)
        if what < 2:
            return ''
        if what < 8:
            return ' ' + self.pick('tcp', 'tcp', 'udp', 'sctp') + self.pick('', self.ports(), self.ports(), self.ports())
        if what == 8:
            return ' icmp' + self.types(ICMP, ICMP_TYPES)
        if what == 9:
            return ' icmp6' + self.types(ICMP6, ICMP6_TYPES)
        if what == 10:
            return ' proto ' + self.pick('gre', 'tcp', 'udp', 'esp', 'icmp', 'icmp6', '0x2f', *map(str, PROTOS))
        return ' ethertype ' + self.pick('lldp', 'llc', 'ptp', *(hex(t) for t in ETHERTYPES))

    def ports(self):
        found = []
        for _ in range(self.r.randrange(1, 4)):
            first = self.r.choice(PORTS)
            found.append(self.pick(str(first), hex(first), f'{first}-{min(65535, first + self.pick(0, 1, 2, 9000))}'))
        return ' port ' + (found[0] if len(found) == 1 and self.chance(2) else '{' + ','.join(found) + '}')

    def types(self, names, numbers):
        known = [self.r.choice([*names, *map(str, numbers)]) for _ in range(self.r.randrange(1, 4))]
        if self.chance(3):
            return ''
        if len(known) == 1:
            return ' type ' + known[0] + self.pick('', ' code 0', ' code { 1, 0x04 }', ' code 255')
        return ' type { ' + ', '.join(known) + ' }'

    # --- packets

    def ends_of(self, vms):
        return [*[v for v in vms if not v.remote], HOST, UNMANAGED, *map(ipaddress.ip_address, PROBES4 + PROBES6)]

    def key(self, version, match):
        """What a packet is about; at the edges of what a rule matches, if it is given. version 0: no IP."""
        if match and match[0] in {0: ('ether',), 4: (1, 6, 17, 132), 6: (58, 6, 17, 132)}[version]:
            proto, first, last = match
            return proto, min(65535, max(0, self.pick(first - 1, first, first, last, last, last + 1)))
        if version == 0:
            return 'ether', self.r.choice(ETHERTYPES + [LLC])
        what = self.r.randrange(8)
        if what < 5:
            return self.pick(6, 6, 17, 132), self.pick(self.r.choice(PORTS), self.r.randrange(65536))
        if what < 7:
            proto, types = (1, ICMP_TYPES) if version == 4 else (58, ICMP6_TYPES)
            return proto, self.r.choice(types) << 8 | self.pick(0, 0, 1, 4, 255)
        return self.r.choice(PROTOS), 0

    def packet(self, ends, world, rules):
        """Two ends and a key, of one IP version; most of them are such that some rule speaks of them."""
        while True:
            rule = self.r.choice(rules) if rules and not self.chance(4) else None
            s, d = (self.r.choice(self.side(ends, world, rule, which)) for which in ('source', 'to'))
            versions = {e.version for e in (s, d) if hasattr(e, 'version')} or {self.pick(4, 6, 4, 6, 0)}
            if len(versions) == 1:
                version = versions.pop()
                key = self.key(version, self.r.choice(rule.match) if rule and rule.match else None)
                if self.possible(version, *key):
                    return s, d, version, key, self.pick('unknown', 'none', *self.apps)

    def side(self, ends, world, rule, which):
        """The ends that a rule matches, all of them if it matches none."""
        if not rule:
            return ends
        if (rule, which) not in self.sides:
            self.sides[rule, which] = [e for e in ends if world.side(rule, which, world.at(e))] or ends
        return self.sides[rule, which]

    def possible(self, version, kind, value):
        """Is it a frame that policy is asked about?"""
        if kind == 'ether':
            return value in ETHERTYPES + [LLC]
        return kind != 58 or not 133 <= value >> 8 <= 137

    def frame(self, s, d, version, key):
        """The bytes of a frame that opens this conversation, headers of many kinds before what counts."""
        head = b'\x02\0\0\0\0\x02' b'\x02\0\0\0\0\x01'
        if self.chance(4):
            head += b'\x81\0\0\x05'
        if version == 0:
            return head + self.other(key[1])
        src = s.packed if hasattr(s, 'packed') else (b'\x0a\xc8\0\x01' if version == 4 else b'\xfd' + 15 * b'\x01')
        dst = d.packed if hasattr(d, 'packed') else (b'\x0a\xc8\0\x02' if version == 4 else b'\xfd' + 15 * b'\x02')
        return head + self.ip(src, dst, version, key)

    def other(self, kind, mark=0):
        """What stands behind the MACs of a frame that is no IP; its end tells it from others."""
        body = b'\xaa' * 52 + struct.pack('>Q', mark)
        return struct.pack('>H', len(body)) + b'\x42\x42\x03' + body[3:] if kind == LLC else struct.pack('>H', kind) + body

    def ip(self, src, dst, version, key):
        """What stands behind the MACs of a frame of IP."""
        proto, body = key[0], self.transport(key, self.quoted(src, dst, version))
        if version == 4:
            options = self.pick(b'', b'', b'\x01' * 4, b'\x94\x04\0\0')
            return (b'\x08\0' + struct.pack('>BBHHHBBH', 0x45 + len(options) // 4, 0, 20 + len(options) + len(body),
                                            1, 0x4000, 64, proto, 0) + src + dst + options + body)
        chain, first = b'', proto
        for kind in (60, 0):  # destination options; hop by hop comes first of all
            if self.chance(5):
                chain, first = bytes([first, 0, 1, 4, 0, 0, 0, 0]) + chain, kind
        return b'\x86\xdd' + struct.pack('>IHBB', 6 << 28, len(chain) + len(body), first, 64) + src + dst + chain + body

    def quoted(self, src, dst, version):
        """A datagram that dst sent to src: what an ICMP error of src may quote."""
        udp = struct.pack('>HHHH', 9, 40000, 8, 0)
        if version == 4:
            return struct.pack('>BBHHHBBH', 0x45, 0, 28, 1, 0, 64, 17, 0) + dst + src + udp
        return struct.pack('>IHBB', 6 << 28, 8, 17, 64) + dst + src + udp

    def transport(self, key, quoted):
        proto, value = key
        more = bytes(self.r.randrange(20))
        if proto == 6:
            return struct.pack('>HHIIHHHH', 40000, value, 1, 0, 0x5002, 1000, 0, 0) + more
        if proto == 17:
            return struct.pack('>HHHH', 40000, value, 8 + len(more), 0) + more
        if proto == 132:
            return struct.pack('>HHII', 40000, value, 0, 0) + b'\x01\0\0\x14' + bytes(16)
        if proto in (1, 58):
            return struct.pack('>BBHHH', value >> 8, value & 255, 0, 7, 1) + quoted
        return bytes(40)
