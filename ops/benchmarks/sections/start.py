"""From the start of the process to /readyz, with many applications, after a clean stop."""

from pathlib import Path

from harness.bench import median


def run(bench):
    applications = bench.sizes.many_applications
    data, _, made = bench.seeded(applications)
    with bench.server(data, core=None, threads=2):
        pass  # The first start after the seeding ends with a clean stop of the server itself.
    seconds = []
    for _ in range(bench.sizes.starts):
        with bench.server(data, core=None, threads=2) as server:
            seconds.append(server.ready_after)
    bench.report.add(f"ready, {applications:,} applications", median(seconds), "s", bound=1, goal="< 1 s",
                     higher_is_better=False, note=f"slowest of {len(seconds)}: {max(seconds):.3f} s; files in the page cache")
    if drop_page_cache():
        with bench.server(data, core=None, threads=2) as server:
            bench.report.add("the same, nothing in the page cache", server.ready_after, "s", bound=1, goal="< 1 s",
                             higher_is_better=False)
    bench.report.add("seeding, in process", made["commits_per_second"], "commits/s",
                     note=f"{made['in_flight']:,} commands in flight")


def drop_page_cache():
    try:
        Path("/proc/sys/vm/drop_caches").write_text("1\n")
        return True
    except OSError:
        return False  # Not root.
