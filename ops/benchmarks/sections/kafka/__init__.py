"""Three nodes over brokers: how fast a deletion is felt everywhere, and what anything costs beside Kafka alone."""

from harness.fleet import Brokers
from sections.kafka import commands, deletion, history, races, tokens


def run(bench):
    with Brokers(1, bench.work / "kafka-1") as brokers:
        commands.run(bench, brokers)
        deletion.run(bench, brokers, goal_ms=20)
    with Brokers(3, bench.work / "kafka-3") as brokers:
        commands.run(bench, brokers)
        deletion.run(bench, brokers, goal_ms=50)
        races.run(bench, brokers)
        tokens.run(bench, brokers)
        history.run(bench, brokers)
    with Brokers(3, bench.work / "kafka-hasty", hasty=True) as brokers:
        deletion.run_with_a_broker_killed(bench, brokers, goal_ms=4_000)
