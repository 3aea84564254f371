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


def medians(rounds, name):
    """Of each figure of what is so named in every round."""
    return {key: median(r[name][key] for r in rounds) for key in rounds[0][name]}


def latency(found):
    return found["p50_us"], found["p99_us"]


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

    def rocks_alone(self, *folders):
        """How long RocksDB alone takes to open these, and the memory of a process that did nothing else."""
        return processes.result_of([self.program("rocks"), *folders])

    def report_rounds(self, what, rounds, operation, plural, share):
        """Beside the bare operation, where it was measured, and nginx; the goal is of the first, or half of the other."""
        optare, nginx = medians(rounds, "optare"), medians(rounds, "nginx")
        note = (f"{optare['processor_us']:.1f} us of processor each, {optare['core_used']:.0%} of a core "
                f"(nginx {nginx['processor_us']:.1f} us)")
        against_nginx = {"limit": nginx["rate"], "limit_name": "/s of nginx", "limit_latency": latency(nginx),
                         "latency": latency(optare)}
        if rounds[0]["bare"]:
            self.report.add(what, optare["rate"], "/s", limit=medians(rounds, "bare")[operation],
                            limit_name=f"/s of bare ES256 {plural}", share=share, latency=latency(optare), note=note)
            self.report.add("the same, beside nginx", optare["rate"], "/s", **against_nginx)
        else:
            self.report.add(what, optare["rate"], "/s", **against_nginx, share=0.5, note=note)
        self.disturbed(what, max(r["optare"]["others"] for r in rounds))

    def first_seconds(self, data, requests, what):
        """A server that has just started, nothing in the page cache, and again when it is warm."""
        seconds = 2 * self.sizes.seconds
        cold = machine.drop_page_cache()
        with self.server(data) as server:
            first = processes.wrk(server, requests, seconds, warm_up=0)
            warm = processes.wrk(server, requests, seconds, warm_up=0)
        place = "a start with an empty page cache" if cold else "the start"
        self.report.add(f"{what}, the first {seconds} s after {place}", first["rate"], "/s", limit=warm["rate"],
                        limit_name=f"/s in the next {seconds} s", latency=latency(first), limit_latency=latency(warm))
        self.disturbed(what, max(first["others"], warm["others"]))

    def settle(self, seconds=1.0):
        time.sleep(seconds)


def token_requests(credentials, count):
    form = {"grant_type": "client_credentials", "audience": credentials["audience"]}
    return [("/oauth2/token", client, form) for client in credentials["applications"][:count]]
