"""A command in process: alone beside a record that is produced and read back by librdkafka alone, and many at once."""

from harness import machine
from harness.bench import latency
from harness.processes import result_of


def run(bench, brokers):
    sizes, what = bench.sizes, brokers.text
    with machine.Watch() as watch:
        found = result_of([bench.program("commands"), "--data", bench.scratch(f"commands-{brokers.count}"),
                           *brokers.new_place("commands"), "--one", sizes.commands_alone, "--many", sizes.commands_together])
        bare_rate = result_of([bench.program("kafka"), "produce", "--brokers", brokers.bootstrap, "--prefix", "produced",
                               "--records", sizes.commands_together])
    command, bare, many = found["command"], found["bare"], found["many"]
    for at in ("p50", "p99"):
        bench.report.add(f"{what}: a command alone, {at}", command[f"{at}_us"] / 1e3, "ms", limit=bare[f"{at}_us"] / 1e3,
                         limit_name=f"ms of a bare produce-to-consume, {at}")
    bench.report.add(f"{what}: {many['commits']:,} commands, {many['in_flight']:,} in flight", many["commits_per_second"],
                     "/s", limit=bare_rate["records_per_second"], limit_name="/s of bare records, acknowledged",
                     latency=latency(many["latency"]), note=f"{many['processor_us_each']:.1f} us of processor each")
    bench.disturbed(f"{what}: commands", watch.others)
