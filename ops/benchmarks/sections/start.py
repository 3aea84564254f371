"""From the start of the process to /readyz, with many applications, after a clean stop."""

from harness import machine
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
    folders = [data / name for name in ("view", "log", "spool")]
    alone = [bench.rocks_alone(*folders)["seconds"] for _ in range(bench.sizes.starts)]
    opened = "s: RocksDB alone opens these folders"
    bench.report.add(f"start with {applications:,} applications", median(seconds), "s", limit=median(alone), limit_name=opened,
                     bound=1, goal="< 1 s",
                     higher_is_better=False, note=f"slowest of {len(seconds)}: {max(seconds):.3f} s; files in the page cache")
    if machine.drop_page_cache():
        with bench.server(data, core=None, threads=2) as server:
            ready_after = server.ready_after
        machine.drop_page_cache()
        bench.report.add("the same, with an empty page cache", ready_after, "s",
                         limit=bench.rocks_alone(*folders)["seconds"], limit_name=opened, bound=1, goal="< 1 s",
                         higher_is_better=False)
    bench.report.add("seeding those, in process", made["commits_per_second"], "commits/s",
                     note=f"{made['in_flight']:,} commands in flight")
