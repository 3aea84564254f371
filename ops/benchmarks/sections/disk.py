"""Bytes on disk, as the file system counts them, after a clean stop."""

import json

from harness.bench import token_requests
from harness.processes import prepared, result_of


def run(bench):
    applications = bench.sizes.many_applications
    data, _, _ = bench.seeded(applications)
    an_application(bench, data, applications)
    tokens(bench)


def an_application(bench, data, applications):
    for what, folder, most in (("rows and indexes", "view", 1024), ("the log", "log", 2048)):
        bench.report.add(f"on disk: {what}, an application of {applications:,}", allocated(data / folder) / applications,
                         "bytes", bound=most, goal=f"<= {most:,} bytes", higher_is_better=False)


def tokens(bench):
    data, credentials_file, _ = bench.seeded(bench.sizes.deletions, name="spooled")
    credentials = json.loads(credentials_file.read_text())
    requests = prepared(bench.work / "spooling", token_requests(credentials, bench.sizes.deletions))
    before = allocated(data / "spool")
    with bench.server(data, core=None, threads=1) as server:
        result_of([bench.program("issue"), "--port", server.port, "--requests", requests, "--count",
                   bench.sizes.distinct_tokens])
    grown = allocated(data / "spool") - before
    bench.report.add(f"on disk: an issuance record, of {bench.sizes.distinct_tokens:,}", grown / bench.sizes.distinct_tokens, "bytes")


def allocated(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
