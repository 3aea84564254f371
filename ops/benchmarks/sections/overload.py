"""Load that does not wait: at what the server can do, and at twice that."""

import json

from harness import machine
from harness.bench import median, token_requests
from harness.processes import prepared, result_of, wrk


def run(bench):
    data, credentials_file, _ = bench.seeded(bench.sizes.applications)
    credentials = json.loads(credentials_file.read_text())
    requests = prepared(bench.work / "overload", token_requests(credentials, bench.sizes.applications))
    with bench.server(data) as server:
        rates = [wrk(server, requests, bench.sizes.seconds)["rate"] for _ in range(bench.sizes.rounds)]
        capacity = median(rates)
        for times in (1, 2):
            measure(bench, server, requests, capacity, times)


def measure(bench, server, requests, capacity, times):
    command = [bench.program("load"), "--port", server.port, "--requests", requests, "--rate", times * capacity,
               "--seconds", 2 * bench.sizes.seconds, "--warm-up", 2]
    with machine.Watch() as watch:
        found = result_of(machine.pinned(machine.LOAD_CORE, command))
    latency = found["latency"]
    bench.report.add(f"goodput at {times} x capacity", found["good_per_second"], "tokens/s", limit=capacity,
                     limit_name="/s of capacity (64 connections)", bound=0.8 * capacity if times == 2 else None,
                     goal=">= 80 % of capacity" if times == 2 else "", latency=(latency["p50_us"], latency["p99_us"]),
                     note=f"offered {found['offered_per_second']:,.0f}/s over {found['connections']:,} connections; shed with "
                          f"503 {found['shed_per_second']:,.0f}/s, too late {found['late']:,}, no connection free "
                          f"{found['unsent']:,}, broken {found['broken']:,}, other {found['other']:,}; core "
                          f"{watch.core_busy:.0%} busy")
    bench.disturbed(f"{times} x", watch.others)
