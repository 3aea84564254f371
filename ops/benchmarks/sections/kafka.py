"""Three nodes over brokers: how fast a deletion is felt everywhere, and what commands cost beside Kafka alone."""

from harness import machine
from harness.fleet import Brokers, Fleet
from harness.processes import basic, result_of, token_of

NODES = 3


def run(bench):
    for count, goal_ms in ((1, 20), (3, 50)):
        with Brokers(count, bench.work / f"kafka-{count}") as brokers:
            commands(bench, brokers)
            deletion(bench, brokers, goal_ms)


def named(count):
    return f"{count} broker{'s' if count > 1 else ''}"


def commands(bench, brokers):
    sizes = bench.sizes
    with machine.Watch() as watch:
        found = result_of([bench.program("commands"), "--data", bench.scratch(f"commands-{brokers.count}"),
                           *brokers.new_place("commands"), "--one", sizes.commands_alone, "--many", sizes.commands_together])
    command, bare, many = found["command"], found["bare"], found["many"]
    what = named(brokers.count)
    for at in ("p50", "p99"):
        bench.report.add(f"{what}: a command alone, {at}", command[f"{at}_us"] / 1e3, "ms", limit=bare[f"{at}_us"] / 1e3,
                         limit_name="ms of bare produce-to-consume")
    bench.report.add(f"{what}: {many['commits']:,} commands, {many['in_flight']:,} in flight", many["commits_per_second"],
                     "/s", note=f"{many['processor_us_each']:.1f} us of processor each, p50 "
                     f"{many['latency']['p50_us'] / 1e3:.0f} ms, p99 {many['latency']['p99_us'] / 1e3:.0f} ms")
    bench.disturbed(f"{what}: commands", watch.others)


def deletion(bench, brokers, goal_ms):
    fleet = Fleet(bench, brokers, 2 * bench.sizes.deletions)
    with fleet.nodes(NODES) as nodes:
        measure_deletions(bench, fleet, nodes, f"{named(brokers.count)}: delete to inactive on three nodes", goal_ms)


def measure_deletions(bench, fleet, nodes, what, goal_ms):
    command = deletions(bench, fleet, nodes, fleet.take(bench.sizes.deletions))
    with machine.Watch() as watch:
        found = result_of(command)
    report_deletions(bench, found, what, goal_ms)
    bench.disturbed(what, watch.others)


def deletions(bench, fleet, nodes, applications, more=()):
    """The program that deletes at the first node and asks all; each application has a token that lives."""
    first, *others = nodes
    bearer = "Bearer " + token_of(first.port, fleet.admin, fleet.admin["issuer"] + "/api/v1")
    introspector = basic(fleet.credentials["introspector"])
    file = fleet.folder / "deletions"
    with open(file, "w") as lines:
        for client in applications:
            token = token_of(first.port, client, fleet.credentials["audience"])
            lines.write(f"/api/v1/applications/{client['client_id']}\t{bearer}\t{introspector}\t{token}\n")
    asked = [flag for other in others for flag in ("--other", other.port)]
    return [bench.program("deletion"), "--port", first.port, *asked, "--deletions", file, *more]


def report_deletions(bench, found, what, goal_ms):
    def ms(name, at):
        return found[name][f"{at}_us"] / 1e3

    bench.report.add(f"{what}, p50", ms("inactive", "p50"), "ms",
                     note=f"{found['deleted']} deletions; DELETE answered p50 {ms('answered', 'p50'):.2f} ms, p99 "
                          f"{ms('answered', 'p99'):.2f} ms; {found['active_elsewhere']} first answers of the other nodes still "
                          f"said active; slowest {ms('inactive', 'max'):.1f} ms")
    bench.report.add(f"{what}, p99", ms("inactive", "p99"), "ms", bound=goal_ms, goal=f"<= {goal_ms} ms",
                     higher_is_better=False)
