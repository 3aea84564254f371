"""What every section gets: sizes, programs, folders, and the report."""

import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import machine, processes
from .report import Report


@dataclass(frozen=True)
class Sizes:
    seconds: int = 5            # of one measured run under load
    rounds: int = 3             # of which the median counts; the limit beside it is measured in each
    applications: int = 10_000
    many_applications: int = 1_000_000
    live_tokens: int = 1_000_000
    distinct_tokens: int = 100_000
    deletions: int = 200
    commands_alone: int = 2_000
    commands_together: int = 400_000
    starts: int = 5


QUICK = Sizes(seconds=1, rounds=1, applications=500, many_applications=5_000, live_tokens=5_000,
              distinct_tokens=20_000, deletions=20, commands_alone=200, commands_together=10_000, starts=1)


def median(values):
    return statistics.median(list(values))


class Bench:
    def __init__(self, root, work, sizes):
        self.build = root / "build" / "release"
        self.optare = self.build / "optare"
        self.work = Path(work)
        self.sizes = sizes
        self.report = Report()
        self._seeds = {}

    def program(self, name):
        return self.build / f"benchmark_{name}"

    def begin(self, section):
        others = machine.others_now()
        self.report.section = section
        print(f"\n== {section}: load average {machine.load_average():.2f}, "
              f"others use {others:.2f} cores", flush=True)
        if others > 0.5:
            self.report.disturbance(f"{section}: when it began, others used {others:.1f} cores of this machine")

    def disturbed(self, what, others):
        if others > 0.5:
            self.report.disturbance(f"{self.report.section}, {what}: meanwhile others used {others:.1f} cores")

    def seeded(self, applications, token_format="jwt", name=None):
        """A data folder with that many applications, and its credentials. Shared, unless named."""
        key = name or f"{token_format}-{applications}"
        if key not in self._seeds:
            data = self.work / key
            credentials = self.work / f"{key}.json"
            print(f"  making {data.name}: {applications:,} applications", flush=True)
            made = processes.result_of([self.program("seed"), "--data", data, "--credentials", credentials,
                                        "--applications", applications, "--format", token_format])
            print(f"  made in {made['seconds_in_all']:.1f} s, {made['commits_per_second']:,.0f} commits/s", flush=True)
            self._seeds[key] = (data, credentials, made)
        return self._seeds[key]

    def server(self, data, core=machine.SERVER_CORE, threads=1):
        return processes.Optare(self.optare, data, self.work, core, threads)

    def nginx(self, body_bytes):
        return processes.Nginx(body_bytes, self.work)

    def start(self, command):
        """A program that runs meanwhile; its result is on its stdout."""
        return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)

    def scratch(self, name):
        path = self.work / name
        shutil.rmtree(path, ignore_errors=True)
        return path

    def settle(self, seconds=1.0):
        time.sleep(seconds)


def token_requests(credentials, count):
    form = {"grant_type": "client_credentials", "audience": credentials["audience"]}
    return [("/oauth2/token", client, form) for client in credentials["applications"][:count]]
