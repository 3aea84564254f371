"""A network namespace for each node, joined by a bridge: two nodes can be cut off from each other while
clients on this machine still reach both. Needs root.

The host is .1 of a network that belongs to the cluster, node N is .(10 + N). Node 0 is no broker: a client that
runs there can be cut off from some of them. All of it goes with the cluster.
"""
import os
import subprocess

from faults import Fault
from jars import run

networks = range(1, 250)
guest = 0
command_seconds_max = 30


def ip(*arguments):
    """Runs `ip`."""
    return run(["ip", *map(str, arguments)], command_seconds_max, "ip " + " ".join(map(str, arguments)))


class Network:
    """The network of number `number`."""

    def __init__(self, number, nodes):
        self.bridge = f"kafka{number}"
        self.prefix = f"10.89.{number}"
        self.nodes = [guest, *nodes]

    @staticmethod
    def claim():
        """The number of a network that no other cluster of this machine uses. Its bridge is made, so that none that
        comes up at the same time takes it."""
        if os.geteuid() != 0:
            raise Fault("--network needs root: namespaces are made")
        taken = ip("-br", "address") + ip("route")
        refused = ""
        for number in networks:
            if f"10.89.{number}." in taken or f"kafka{number} " in taken:
                continue
            made = subprocess.run(["ip", "link", "add", f"kafka{number}", "type", "bridge"], capture_output=True, text=True,
                                  check=False)
            if made.returncode == 0:
                return number
            refused = f": {made.stderr.strip()}"
        raise Fault(f"no network of 10.89.N.0/24 is free{refused}")

    def address(self, node):
        """Where the node is found, by the others and by clients."""
        return f"{self.prefix}.{10 + node}"

    def namespace(self, node):
        """Its name, as `ip netns` knows it."""
        return f"{self.bridge}-{node}"

    def enter(self, node):
        """What a command begins with to run in the node's namespace."""
        return ["ip", "netns", "exec", self.namespace(node)]

    def up(self):
        """Makes it unless it is there, the bridge of which is the last to be up."""
        found = subprocess.run(["ip", "link", "show", self.bridge], capture_output=True, text=True, check=False)
        if ",UP" in found.stdout:
            return
        try:
            if found.returncode != 0:
                ip("link", "add", self.bridge, "type", "bridge")
            ip("address", "replace", f"{self.prefix}.1/24", "dev", self.bridge)
            for node in self.nodes:
                space, host_end = self.namespace(node), self.namespace(node)
                ip("netns", "add", space)
                ip("link", "add", host_end, "type", "veth", "peer", "name", "eth0", "netns", space)
                ip("link", "set", host_end, "master", self.bridge, "up")
                ip("-n", space, "address", "add", f"{self.address(node)}/24", "dev", "eth0")
                ip("-n", space, "link", "set", "eth0", "up")
                ip("-n", space, "link", "set", "lo", "up")
            ip("link", "set", self.bridge, "up")
        except BaseException:
            self.down()
            raise

    def down(self):
        """Removes what is there of it."""
        for node in self.nodes:
            for command in (["ip", "link", "delete", self.namespace(node)], ["ip", "netns", "delete", self.namespace(node)]):
                subprocess.run(command, capture_output=True, check=False)
        subprocess.run(["ip", "link", "delete", self.bridge], capture_output=True, check=False)

    def nft(self, node, text):
        """Runs nftables commands in the node's namespace."""
        run([*self.enter(node), "nft", text], command_seconds_max, "nft")

    def cut(self, one, other):
        """From now on nothing that these two send each other arrives."""
        for here, there in ((one, other), (other, one)):
            self.nft(here, "add table ip cut; add chain ip cut arriving { type filter hook input priority 0; }; "
                           f"add rule ip cut arriving ip saddr {self.address(there)} drop")

    def heal(self):
        """Everybody hears everybody again."""
        for node in self.nodes:
            self.nft(node, "add table ip cut; delete table ip cut")
