"""POST /oauth2/introspect on one core, asked by the API's introspector."""

import json

from harness import machine
from harness.bench import token_requests
from harness.processes import bare_es256, post_form, prepared, result_of, wrk

AGAIN = 100  # tokens that are asked for again and again


def run(bench):
    for token_format in ("jwt", "opaque"):
        data, credentials_file, _ = bench.seeded(bench.sizes.applications, token_format)
        credentials = json.loads(credentials_file.read_text())
        with bench.server(data) as server:
            tokens = issue(bench, server, credentials)
            measure(bench, server, credentials, token_format, tokens[:AGAIN])
            requests = measure(bench, server, credentials, token_format, tokens)
    bench.first_seconds(data, requests, f"introspection, {len(tokens):,} opaque tokens")


def issue(bench, server, credentials):
    requests = prepared(bench.work / "issue", token_requests(credentials, bench.sizes.applications))
    kept = bench.work / "tokens"
    result_of(machine.pinned(machine.LOAD_CORE, [bench.program("issue"), "--port", server.port, "--requests", requests,
                                                 "--count", bench.sizes.distinct_tokens, "--keep", kept]))
    return kept.read_text().splitlines()


def measure(bench, server, credentials, token_format, tokens):
    asked = [("/oauth2/introspect", credentials["introspector"], {"token": token}) for token in tokens]
    requests = prepared(bench.work / "introspections", asked)
    again = len(tokens) == AGAIN
    first_jwt = token_format == "jwt" and not again
    answer = post_form(server.port, *asked[0])
    rounds = []
    with bench.nginx(len(answer)) as nginx:
        for turn in range(bench.sizes.rounds):
            first = turn * len(tokens) // bench.sizes.rounds  # Where no earlier turn has just been.
            rounds.append({"bare": bare_es256(1) if first_jwt else None,
                           "nginx": wrk(nginx, requests, bench.sizes.seconds),
                           "optare": wrk(server, requests, bench.sizes.seconds, first, warm_up=1 if again else 0)})
    name = {"jwt": "JWTs", "opaque": "opaque tokens"}[token_format]
    seen = " again and again" if again else ", each for the first time" if first_jwt else ", one after the other"
    what = f"introspection, {len(tokens):,} {name}{seen}"
    # With head and body: an answer that says inactive is hundreds of bytes shorter.
    if min(r["optare"]["bytes_each"] for r in rounds) < len(answer) + 100:
        raise RuntimeError(f"{what}: not every token was active")
    bench.report_rounds(what, rounds, "verify", "verifications", 0.7)
    return requests
