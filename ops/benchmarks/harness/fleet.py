"""Brokers of `ops/kafka`, and deployments of several nodes over them."""

import contextlib
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import machine, processes

ROOT = Path(__file__).resolve().parent.parent.parent.parent


class Brokers:
    """A cluster that is gone at the end, also when this program is killed."""

    def __init__(self, count, folder, hasty=False):
        self.count, self.folder, self.hasty = count, folder, hasty
        self._deployments = 0
        self._pid_files = [folder / f"node{n}" / "pid" for n in range(1, count + 1)]

    def __enter__(self):
        print(f"  starting {self.text}", flush=True)
        hasty = ["--hasty"] if self.hasty else []
        try:
            self.bootstrap = self.command("up", "--new", "--brokers", self.count, "--die-with", os.getpid(), *hasty)
        except BaseException:
            self.__exit__()
            raise
        machine.adopted.extend(self._pid_files)
        return self

    def __exit__(self, *_):
        self.command("down", "--remove")
        for file in self._pid_files:
            if file in machine.adopted:
                machine.adopted.remove(file)

    def command(self, *arguments):
        command = [ROOT / "ops" / "kafka", *map(str, arguments), "--folder", self.folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
        if done.returncode != 0:
            raise RuntimeError(f"ops/kafka {arguments[0]}: {done.stderr.strip()}")
        return done.stdout.strip()

    @property
    def text(self):
        return f"{self.count} broker{'s' * (self.count > 1)}"

    def leader(self, bench, topic):
        """The broker that leads it, and how many have it in sync."""
        return processes.result_of([bench.program("kafka"), "leader", "--brokers", self.bootstrap, "--topic", topic])

    def new_place(self, name):
        """Flags for topics that no other deployment has."""
        self._deployments += 1
        prefix = f"{name}-{self._deployments}"
        return ["--kafka-brokers", self.bootstrap, "--kafka-topic-prefix", prefix,
                "--key-file", self.folder.parent / f"{self.folder.name}-{prefix}.key"]


class Fleet:
    """A deployment with applications, and nodes of it that serve."""

    def __init__(self, bench, brokers, applications, name="fleet", token_format="jwt"):
        self.bench, self.brokers = bench, brokers
        self.place = brokers.new_place(name)
        self.prefix = self.place[3]
        self.folder = bench.scratch(f"{brokers.folder.name}-{self.prefix}")
        self.folder.mkdir()
        credentials = self.folder / "credentials.json"
        print(f"  making {applications:,} applications on {brokers.text}", flush=True)
        self.made = processes.result_of([
            bench.program("seed"), "--data", self.folder / "seed", *self.place, "--credentials", credentials,
            "--applications", applications, "--credentials-max", applications, "--format", token_format])
        self.credentials = json.loads(credentials.read_text())
        self.admin = json.loads((self.folder / "seed" / "admin.json").read_text())
        self._left = list(self.credentials["applications"])
        self._nodes = 0

    def node(self, core=None, threads=1, flags=(), folder=None):
        """A new node, or the one of that folder."""
        if folder is None:
            self._nodes += 1
            folder = self.folder / f"node{self._nodes}"
        return processes.Optare(self.bench.optare, folder, self.folder, core, threads,
                                ["--log", "kafka", *self.place, *flags])

    @contextlib.contextmanager
    def nodes(self, count, core=None, threads=1, flags=()):
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(self.node(core, threads, flags)) for _ in range(count)]

    def take(self, count):
        """Applications that nobody took before."""
        taken, self._left = self._left[:count], self._left[count:]
        if len(taken) < count:
            raise RuntimeError("the deployment has too few applications")
        return taken


def wrk_at_all(servers, requests, seconds):
    """The same load at each of them, at the same time."""
    with ThreadPoolExecutor(len(servers)) as pool:
        return list(pool.map(lambda server: processes.wrk(server, requests, seconds), servers))
