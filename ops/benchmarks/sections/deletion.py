"""DELETE of an application over HTTP to the first introspection that says inactive."""

import json

from harness import machine
from harness.bench import token_requests
from harness.processes import basic, prepared, result_of, token_of, wrk


def run(bench):
    data, credentials_file, _ = bench.seeded(bench.sizes.deletions * 3, name="deletion")
    credentials = json.loads(credentials_file.read_text())
    third = bench.sizes.deletions
    parts = [credentials["applications"][i * third:(i + 1) * third] for i in range(3)]
    with bench.server(data) as server:
        alone = measure(bench, server, credentials, parts[0], "no other token", None)
        tokens = issue_for(bench, server, credentials, parts[1] + parts[2])
        among = measure(bench, server, credentials, parts[1], f"{tokens:,} living tokens", alone)
        under_load(bench, server, credentials, parts[2], f"{tokens:,} living tokens, under half of full token load")
    rows(bench, data, (alone, among))


def issue_for(bench, server, credentials, applications):
    requests = prepared(bench.work / "many", token_requests({**credentials, "applications": applications},
                                                            len(applications)))
    print(f"  issuing {bench.sizes.live_tokens:,} tokens for {len(applications)} applications", flush=True)
    issued = result_of(machine.pinned(machine.LOAD_CORE, [
        bench.program("issue"), "--port", server.port, "--requests", requests, "--count", bench.sizes.live_tokens]))
    return issued["tokens"]


def deletions(bench, server, credentials, applications):
    """The lines of the program that deletes: each application with a token that lives."""
    admin = json.loads((bench.work / "deletion" / "admin.json").read_text())
    bearer = "Bearer " + token_of(server.port, admin, admin["issuer"] + "/api/v1")
    introspector = basic(credentials["introspector"])
    file = bench.work / "deletions"
    with open(file, "w") as lines:
        for client in applications:
            token = token_of(server.port, client, credentials["audience"])
            lines.write(f"/api/v1/applications/{client['client_id']}\t{bearer}\t{introspector}\t{token}\n")
    return machine.pinned(machine.LOAD_CORE, [bench.program("deletion"), "--port", server.port, "--deletions", file])


def measure(bench, server, credentials, applications, what, alone):
    command = deletions(bench, server, credentials, applications)
    with machine.Watch() as watch:
        found = result_of(command)
    beside, name = (alone["inactive"], "with no other token") if alone else (found["asked"], "for one introspection")
    for at in ("p50", "p99"):
        judged = {"bound": 20, "goal": "<= 20 ms"} if at == "p99" else {}
        bench.report.add(f"delete to inactive, {what}, {at}", found["inactive"][f"{at}_us"] / 1e3, "ms",
                         limit=beside[f"{at}_us"] / 1e3, limit_name=f"ms {name}, {at}", higher_is_better=False,
                         note=note_of(found) if at == "p50" else "", **judged)
    bench.disturbed(what, watch.others)
    return found


def note_of(found):
    return (f"{found['deleted']} deletions; {found['active_after']} tokens were active after the answer; DELETE answered "
            f"p50 {found['answered']['p50_us'] / 1e3:.2f} ms, p99 {found['answered']['p99_us'] / 1e3:.2f} ms; one "
            f"introspection p50 {found['asked']['p50_us'] / 1e3:.3f} ms, p99 {found['asked']['p99_us'] / 1e3:.3f} ms")


def under_load(bench, server, credentials, applications, what):
    loaded = prepared(bench.work / "load", token_requests(credentials | {"applications": [credentials["introspector"]]}, 1))
    full = wrk(server, loaded, bench.sizes.seconds)["rate"]
    command = deletions(bench, server, credentials, applications)
    seconds = 3 * bench.sizes.seconds
    load = bench.start(machine.pinned(machine.LOAD_CORE, [
        bench.program("load"), "--port", server.port, "--requests", loaded, "--rate", full / 2, "--seconds", seconds,
        "--warm-up", 1]))
    bench.settle(1)
    found = result_of(command)
    still_loaded = load.poll() is None
    meanwhile = json.loads(load.communicate()[0].strip().splitlines()[-1])
    bench.report.add(f"delete to inactive, {what}, p99", found["inactive"]["p99_us"] / 1e3, "ms", bound=20, goal="<= 20 ms",
                     limit=found["asked"]["p99_us"] / 1e3, limit_name="ms for one introspection under that load, p99",
                     higher_is_better=False,
                     note=f"p50 {found['inactive']['p50_us'] / 1e3:.2f} ms; {note_of(found)}; {meanwhile['good_per_second']:,.0f} tokens/s of {full:,.0f}"
                          + ("" if still_loaded else "; the load ended before the deletions did"))


def rows(bench, data, found):
    """What a deletion writes does not depend on tokens: they have no rows."""
    contents = result_of([bench.program("contents"), "--data", data, "--scratch", bench.scratch("counted"),
                          "--records-max", 3 * bench.sizes.deletions])
    deleted = contents["commits"]["DeleteApplication"]
    bench.report.add("rows written by a deletion", deleted["rows_written"] / deleted["commits"], "rows",
                     note=f"{deleted['row_bytes_written'] / deleted['commits']:,.0f} bytes of rows and "
                          f"{deleted['log_bytes'] / deleted['commits']:,.0f} of log, over {deleted['commits']:,} deletions, "
                          f"of applications with one token and with thousands alike")
