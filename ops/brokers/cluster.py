"""A Kafka cluster of combined broker and controller nodes, kept in a folder of its own.

FOLDER/cluster.json   what the cluster is, written once
FOLDER/bootstrap      what clients are told: HOST:PORT,...
FOLDER/tls, password  see security.py
FOLDER/nodeN/         server.properties, data/, log, pid
"""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import time

import security
import wire
from faults import Fault, say
from jars import Kafka, random_id
from network import Network
from ports import free_ports
from processes import PidFile, is_stopped

brokers_max = 5
start_seconds_max = 120  # A Java machine on a busy core takes many times the usual 3 s.
stop_seconds_max = 20
controller_seconds_max = 60
known_seconds_max = 60
answer_seconds_max = 1.0
elect_seconds_max = 30.0

# For tests that hurt brokers and wait for what comes of it. Kafka's own times, three to six times as long,
# do not take a busy machine's brokers for lost ones.
hasty_settings = {
    # How long a lost broker is missed: it loses its leaderships after this silence.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    # How long a replica that no longer follows holds up every write (acks=all).
    "replica.lag.time.max.ms": 5000,
    # How long a leader waits for a controller that was cut off before it asks the next one to let a copy
    # count again.
    "controller.socket.timeout.ms": 5000,
}


class Node:
    """One broker, which is a controller too."""

    def __init__(self, folder, facts):
        self.id = facts["id"]
        self.address = facts["address"]
        self.clients, self.internal, self.controllers = facts["ports"]
        self.folder = folder / f"node{self.id}"
        self.properties = self.folder / "server.properties"
        self.log = self.folder / "log"
        self.process = PidFile(self.folder / "pid")

    def state(self):
        """running, paused or stopped."""
        pid = self.process.pid()
        if pid is None:
            return "stopped"
        return "paused" if is_stopped(pid) else "running"

    def text_since(self, size):
        """What the node has logged since its log had this size."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            file.seek(size)
            return file.read()


class Cluster:
    """The cluster in a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        try:
            self.facts = json.loads((self.folder / "cluster.json").read_text())
        except FileNotFoundError:
            raise Fault(f"there is no cluster in {self.folder}: ops/kafka up --folder {self.folder}") from None
        self.nodes = [Node(self.folder, facts) for facts in self.facts["nodes"]]
        self.kafka = Kafka(self.facts["version"])
        self.watchdog = PidFile(self.folder / "watchdog")
        network = self.facts["network"]
        self.network = Network(network, [node.id for node in self.nodes]) if network else None

    @staticmethod
    def exists(folder):
        """Has a cluster been made there?"""
        return (pathlib.Path(folder) / "cluster.json").exists()

    @staticmethod
    def create(folder, options):
        """Makes the folder of a new cluster; nothing runs yet. `options`: version, brokers, network, tls,
        scram, acls, hasty."""
        folder = pathlib.Path(folder).resolve()
        facts = dict(options, cluster_id=random_id(), nodes=[])
        ids = range(1, options["brokers"] + 1)
        if options["network"]:
            facts["network"] = Network.claim()
        network = Network(facts["network"], ids) if options["network"] else None
        numbers = free_ports(3 * len(ids))
        for i in ids:
            address = network.address(i) if network else "127.0.0.1"
            facts["nodes"].append({"id": i, "address": address, "ports": numbers[3 * i - 3:3 * i]})
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / "cluster.json.new"
        new.write_text(json.dumps(facts, indent=2) + "\n")
        new.rename(folder / "cluster.json")
        cluster = Cluster(folder)
        cluster.format()
        return cluster

    def bootstrap(self):
        """Where clients begin."""
        return ",".join(f"{node.address}:{node.clients}" for node in self.nodes)

    def node(self, number):
        """The node of that number."""
        for node in self.nodes:
            if node.id == number:
                return node
        raise Fault(f"there is no node {number}: say 1 to {len(self.nodes)}")

    def settings(self, node):
        """server.properties. What the product demands of brokers is explained in ops/README.md."""
        copies = min(3, len(self.nodes))
        tls, scram, acls = self.facts["tls"], self.facts["scram"], self.facts.get("acls", False)
        clients = security.protocol(tls, scram)
        voters = ",".join(f"{n.id}@{n.address}:{n.controllers}" for n in self.nodes)
        advertised = f"CLIENTS://{node.address}:{node.clients},INTERNAL://{node.address}:{node.internal}"
        return {
            "node.id": node.id,
            "process.roles": "broker,controller",
            "log.dirs": node.folder / "data",
            "controller.quorum.voters": voters,
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "INTERNAL",
            "listeners": f"{advertised},CONTROLLER://{node.address}:{node.controllers}",
            "advertised.listeners": advertised,
            "listener.security.protocol.map": f"CLIENTS:{clients},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
            # What the product demands.
            "default.replication.factor": copies,
            "min.insync.replicas": max(1, copies - 1),
            "unclean.leader.election.enable": "false",
            "auto.create.topics.enable": "false",
            "log.message.timestamp.type": "LogAppendTime",
            # Small, for tests.
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": max(1, copies - 1),
            "group.initial.rebalance.delay.ms": 0,
            "log.cleaner.dedupe.buffer.size": 8 << 20,
            "num.network.threads": 2,
            "num.io.threads": 4,
        } | (hasty_settings if self.facts.get("hasty") else {}) | security.settings(self.folder, tls, scram, acls)

    def format(self):
        """Prepares the nodes' storage: Kafka formats one, the others differ in their ids only."""
        say(f"preparing {len(self.nodes)} node{'s' * (len(self.nodes) > 1)} in {self.folder}")
        if self.facts["tls"]:
            security.make_certificates(self.folder / "tls", [node.address for node in self.nodes])
        if self.facts["scram"]:
            security.make_password(self.folder)
        for node in self.nodes:
            shutil.rmtree(node.folder, ignore_errors=True)
            node.folder.mkdir()
            lines = (f"{name}={value}\n" for name, value in self.settings(node).items())
            security.write_private(node.properties, "".join(lines))
        first = self.nodes[0]
        more = security.scram_arguments(self.folder, self.facts["acls"]) if self.facts["scram"] else []
        self.kafka.format(first.properties, self.facts["cluster_id"], more)
        for node in self.nodes[1:]:
            shutil.copytree(first.folder / "data", node.folder / "data")
            meta = node.folder / "data/meta.properties"
            text = re.sub(r"(?m)^node\.id=.*$", f"node.id={node.id}", meta.read_text())
            meta.write_text(re.sub(r"(?m)^directory\.id=.*$", f"directory.id={random_id()}", text))

    def start(self, nodes):
        """Starts those of the nodes that do not run, and waits until they serve and each is known to all: a topic
        that is made before has as many copies as its maker knows brokers."""
        waiting = {}
        try:
            if self.network:
                self.network.up()
            for node in nodes:
                if node.process.pid() is None:
                    waiting[node] = self.launch(node)
            self.wait_started(waiting)
            self.wait_known()
        except BaseException:
            for node in waiting:
                node.process.kill()
            raise

    def launch(self, node):
        """Starts a node's process; returns the size that its log had."""
        with open(node.log, "ab") as log:
            before = log.tell()
            within = self.network.enter(node.id) if self.network else []
            process = subprocess.Popen(within + self.kafka.command(node.properties), cwd=node.folder, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True)
        node.process.write(process.pid)
        return before

    def wait_started(self, waiting):
        """Waits until these nodes say that they serve; `waiting`: node -> where its log of this start begins."""
        began = time.monotonic()
        left = dict(waiting)
        while left:
            for node, before in list(left.items()):
                if "Kafka Server started" in node.text_since(before):
                    say(f"node {node.id} serves on {node.address}:{node.clients}, {time.monotonic() - began:.1f} s")
                    del left[node]
                elif node.process.pid() is None:
                    raise Fault(f"node {node.id} ended while it started:\n{self.reason(node, before)}")
            if left and time.monotonic() - began > start_seconds_max:
                names = ", ".join(str(node.id) for node in left)
                reasons = "\n".join(self.reason(node, before) for node, before in left.items())
                raise Fault(f"not started within {start_seconds_max} s: node {names}\n{reasons}")
            if left:
                time.sleep(0.05)

    def wait_known(self):
        """Waits until each node that runs tells its clients of all of them."""
        running = [node for node in self.nodes if node.state() == "running"]
        wanted = {node.id for node in running}
        deadline = time.monotonic() + known_seconds_max
        for node in running:
            while missing := wanted - wire.known_brokers((node.address, node.internal), answer_seconds_max):
                if time.monotonic() > deadline:
                    raise Fault(f"node {node.id} does not know node {', '.join(map(str, sorted(missing)))}, "
                                f"{known_seconds_max} s long")
                time.sleep(0.05)

    @staticmethod
    def reason(node, before):
        """The lines of a node's log that say what is wrong with it, else its last ones."""
        lines = node.text_since(before).splitlines()
        wrong = [line for line in lines if re.search(r" (ERROR|FATAL) |Exception", line)]
        return "\n".join([f"{node.log}:", *(wrong or lines)[-10:]])

    def stop(self, nodes):
        """Stops nodes in good order; one that takes too long is killed."""
        for node in nodes:
            node.process.signal(signal.SIGTERM)
            node.process.signal(signal.SIGCONT)
        deadline = time.monotonic() + stop_seconds_max
        for node in nodes:
            if not node.process.wait_gone(max(0.0, deadline - time.monotonic())):
                say(f"node {node.id} takes more than {stop_seconds_max} s to stop: killing it")
            node.process.kill()

    def kill(self, nodes):
        """Ends nodes as a crash does."""
        for node in nodes:
            node.process.signal(signal.SIGKILL)
        for node in nodes:
            node.process.kill()

    def gone(self):
        """After its nodes: what else this machine has of the cluster while it is up."""
        if self.network:
            self.network.down()

    @staticmethod
    def send(nodes, number, what):
        """Pauses or resumes nodes."""
        for node in nodes:
            if not node.process.signal(number):
                raise Fault(f"node {node.id} does not run: it cannot be {what}")

    def elect(self):
        """Has the first copy of each partition lead it."""
        running = [node for node in self.nodes if node.state() == "running"]
        if not any(wire.elect_first_copies((node.address, node.internal), elect_seconds_max) for node in running):
            raise Fault("no node has the leaders elected")

    def controller(self):
        """The number of the node that leads the controllers."""
        deadline = time.monotonic() + controller_seconds_max
        while True:
            epochs = {}
            for node in self.nodes:
                if node.state() == "running":
                    epoch = wire.leader_epoch((node.address, node.controllers), answer_seconds_max)
                    if epoch is not None:
                        epochs[epoch] = node.id
            if epochs:
                return epochs[max(epochs)]
            if time.monotonic() > deadline:
                raise Fault(f"no node leads the controllers, {controller_seconds_max} s long")
            time.sleep(0.1)
