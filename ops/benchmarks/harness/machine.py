"""The machine: its cores, and who else uses them."""

import os
import time
from pathlib import Path

SERVER_CORE = 0
LOAD_CORE = 1
TICKS = os.sysconf("SC_CLK_TCK")

# Files that begin with the id of a process that is ours though nobody here started it: a broker.
adopted = []


def pinned(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def load_average():
    return os.getloadavg()[0]


def busy_seconds(core=None):
    """User and system time of all cores, or of one, since boot, and what the host took from them for other guests."""
    name = "cpu" if core is None else f"cpu{core}"
    for line in Path("/proc/stat").read_text().splitlines():
        fields = line.split()
        if fields[0] == name:
            return (sum(map(int, fields[1:4])) + int(fields[8])) / TICKS
    raise LookupError(name)


def process_seconds(pid):
    """User and system time of a process, and of the children that it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def adopted_pids():
    pids = set()
    for file in adopted:
        try:
            pids.add(int(file.read_text().split()[0]))
        except (OSError, IndexError, ValueError):
            pass  # It does not run now.
    return pids


def own_seconds():
    """The same of this process, everything that it started and what it adopted."""
    roots = {os.getpid()} | adopted_pids()
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                pass  # Ended meanwhile.
    total = 0.0
    for pid in parents:
        at = pid
        while at not in roots and at in parents:
            at = parents[at]
        if at in roots:
            try:
                total += process_seconds(pid)
            except OSError:
                pass
    return total


class Watch:
    """How many cores others used while this ran, and how busy the server's core was."""

    def __enter__(self):
        self._start = (time.monotonic(), busy_seconds(), own_seconds(), busy_seconds(SERVER_CORE))
        return self

    def __exit__(self, *_):
        began, busy, own, core = self._start
        seconds = time.monotonic() - began
        self.others = max(0.0, (busy_seconds() - busy - own_seconds() + own) / seconds)
        self.core_busy = min(1.0, (busy_seconds(SERVER_CORE) - core) / seconds)


def others_now(seconds=1.0):
    with Watch() as watch:
        time.sleep(seconds)
    return watch.others


def drop_page_cache():
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("1\n")
        return True
    except OSError:
        return False  # Not root.


def description():
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown processor")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024**2
    return f"{os.cpu_count()} cores of {model}, {memory} GiB, Linux {os.uname().release}"
