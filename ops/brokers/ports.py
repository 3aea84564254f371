"""Where brokers listen."""
import random
import socket

from faults import Fault

# Beneath what outgoing connections are given, and apart from the ports that tests take: a stopped node's
# port stays free for it.
ports = range(5500, 8000)


def free_ports(count):
    """Loopback ports that nobody listens on now."""
    found = []
    for port in random.sample(ports, len(ports)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise Fault(f"fewer than {count} ports are free between {ports.start} and {ports.stop}")
