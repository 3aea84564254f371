"""What ops/kafka says when it cannot do what it was asked: one line for a person, exit code 1."""
import sys


class Fault(Exception):
    """What went wrong, and where to look."""


def say(line):
    """Progress: on stderr, so that stdout is the answer."""
    print(f"ops/kafka: {line}", file=sys.stderr, flush=True)
