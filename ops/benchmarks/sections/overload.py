"""Load that does not wait: at what the server can do, and at twice that."""

import json

from harness import machine
from harness.bench import median, token_requests
from harness.processes import prepared, result_of, wrk


WARM_UP = 2  # seconds


def run(bench):
    data, credentials_file, _ = bench.seeded(bench.sizes.applications)
    credentials = json.loads(credentials_file.read_text())
    requests = prepared(bench.work / "overload", token_requests(credentials, bench.sizes.applications))
    with bench.server(data) as server:
        rates = [wrk(server, requests, bench.sizes.seconds)["rate"] for _ in range(bench.sizes.rounds)]
        capacity = median(rates)
        for times in (1, 2):
            measure(bench, server, requests, capacity, times)


def load_command(bench, server, requests, rate, seconds):
    return machine.pinned(machine.LOAD_CORE, [bench.program("load"), "--port", server.port, "--requests", requests, "--rate", rate,
                                              "--seconds", seconds, "--warm-up", WARM_UP])


def measure(bench, server, requests, capacity, times):
    with machine.Watch() as watch:
        found = result_of(load_command(bench, server, requests, times * capacity, 2 * bench.sizes.seconds))
    latency = found["latency"]
    bench.report.add(f"goodput at {times} x capacity", found["good_per_second"], "tokens/s", limit=capacity,
                     limit_name="/s of capacity (64 connections)", bound=0.8 * capacity if times == 2 else None,
                     goal=">= 80 % of capacity" if times == 2 else "", latency=(latency["p50_us"], latency["p99_us"]),
                     note=f"offered {found['offered_per_second']:,.0f}/s over {found['connections']:,} connections; shed with "
                          f"503 {found['shed_per_second']:,.0f}/s, too late {found['late']:,}, no connection free "
                          f"{found['unsent']:,}, broken {found['broken']:,}, other {found['other']:,}; core "
                          f"{watch.core_busy:.0%} busy")
    bench.disturbed(f"{times} x", watch.others)
