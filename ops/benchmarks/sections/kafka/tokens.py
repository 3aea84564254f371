"""Tokens a second: one node over Kafka, three of them, and one that waits for Kafka, beside one embedded node."""

import json

from harness.bench import latency, median, token_requests
from harness.fleet import Fleet, wrk_at_all
from harness.processes import prepared, wrk


def run(bench, brokers):
    applications = bench.sizes.applications
    fleet = Fleet(bench, brokers, applications)
    requests = prepared(fleet.folder / "requests", token_requests(fleet.credentials, applications))
    with fleet.nodes(3, core=0) as three, fleet.node(core=0, flags=["--issuance-ack", "kafka"]) as acknowledged:
        embedded = at_embedded(bench)
        one = rounds(bench, lambda: wrk(three[0], requests, bench.sizes.seconds))
        report(bench, "one node", one, embedded, "one embedded node")
        all_three = rounds(bench, lambda: sum_of(wrk_at_all(three, requests, bench.sizes.seconds)))
        report(bench, "three nodes that share a core", all_three, embedded, "one embedded node")
        for connections in (64, 512):
            waiting = rounds(bench, lambda: wrk(acknowledged, requests, bench.sizes.seconds, connections=connections))
            report(bench, f"issuance_ack = kafka, {connections} connections", waiting, one, "the same with spool, 64")


def at_embedded(bench):
    data, credentials_file, _ = bench.seeded(bench.sizes.applications)
    credentials = json.loads(credentials_file.read_text())
    requests = prepared(bench.work / "embedded-tokens", token_requests(credentials, bench.sizes.applications))
    with bench.server(data) as server:
        return rounds(bench, lambda: wrk(server, requests, bench.sizes.seconds))


def rounds(bench, measure):
    found = [measure() for _ in range(bench.sizes.rounds)]
    middle = {key: median(each[key] for each in found) for key in ("rate", "p50_us", "p99_us", "processor_us")}
    return middle | {"others": max(each["others"] for each in found)}


def sum_of(found):
    """Of nodes that were asked at the same time."""
    worst = {key: max(each[key] for each in found) for key in ("p50_us", "p99_us", "others")}
    requests = sum(each["rate"] for each in found)
    return worst | {"rate": requests,
                    "processor_us": sum(each["processor_us"] * each["rate"] for each in found) / requests}


def report(bench, what, found, beside, beside_name):
    bench.report.add(f"tokens, {what}", found["rate"], "/s", limit=beside["rate"], limit_name=f"/s of {beside_name}",
                     latency=latency(found), limit_latency=latency(beside),
                     note=f"{found['processor_us']:.1f} us of the node's processor each; beside it {beside['processor_us']:.1f} us")
    bench.disturbed(f"tokens, {what}", found["others"])
