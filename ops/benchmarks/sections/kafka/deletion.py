"""DELETE of an application at one node of three to the moment when all three say that its token is inactive."""

import json
import time

from harness import machine
from harness.bench import median, token_requests
from harness.fleet import Fleet, wrk_at_all
from harness.processes import basic, prepared, result_of, token_of

NODES = 3
FIRST = 50  # of nodes that have just started, apart
# While a broker is killed: enough in flight that many meet it, seldom enough that all are there to meet it.
IN_FLIGHT, PAUSE_MS, SECONDS_BEFORE, SECONDS_AFTER = 8, 200, 2, 8


def run(bench, brokers, goal_ms):
    fleet = Fleet(bench, brokers, FIRST + 2 * bench.sizes.deletions)
    with fleet.nodes(NODES) as nodes:
        what = f"{brokers.text}: delete to inactive on three nodes"
        first = result_of(deletions(bench, fleet, nodes, FIRST))["inactive"]
        bench.report.add(f"{what}, the first {FIRST} after a start, p50", first["p50_us"] / 1e3, "ms",
                         note=f"p99 {first['p99_us'] / 1e3:.1f}, slowest {first['max_us'] / 1e3:.1f} ms")
        measure(bench, fleet, nodes, what, goal_ms)
        under_load(bench, fleet, nodes, f"{what}, half of full token load", goal_ms)


def measure(bench, fleet, nodes, what, goal_ms):
    command = deletions(bench, fleet, nodes, bench.sizes.deletions)
    with machine.Watch() as watch:
        found = result_of(command)
    report(bench, found, bare_turns(bench, fleet), what, goal_ms)
    bench.disturbed(what, watch.others)


def bare_turns(bench, fleet):
    """Records produced and read back one by one, by librdkafka alone: what the brokers take of a deletion."""
    return result_of([bench.program("kafka"), "turn", "--brokers", fleet.brokers.bootstrap, "--prefix", "turned",
                      "--records", bench.sizes.deletions])


def under_load(bench, fleet, nodes, what, goal_ms):
    requests = prepared(fleet.folder / "load", token_requests(
        fleet.credentials | {"applications": [fleet.credentials["introspector"]]}, 1))
    full = sum(found["rate"] for found in wrk_at_all(nodes, requests, bench.sizes.seconds))
    command = deletions(bench, fleet, nodes, bench.sizes.deletions)
    loads = [bench.start([bench.program("load"), "--port", node.port, "--requests", requests, "--rate",
                          full / 2 / len(nodes), "--seconds", 4 * bench.sizes.seconds, "--warm-up", 1]) for node in nodes]
    bench.settle(1)
    with machine.Watch() as watch:
        found = result_of(command)
        bare = bare_turns(bench, fleet)
    loaded = all(load.poll() is None for load in loads)
    good = sum(json.loads(load.communicate()[0].strip().splitlines()[-1])["good_per_second"] for load in loads)
    report(bench, found, bare, what, goal_ms, f"; {good:,.0f} tokens/s of {full:,.0f}"
           + ("" if loaded else "; the load ended before the deletions did"))
    bench.disturbed(what, watch.others)


def run_with_a_broker_killed(bench, brokers, goal_ms):
    """Brokers that are missed after 3 s, as a fleet's should be."""
    count = IN_FLIGHT * (SECONDS_BEFORE + SECONDS_AFTER) * 1_000 // PAUSE_MS
    fleet = Fleet(bench, brokers, bench.sizes.rounds * count)
    found = []
    with fleet.nodes(NODES) as nodes:
        for _ in range(bench.sizes.rounds):
            command = deletions(bench, fleet, nodes, count, ["--in-flight", IN_FLIGHT, "--pause-ms", PAUSE_MS])
            found.append(kill_meanwhile(bench, brokers, fleet, command))
    what = "3 brokers, the leading one killed: delete to inactive on three nodes"
    note = (f"{count} deletions each time, {IN_FLIGHT} at once, from {SECONDS_BEFORE} s before to {SECONDS_AFTER} s after; "
            f"{sum(each['asked_again'] for each in found)} of all asked again after a 503")
    for at in ("p50", "p99"):
        each_time = sorted(each["inactive"][f"{at}_us"] / 1e3 for each in found)
        bench.report.add(f"{what}, {at}", median(each_time), "ms", note=times(each_time) + f"; {note}")
    slowest = sorted(each["inactive"]["max_us"] / 1e3 for each in found)
    led = sorted(each["inactive"]["max_us"] / 1e3 for each in found if each["led_controllers"])
    bench.report.add(f"{what}, slowest", slowest[-1], "ms", bound=goal_ms, goal=f"<= {goal_ms:,} ms",
                     higher_is_better=False,
                     note=times(slowest) + (f"; the killed broker led the controllers, too: {times(led)}" if led else ""))


def times(figures):
    return f"{len(figures)} times: " + ", ".join(f"{ms:,.1f}" for ms in figures) + " ms"


def kill_meanwhile(bench, brokers, fleet, command):
    topic = fleet.prefix + ".control"
    leader = brokers.leader(bench, topic)["leader"]
    deleting = bench.start(command)
    time.sleep(SECONDS_BEFORE)
    led_controllers = brokers.command("controller") == str(leader)
    brokers.command("kill", leader)
    result = deleting.communicate()[0]
    if deleting.returncode != 0:
        raise RuntimeError(f"deletions ended with {deleting.returncode}")
    brokers.command("start", leader)
    until = time.monotonic() + 120
    while brokers.leader(bench, topic)["in_sync"] < brokers.count:
        if time.monotonic() > until:
            raise RuntimeError(f"broker {leader} does not come back into sync")
        time.sleep(0.5)
    return json.loads(result.strip().splitlines()[-1]) | {"led_controllers": led_controllers}


def deletions(bench, fleet, nodes, count, more=()):
    """The program that deletes at the first node and asks all; each application has a token that lives."""
    first, *others = nodes
    bearer = "Bearer " + token_of(first.port, fleet.admin, fleet.admin["issuer"] + "/api/v1")
    introspector = basic(fleet.credentials["introspector"])
    file = fleet.folder / "deletions"
    with open(file, "w") as lines:
        for client in fleet.take(count):
            token = token_of(first.port, client, fleet.credentials["audience"])
            lines.write(f"/api/v1/applications/{client['client_id']}\t{bearer}\t{introspector}\t{token}\n")
    asked = [flag for other in others for flag in ("--other", other.port)]
    return [bench.program("deletion"), "--port", first.port, *asked, "--deletions", file, *more]


def report(bench, found, bare, what, goal_ms, more=""):
    def ms(name, at):
        return found[name][f"{at}_us"] / 1e3

    def beside(at):
        return {"limit": bare[f"{at}_us"] / 1e3, "limit_name": f"ms of a bare produce-to-consume, {at}"}

    bench.report.add(f"{what}, p50", ms("inactive", "p50"), "ms", **beside("p50"),
                     note=f"{found['deleted']} deletions; DELETE answered p50 {ms('answered', 'p50'):.2f} ms, p99 "
                          f"{ms('answered', 'p99'):.2f} ms; {found['active_elsewhere']} first answers of the other nodes still "
                          f"said active; slowest {ms('inactive', 'max'):.1f} ms{more}")
    bench.report.add(f"{what}, p99", ms("inactive", "p99"), "ms", **beside("p99"), bound=goal_ms, goal=f"<= {goal_ms} ms",
                     higher_is_better=False)
