"""The requests of Kafka's protocol that ops/kafka makes itself: who leads the controllers? Which brokers
does a broker know? And one to elect leaders.

A tool of Kafka's would answer too, after starting a Java machine for two seconds.
"""
import socket
import struct

metadata = 3
elect_leaders = 43
describe_quorum = 55
answer_bytes_min = 14
answer_bytes_max = 1 << 20


def leader_epoch(address, seconds):
    """The epoch that the controller at (host, port) leads in; none when it does not lead, or does not answer."""
    name = b"__cluster_metadata"
    body = struct.pack(">hhih", describe_quorum, 0, 1, -1) + b"\0"  # key, version, correlation, no client id
    body += b"\2" + bytes([len(name) + 1]) + name + b"\2" + struct.pack(">i", 0) + b"\0\0\0"
    answer = ask(address, body, seconds)
    if answer is None:
        return None
    # correlation, no tags, error, one topic, its name, one partition: index, error, leader, epoch
    error = struct.unpack_from(">h", answer, 5)[0]
    if error != 0:
        return None
    at = 7 + 1 + 1 + len(name) + 1
    _, error, _, epoch = struct.unpack_from(">ihii", answer, at)
    return epoch if error == 0 else None


def known_brokers(address, seconds):
    """The ids of the brokers that the one at (host, port) tells its clients of; none when it does not answer."""
    body = struct.pack(">hhih", metadata, 4, 1, -1)  # as above
    body += struct.pack(">i?", 0, False)  # no topics, and none to be made
    answer = ask(address, body, seconds)
    if answer is None:
        return set()
    # correlation, throttle time, brokers: id, host, port, rack or none
    known = set()
    count, at = struct.unpack_from(">i", answer, 8)[0], 12
    for _ in range(count):
        number, size = struct.unpack_from(">ih", answer, at)
        at += 4 + 2 + size + 4
        at += 2 + max(0, struct.unpack_from(">h", answer, at)[0])
        known.add(number)
    return known


def elect_first_copies(address, seconds):
    """Has the first copy of each partition lead it, where it is in sync; was that done?"""
    body = struct.pack(">hhih", elect_leaders, 1, 1, -1)  # as above
    body += struct.pack(">bii", 0, -1, int(seconds * 1000))  # the preferred ones, of all partitions
    answer = ask(address, body, seconds)
    # correlation, throttle time, error
    return answer is not None and struct.unpack_from(">h", answer, 8)[0] == 0


def ask(address, body, seconds):
    """The answer to one request; none when it does not come in time."""
    try:
        with socket.create_connection(address, seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(struct.pack(">i", len(body)) + body)
            return receive(connection)
    except OSError:
        return None


def receive(connection):
    """One answer, without its length."""
    size = struct.unpack(">i", exactly(connection, 4))[0]
    if not answer_bytes_min <= size <= answer_bytes_max:
        raise OSError(f"an answer of {size} bytes")
    return exactly(connection, size)


def exactly(connection, size):
    """The next `size` bytes."""
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("the connection was closed")
        data += more
    return data
