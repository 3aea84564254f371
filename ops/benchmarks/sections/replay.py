"""The log of many applications, applied by one core: live, and by a rebuild of every projection."""

from harness import machine
from harness.processes import result_of


def run(bench):
    data, _, _ = bench.seeded(bench.sizes.many_applications)
    command = [bench.program("replay"), "--data", data, "--scratch", bench.scratch("replayed")]
    with machine.Watch() as watch:
        found = result_of(machine.pinned(machine.SERVER_CORE, command))
    for name, what, goal in (("live", "live apply", 50_000), ("rebuild", "rebuild of all projections", 150_000)):
        figures, bare = found[name], found["bare_" + name]
        bench.report.add(f"{what}, {figures['commits']:,} commits, one core", figures["commits_per_second"], "/s",
                         limit=bare["commits_per_second"], limit_name="/s: RocksDB alone reads that log and writes those rows",
                         bound=goal, goal=f">= {goal:,} /s",
                         note=f"{figures['processor_us_each']:.1f} us of processor each; RocksDB alone "
                              f"{bare['processor_us_each']:.1f} us: {bare['rows']:,} rows in {bare['batches']:,} batches, "
                              f"{bare['log_bytes'] / 1e6:,.0f} MB of log")
    bench.disturbed("all", watch.others)
