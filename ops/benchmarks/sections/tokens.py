"""POST /oauth2/token on one core: JWT beside the bare signing rate, opaque beside nginx."""

import json

from harness.bench import median, token_requests
from harness.processes import bare_es256, prepared, wrk, post_form


def run(bench):
    for token_format in ("jwt", "opaque"):
        data, credentials_file, _ = bench.seeded(bench.sizes.applications, token_format)
        credentials = json.loads(credentials_file.read_text())
        with bench.server(data) as server:
            for applications in (1, bench.sizes.applications):
                measure(bench, server, credentials, token_format, applications)


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
    what = f"{token_format}, {applications:,} application{'s' if applications > 1 else ''}"
    report_rounds(bench, what, rounds, token_format)


def report_rounds(bench, what, rounds, token_format):
    def of(name, key):
        return median(r[name][key] for r in rounds)

    rate, nginx = of("optare", "rate"), of("nginx", "rate")
    note = (f"p50 {of('optare', 'p50_us'):,.0f} us, p99 {of('optare', 'p99_us'):,.0f} us with 64 connections; "
            f"{of('optare', 'processor_us'):.1f} us of processor each, {of('optare', 'core_used'):.0%} of a core "
            f"(nginx {of('nginx', 'processor_us'):.1f} us)")
    if token_format == "jwt":
        bench.report.add(what, rate, "/s", limit=of("bare", "sign"), limit_name="bare ES256 signing", share=0.6, note=note)
        bench.report.add(what, rate, "/s", limit=nginx, limit_name="nginx, a constant")
    else:
        bench.report.add(what, rate, "/s", limit=nginx, limit_name="nginx, a constant", share=0.5, note=note)
    bench.disturbed(what, max(r["optare"]["others"] for r in rounds))
