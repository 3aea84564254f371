"""POST /oauth2/introspect on one core, asked by the API's introspector."""

import json

from harness import machine
from harness.bench import median, token_requests
from harness.processes import bare_es256, post_form, prepared, result_of, wrk

AGAIN = 100  # tokens that are asked for again and again


def run(bench):
    for token_format in ("jwt", "opaque"):
        data, credentials_file, _ = bench.seeded(bench.sizes.applications, token_format)
        credentials = json.loads(credentials_file.read_text())
        with bench.server(data) as server:
            tokens = issue(bench, server, credentials)
            measure(bench, server, credentials, token_format, tokens[:AGAIN])
            measure(bench, server, credentials, token_format, tokens)


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
    what = f"{token_format}, {len(tokens):,} tokens{' again and again' if again else ', each seen for the first time'}"
    report_rounds(bench, what, rounds, first_jwt, len(answer))


def report_rounds(bench, what, rounds, first_jwt, answer_bytes):
    def of(name, key):
        return median(r[name][key] for r in rounds)

    # With head and body: an answer that says inactive is hundreds of bytes shorter.
    if min(r["optare"]["bytes_each"] for r in rounds) < answer_bytes + 100:
        raise RuntimeError(f"{what}: not every token was active")
    rate, nginx = of("optare", "rate"), of("nginx", "rate")
    note = (f"p50 {of('optare', 'p50_us'):,.0f} us, p99 {of('optare', 'p99_us'):,.0f} us with 64 connections; "
            f"{of('optare', 'processor_us'):.1f} us of processor each, {of('optare', 'core_used'):.0%} of a core "
            f"(nginx {of('nginx', 'processor_us'):.1f} us)")
    if first_jwt:
        bench.report.add(what, rate, "/s", limit=of("bare", "verify"), limit_name="bare ES256 verifying", share=0.7,
                         note=note)
    else:
        bench.report.add(what, rate, "/s", limit=nginx, limit_name="nginx, a constant", share=0.5, note=note)
    bench.disturbed(what, max(r["optare"]["others"] for r in rounds))

