"""A long log: a node that joins, each step of it beside a bare consumer, and the memory of a node."""

import shutil
import time

from harness import machine
from harness.bench import token_requests
from harness.fleet import Fleet
from harness.processes import prepared, result_of
from sections.disk import an_application


def run(bench, brokers):
    many = bench.sizes.many_applications
    fleet = Fleet(bench, brokers, many, name="long")
    join(bench, brokers, fleet, many)
    replay(bench, brokers, fleet)
    memory(bench, brokers)


def consume(bench, brokers, fleet, core=None):
    command = [bench.program("kafka"), "consume", "--brokers", brokers.bootstrap, "--topic", fleet.prefix + ".control"]
    return result_of(machine.pinned(core, command) if core is not None else command)


def join(bench, brokers, fleet, many):
    bare = consume(bench, brokers, fleet)
    with machine.Watch() as watch, fleet.node(threads=2) as server:
        bench.report.add(f"a node joins, {many:,} applications", server.ready_after, "s", limit=bare["seconds"],
                         limit_name="s of a bare consumer of the topic",
                         note=f"{bare['records'] / server.ready_after:,.0f} records/s; {bare['bytes'] / 1e6:,.0f} MB of commits; "
                              f"at rest it has {server.resident_kib()['VmRSS'] / 1024:.0f} MiB")
    bench.disturbed("a node joins", watch.others)
    again(bench, fleet, many)
    join_by_copies(bench, fleet, many)


def again(bench, fleet, many):
    with machine.Watch() as watch, fleet.node(threads=2, folder=fleet.folder / "node1") as server:
        bench.report.add(f"a node starts again, {many:,} applications", server.ready_after, "s", bound=1, goal="< 1 s",
                         higher_is_better=False, note="its folder as its clean stop left it, files in the page cache")
    bench.disturbed("a node starts again", watch.others)
    an_application(bench, fleet.folder / "node1", many)


def join_by_copies(bench, fleet, many):
    """A new node with `log/` and `view/` of one that is stopped, as ops/README.md has it."""
    original, new = fleet.folder / "node1", fleet.folder / "copied"
    began = time.monotonic()
    for name in ("log", "view"):
        shutil.copytree(original / name, new / name)
    copied = time.monotonic() - began
    size = sum(file.stat().st_size for file in new.rglob("*") if file.is_file())
    with machine.Watch() as watch, fleet.node(threads=2, folder=new) as server:
        bench.report.add(f"a node joins with copies of log/ and view/, {many:,} applications", copied + server.ready_after, "s",
                         note=f"{copied:.1f} s of it the copying of {size / 1e6:,.0f} MB on this disk")
    bench.disturbed("a node joins with copies", watch.others)


def replay(bench, brokers, fleet):
    """The steps of a join and of a rebuild, each on one core."""
    core = machine.SERVER_CORE
    bare = consume(bench, brokers, fleet, core)
    with machine.Watch() as watch:
        found = result_of(machine.pinned(core, [bench.program("replay"), "--data", fleet.folder / "node1", *fleet.place,
                                                "--scratch", bench.scratch("replayed-from-kafka")]))
    for name, what, goal in (("fetch", "fetched into the node's copy", None), ("live", "live apply", 50_000),
                             ("rebuild", "rebuild of all projections", 150_000)):
        figures = found[name]
        bench.report.add(f"{what}, {figures['commits']:,} records", figures["commits_per_second"], "/s of one core",
                         limit=bare["records_per_second"], limit_name="/s of a bare consumer", bound=goal,
                         goal=f">= {goal:,} /s" if goal else "",
                         note=f"{figures['processor_us_each']:.1f} us of processor each; the bare consumer "
                              f"{bare['processor_us_each']:.1f} us")
    bench.disturbed("replay", watch.others)


def memory(bench, brokers):
    applications = bench.sizes.applications
    fleet = Fleet(bench, brokers, applications)
    with fleet.node(threads=2) as server:
        bench.settle(2)
        resident(bench, server, f"memory at rest after the start, {applications:,} applications")
        requests = prepared(fleet.folder / "all", token_requests(fleet.credentials, applications))
        result_of([bench.program("issue"), "--port", server.port, "--requests", requests, "--count", applications])
        bench.settle(5)
        resident(bench, server, f"memory at rest after a token for each of {applications:,}")


def resident(bench, server, what):
    kib = server.resident_kib()
    bench.report.add(what, kib["VmRSS"] / 1024, "MiB", bound=64, goal="<= 64 MiB", higher_is_better=False,
                     note=f"{kib['RssAnon'] / 1024:.1f} MiB of its own, {kib['RssFile'] / 1024:.1f} MiB of program and "
                          "libraries; 2 HTTP threads")
