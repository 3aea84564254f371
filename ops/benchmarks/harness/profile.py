"""Where a process's time goes: stacks by perf, and what part of them is whose."""

import re
import subprocess
from collections import Counter

# Samples a second and core; not in step with anything that runs every millisecond.
RATE = 499
RATE_OF_LONG_RUNS = 97

# Of a stack, from its innermost frame outwards, the first frame that one of these knows tells whose it is.
PARTS = [(name, re.compile(pattern)) for name, pattern in (
    ("sync and write-ahead log", r"^(fdatasync|fsync|sync_file_range|__libc_pwrite)|WriteToWAL|SyncWAL|log::Writer::"),
    ("sending", r"^(__send|send|sendmsg|__libc_sendmsg)\b|reactive_socket_send"),
    ("receiving and epoll", r"^(__recv|recv|recvmsg|__libc_recvmsg|epoll_wait|epoll_pwait)\b|epoll_reactor::run"),
    ("signing", r"JwtSigner::sign|Signer::sign|EVP_DigestSign|EVP_PKEY_sign"),
    ("verifying", r"JwtVerification::verify|Verifier::verify|EVP_DigestVerify|EVP_PKEY_verify"),
    ("sealing and opening", r"OpaqueTokens::"),
    ("secret and client", r"matching_secret|client_secret_digest|authenticate"),
    ("flushes and compactions", r"BackgroundCallFlush|BackgroundCallCompaction|FlushJob::|CompactionJob::"),
    ("memtables", r"MemTable::|MemTableInserter|InlineSkipList|InsertInto"),
    ("the rest of RocksDB's writing", r"DBImpl::Write|WriteBatch::|RocksStore::write|LogDatabase::write"),
    ("reading the log", r"LogDatabase::read|EmbeddedLog::read|HotTail::read"),
    ("RocksDB's look-ups", r"RocksStore::(get|scan)|DBImpl::Get"),
    ("MAC and chain hash", r"FleetMac|chain_hash|hmac_sha256|Chain::"),
    ("decoding commits", r"decode_commit|parse_frame|admit|Journal::"),
    ("folding and encoding rows", r"evolve|::apply$|facts_of|Rows::|encode_"),
    ("issuance records and their batch", r"IssuanceSpool|encode_issu|BatchWriter"),
    ("claims and liveness", r"AccessTokenClaims|[Ll]iveness|is_alive"),
    ("shedding", r"Shedder::|RequestCounts::request_shed"),
    ("reading the request", r"parse_head|RequestParser|basic_parser|Form::|parse_form|RouteTable"),
    ("deciding", r"::decide$|CommandRunner|optare::handle"),
    ("waking threads", r"^do_futex"),
    ("the follower, else", r"Follower::"),
    ("the log's writer, else", r"EmbeddedLog::"),
    ("coroutines and Asio", r"boost::asio::|awaitable"),
)]


def part_of(stack):
    for frame in stack:
        for name, pattern in PARTS:
            if pattern.search(frame):
                return name
    return "else"


def recorded(target, seconds_max, file, rate=RATE):
    """`target`: perf's own arguments for what is to be watched. Its stacks in order, innermost frame first."""
    subprocess.run(["perf", "record", "-q", "-F", str(rate), "--call-graph", "dwarf,16384", "-o", file, *map(str, target)],
                   check=True, stdout=subprocess.DEVNULL, timeout=seconds_max)
    script = subprocess.Popen(["perf", "script", "--no-inline", "-F", "ip,sym", "-i", file], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, errors="replace")
    stack = []
    for line in script.stdout:
        words = line.strip().split(maxsplit=1)
        if words:
            stack.append(words[1] if len(words) > 1 else "")
        elif stack:
            yield stack
            stack = []
    if stack:
        yield stack
    script.wait()
    file.unlink()


def shares(stacks):
    counted = Counter(map(part_of, stacks))
    total = sum(counted.values())
    return total, [(name, count / total) for name, count in counted.most_common()]
