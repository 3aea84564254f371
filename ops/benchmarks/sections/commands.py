"""A command in process: alone beside one synced write, and many at once."""

from harness import machine
from harness.processes import result_of


def run(bench):
    sizes = bench.sizes
    with machine.Watch() as watch:
        found = result_of([bench.program("commands"), "--data", bench.scratch("commands"), "--one", sizes.commands_alone,
                           "--many", sizes.commands_together])
    command, fsync, many = found["command"], found["bare"], found["many"]
    rocks = found["rocks"]
    add = bench.report.add
    add("a command alone, p50", command["p50_us"], "us", limit=fsync["p50_us"], limit_name="us of one fsync, p50",
        bound=fsync["p50_us"] + 300, goal="<= one fsync + 300 us", higher_is_better=False)
    add("a command alone, p99", command["p99_us"], "us", limit=fsync["p99_us"], limit_name="us of one fsync, p99",
        bound=3 * fsync["p50_us"], goal="<= 3 fsyncs (of p50)", higher_is_better=False,
        note=f"slowest command {command['max_us']:,.0f} us, slowest fsync {fsync['max_us']:,.0f} us; one record of that size, "
             f"synced, into RocksDB alone p50 {rocks['p50_us']:,.0f} us, p99 {rocks['p99_us']:,.0f} us")
    bare = found["bare_groups"]
    add(f"{many['commits']:,} commands, {many['in_flight']:,} in flight", many["commits_per_second"], "/s",
        limit=bare["records_per_second"], limit_name="/s: the same records alone into the log's RocksDB, in synced groups "
        f"of {bare['group']:,}", bound=50_000, goal=">= 50,000 /s",
        latency=(many["latency"]["p50_us"], many["latency"]["p99_us"]),
        note=f"{many['processor_us_each']:.1f} us of processor each; a record has {bare['bytes_each']:,} bytes")
    bench.disturbed("all", watch.others)
