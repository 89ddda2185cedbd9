# SPDX-License-Identifier: GPL-2.0
"""The oracle's worlds on a host with vfwd and the module: VMs by the inventory, the policy by apply, questions by explain."""
import json
import os
import socket
import sys
import time

from model import Vm


def mac_text(vm):
    return f'02:00:00:00:00:{vm.uuid[-2:]}'


def toml(vm):
    text = f'uuid = "{vm.uuid}"\nname = "{vm.name}"\nremote = {str(vm.remote).lower()}\n'
    text += f'tenant = "{vm.tenant}"\n' if vm.tenant else ''
    text += '[labels]\n' + ''.join(f'{k} = "{v}"\n' for k, v in vm.labels.items())
    return text + f'[[nics]]\nmac = "{mac_text(vm)}"\naddresses = [' + ', '.join(f'"{a}"' for a in vm.addresses) + ']\n'


class Vfwd:
    def __init__(self, path, inventory='/etc/vfw/vms.d'):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.connect(path)
        self.f = self.s.makefile('rb')
        self.inventory = inventory

    def call(self, *calls):
        """Sends them all, then reads all answers: a result each, or an error."""
        self.s.sendall(b''.join(json.dumps(dict(jsonrpc='2.0', id=i, method=m, params=p)).encode() + b'\n'
                                for i, (m, p) in enumerate(calls)))
        return [json.loads(self.f.readline()) for _ in calls]

    def begin(self, texts, vms):
        """None if the policy is in force, else why it is refused."""
        for f in set(os.listdir(self.inventory)) - {f'{vm.uuid}.toml' for vm in vms}:
            os.unlink(os.path.join(self.inventory, f))
        for vm in vms:
            path = os.path.join(self.inventory, f'.{vm.uuid}')
            with open(path, 'w') as f:
                f.write(toml(vm))
            os.rename(path, os.path.join(self.inventory, f'{vm.uuid}.toml'))
        self.wait(sorted([vm.uuid, vm.name, vm.tenant, vm.labels, vm.remote, False] for vm in vms))
        answer = self.call(('policy.apply', dict(files=[dict(name=f'{i}.vfw', text=t) for i, t in enumerate(texts)])))[0]
        if 'error' not in answer:
            return None
        first = answer['error'].get('data', {}).get('errors', [{}])[0]
        return f'line {first.get("line")}: {first.get("message")} ({answer["error"]["message"]})'

    def known(self):
        return sorted([vm['uuid'], vm['name'], vm.get('tenant'), vm['labels'], vm['remote'], vm['quarantined']]
                      for vm in self.call(('vm.list', {}))[0]['result']['vms'])

    def wait(self, wanted):
        """The daemon watches the inventory: until it has taken what stands there."""
        for _ in range(600):
            if self.known() == wanted:
                return
            time.sleep(0.02)
        sys.exit(f'the inventory was not taken in time: {self.known()}\ninstead of {wanted}')

    def end(self):
        pass

    def word(self, end):
        return end.uuid if isinstance(end, Vm) else str(end)

    def ask(self, s, d, key):
        kind, value = key
        params = {'from': self.word(s), 'to': self.word(d)}
        if kind == 'ether':
            params['ethertype'] = value
        elif kind in (1, 58):
            params |= dict(proto=kind, icmp_type=value >> 8, icmp_code=value & 255)
        else:
            params |= dict(proto=kind, dport=value)
        return 'explain', params

    def judge(self, packets, inventor):
        found = []
        for at in range(0, len(packets), 100):
            some = packets[at:at + 100]
            for answer in self.call(*(self.ask(s, d, key) for s, d, _, key, _ in some)):
                r = answer.get('result') or sys.exit(answer)
                found.append((r['verdict'], r['rule'], r['monitors']))
        return found

    def joined(self, a, b):
        return self.call(self.ask(a, b, ('ether', 0x0806)))[0]['result']['reason'] == 'neighbour'

    def counts(self):
        """By what was decided: packets of each rule and monitor, by label, and of each reason."""
        rules, status = self.call(('rule.list', {}), ('status', {}))
        return ({r['rule']: r['packets'] for r in rules['result']['rules']} |
                {'reason ' + r['reason']: r['packets'] for r in status['result']['reasons']})
