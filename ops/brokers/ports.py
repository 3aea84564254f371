"""Where brokers listen."""
import random
import socket

from faults import Fault

# Beneath what outgoing connections are given, and apart from the ports that tests take: a stopped node's
# port stays free for it.
ports = range(5500, 8000)


# Sockets that keep the ports that this process was given.
reservations = []


def free_ports(count):
    """Loopback ports that nobody listens on now, and that no other process is given while this one lives: it
    has them at another address until the brokers listen."""
    found = []
    for port in random.sample(ports, len(ports)):
        reservation = socket.socket()
        try:
            reservation.bind(("127.0.0.2", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            continue
        reservations.append(reservation)
        found.append(port)
        if len(found) == count:
            return found
    raise Fault(f"fewer than {count} ports are free between {ports.start} and {ports.stop}")
