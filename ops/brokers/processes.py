"""Processes that outlive the command that started them, known by pid and start time (pids come again)."""
import os
import signal
import time

from faults import Fault


def start_time(pid):
    """When the process started, in clock ticks; none when there is no such process, or only its corpse."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def is_stopped(pid):
    """Is it halted by SIGSTOP?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in "Tt"
    except (FileNotFoundError, ProcessLookupError):
        return False


class PidFile:
    """The pid and start time of one process."""

    def __init__(self, path):
        self.path = path

    def write(self, pid):
        """Records a process that this one has just started."""
        text = f"{pid} {start_time(pid) or 0}\n"
        new = self.path.with_name(self.path.name + ".new")
        new.write_text(text)
        new.rename(self.path)

    def pid(self):
        """The pid of the recorded process if it is still there."""
        try:
            pid, began = map(int, self.path.read_text().split())
        except (FileNotFoundError, ValueError):
            return None
        return pid if start_time(pid) == began else None

    def signal(self, number):
        """Was there a process to send it to?"""
        pid = self.pid()
        if pid is None:
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def wait_gone(self, seconds):
        """Is the process gone within this time?"""
        deadline = time.monotonic() + seconds
        while self.pid() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def kill(self, seconds=10):
        """Ends the process at once."""
        self.signal(signal.SIGKILL)
        if not self.wait_gone(seconds):
            raise Fault(f"process {self.pid()} does not end, {seconds} s after SIGKILL")
        self.path.unlink(missing_ok=True)
