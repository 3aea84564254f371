"""Resident memory at rest, and what an application takes in rows and journal."""

import json

from harness.bench import token_requests
from harness.processes import prepared, result_of


def run(bench):
    applications = bench.sizes.applications
    data, credentials_file, _ = bench.seeded(applications)
    empty = bench.rocks_alone(*(bench.scratch(f"empty-{name}") for name in ("view", "log", "spool")))["resident_kib"]
    with bench.server(data, core=None, threads=2) as server:
        bench.settle(2)
        resident(bench, server, f"memory at rest after the start, {applications:,} applications", empty)
        credentials = json.loads(credentials_file.read_text())
        requests = prepared(bench.work / "all", token_requests(credentials, applications))
        result_of([bench.program("issue"), "--port", server.port, "--requests", requests, "--count", applications])
        bench.settle(2)
        resident(bench, server, f"memory at rest after a token for each of {applications:,}", empty)
    contents = result_of([bench.program("contents"), "--data", data, "--scratch", bench.scratch("counted"),
                          "--records-max", min(applications, 1_000)])
    per_application(bench, contents, applications)


def resident(bench, server, what, empty):
    kib = server.resident_kib()
    bench.report.add(what, kib["VmRSS"] / 1024, "MiB", limit=empty / 1024, limit_name="MiB: a process with RocksDB alone, "
                     "three empty folders", bound=64, goal="<= 64 MiB", higher_is_better=False,
                     note=f"{kib['RssAnon'] / 1024:.1f} MiB of its own, {kib['RssFile'] / 1024:.1f} MiB of program and "
                          "libraries; 2 HTTP threads")


def per_application(bench, contents, applications):
    tables, created = contents["tables"], contents["commits"]["CreateClient"]
    rows = sum(tables[name]["bytes"] for name in ("application", "application_by_api", "stream"))
    journal = tables["journal"]["bytes"] + tables["chain"]["bytes"]
    log = created["log_bytes"] / created["commits"]
    bench.report.add("rows and indexes of an application", rows / applications, "bytes", bound=1024, goal="<= 1 KiB",
                     higher_is_better=False, note="keys and values: application, its grant, its stream's version; one grant "
                     "with two scopes; before compression")
    bench.report.add("journal of an application", log + journal / applications, "bytes", bound=2048, goal="<= 2 KiB",
                     higher_is_better=False, note=f"the log's record ({log:,.0f} bytes) and its index; before compression")
