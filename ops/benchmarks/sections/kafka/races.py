"""Many change one application at once at all three nodes: void records per commit, and what callers notice."""

from harness import machine
from harness.fleet import Fleet
from harness.processes import result_of, token_of

NODES = 3


def run(bench, brokers):
    fleet = Fleet(bench, brokers, 1)
    with fleet.nodes(NODES) as nodes:
        bearer = "Bearer " + token_of(nodes[0].port, fleet.admin, fleet.admin["issuer"] + "/api/v1")
        application = "/api/v1/applications/" + fleet.take(1)[0]["client_id"]
        for racers in (1, 3, 12, 48):
            measure(bench, nodes, application, bearer, racers)


def measure(bench, nodes, application, bearer, racers):
    ports = [flag for node in nodes for flag in ("--port", node.port)]

    def commits(outcome):
        return sum(node.metric("optare_commits_total", f'outcome="{outcome}"') for node in nodes)

    done, void = commits("done"), commits("void")
    with machine.Watch() as watch:
        found = result_of([bench.program("race"), *ports, "--path", application, "--authorization", bearer, "--racers",
                           racers, "--seconds", bench.sizes.seconds])
    done, void = commits("done") - done, commits("void") - void
    latency = found["latency"]
    what = f"{racers} racer{'s' * (racers > 1)} for one application at {min(racers, len(nodes))} nodes"
    bench.report.add(f"{what}: voids per commit", void / max(done, 1), "",
                     note=f"{done / bench.sizes.seconds:,.0f} commits/s, answered p50 {latency['p50_us'] / 1e3:.1f} ms, p99 "
                          f"{latency['p99_us'] / 1e3:.1f} ms; {found['conflict']} of {found['done'] + found['conflict']} "
                          f"got 409, {found['other']} something else")
    bench.disturbed(what, watch.others)
