"""Where the time goes: shares of a process's time by its stacks. Not one of the sections of a run without names."""

import json

from harness import machine, profile
from harness.bench import token_requests
from harness.processes import prepared, wrk, wrk_command
from sections.introspection import issue
from sections.overload import WARM_UP, load_command

SECONDS = 3


def run(bench):
    for token_format, name in (("opaque", "opaque token"), ("jwt", "JWT")):
        data, credentials_file, _ = bench.seeded(bench.sizes.applications, token_format)
        credentials = json.loads(credentials_file.read_text())
        requests = prepared(bench.work / "profiled", token_requests(credentials, bench.sizes.applications))
        with bench.server(data) as server:
            load = wrk_load(server, requests)
            under_load(bench, name, server, load)
            if token_format == "jwt":
                capacity = wrk(server, requests, SECONDS)["rate"]
                for times in (1, 2):
                    load = load_command(bench, server, requests, times * capacity, SECONDS + 2)
                    under_load(bench, f"JWT, offered at {times} x capacity", server, load, WARM_UP + 1)
            tokens = issue(bench, server, credentials)
            asked = [("/oauth2/introspect", credentials["introspector"], {"token": token}) for token in tokens]
            load = wrk_load(server, prepared(bench.work / "introspected", asked))
            seen = {"jwt": "JWT seen for the first time", "opaque": "opaque token"}[token_format]
            under_load(bench, f"introspection, {seen}", server, load)
    programs(bench)


def wrk_load(server, requests):
    return machine.pinned(machine.LOAD_CORE, wrk_command(server, requests, SECONDS + 2))


def under_load(bench, what, server, load, settle=1):
    load = bench.start(load)
    bench.settle(settle)
    show(bench, what, profile.recorded(["-p", server.pid, "--", "sleep", SECONDS], 60, bench.work / "perf.data"))
    load.communicate()


def programs(bench):
    commands = [bench.program("commands"), "--no-bare"]
    alone = [*commands, "--data", bench.scratch("commands-alone"), "--one", 10 * bench.sizes.commands_alone, "--many", 0]
    show(bench, "a command alone", list(profile.recorded(["--", *alone], 300, bench.work / "perf.data")))
    together = [*commands, "--data", bench.scratch("commands"), "--one", 0, "--many", bench.sizes.commands_together]
    stacks = long_run(bench, together)
    show(bench, "commands, 8,000 in flight", stacks)
    show(bench, "- the follower's thread alone", [stack for stack in stacks if within(stack, "optare::Follower::")])
    data, _, _ = bench.seeded(bench.sizes.many_applications)
    replay = machine.pinned(machine.SERVER_CORE, [bench.program("replay"), "--data", data, "--scratch",
                                                  bench.scratch("replayed"), "--no-bare"])
    stacks = long_run(bench, replay)
    # Of all threads: one after the other, on one core.
    begins = next(i for i, stack in enumerate(stacks) if within(stack, "optare::rebuild"))
    show(bench, "live apply", stacks[:begins])
    show(bench, "rebuild", stacks[begins:])


def long_run(bench, command):
    return list(profile.recorded(["--", *command], 600, bench.work / "perf.data", profile.RATE_OF_LONG_RUNS))


def within(stack, name):
    return any(name in frame for frame in stack)


def show(bench, what, stacks):
    samples, shares = profile.shares(stacks)
    bench.report.share(what, samples, [(name, share) for name, share in shares if share >= 0.02])
