"""POST /oauth2/token on one core: JWT beside the bare signing rate, opaque beside nginx."""

import json

from harness.bench import token_requests
from harness.processes import bare_es256, prepared, wrk, post_form


def run(bench):
    for token_format in ("jwt", "opaque"):
        data, credentials_file, _ = bench.seeded(bench.sizes.applications, token_format)
        credentials = json.loads(credentials_file.read_text())
        with bench.server(data) as server:
            for applications in (1, bench.sizes.applications):
                measure(bench, server, credentials, token_format, applications)
        if token_format == "jwt":
            bench.first_seconds(data, bench.work / f"tokens-jwt-{bench.sizes.applications}",
                                f"JWT tokens, {bench.sizes.applications:,} applications")


def measure(bench, server, credentials, token_format, applications):
    chosen = token_requests(credentials, applications)
    requests = prepared(bench.work / f"tokens-{token_format}-{applications}", chosen)
    answer = post_form(server.port, *chosen[0])
    rounds = []
    with bench.nginx(len(answer)) as nginx:
        for _ in range(bench.sizes.rounds):
            rounds.append({"bare": bare_es256(1) if token_format == "jwt" else None,
                           "nginx": wrk(nginx, requests, bench.sizes.seconds),
                           "optare": wrk(server, requests, bench.sizes.seconds)})
    name = {"jwt": "JWT", "opaque": "opaque"}[token_format]
    what = f"{name} tokens, {applications:,} application{'s' if applications > 1 else ''}"
    bench.report_rounds(what, rounds, "sign", "signatures", 0.6)
