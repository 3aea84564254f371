"""The one request of Kafka's protocol that ops/kafka makes itself: who leads the controllers?

A tool of Kafka's would answer too, after starting a Java machine for two seconds.
"""
import socket
import struct

describe_quorum = 55
answer_bytes_max = 1 << 20


def leader_epoch(address, seconds):
    """The epoch that the controller at (host, port) leads in; none when it does not lead, or does not answer."""
    name = b"__cluster_metadata"
    body = struct.pack(">hhih", describe_quorum, 0, 1, -1) + b"\0"  # key, version, correlation, no client id
    body += b"\2" + bytes([len(name) + 1]) + name + b"\2" + struct.pack(">i", 0) + b"\0\0\0"
    try:
        with socket.create_connection(address, seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(struct.pack(">i", len(body)) + body)
            answer = receive(connection)
    except OSError:
        return None
    # correlation, no tags, error, one topic, its name, one partition: index, error, leader, epoch
    error = struct.unpack_from(">h", answer, 5)[0]
    if error != 0:
        return None
    at = 7 + 1 + 1 + len(name) + 1
    _, error, _, epoch = struct.unpack_from(">ihii", answer, at)
    return epoch if error == 0 else None


def receive(connection):
    """One answer, without its length."""
    size = struct.unpack(">i", exactly(connection, 4))[0]
    if not 19 <= size <= answer_bytes_max:
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
