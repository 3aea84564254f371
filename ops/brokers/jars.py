"""Kafka's jars, copied from Maven Central once per version into build/kafka/VERSION."""
import base64
import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from faults import Fault, say
from ports import free_ports

VERSIONS = ("3.9.1", "4.1.1", "3.6.2")  # the last is older than the product takes
here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
install_seconds_max = 600
download_seconds_max = 600
format_seconds_max = 60
archive_seconds_max = 120


@contextlib.contextmanager
def locked(path):
    """Holds the lock file `path`; waits for who holds it."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not path.exists() or path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                continue  # Its holder has removed the folder.
            yield
            return


def run(command, seconds, what):
    """Runs a command; its output is seen only when it fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise Fault(f"{what}: not done after {seconds} s") from None
    if done.returncode != 0:
        raise Fault(f"{what} failed:\n{done.stdout.strip()}")
    return done.stdout


def random_id():
    """A cluster's or a folder's id as Kafka writes them: 16 random bytes."""
    while True:
        text = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        if text[0] != "-":  # The tools would take it for an option.
            return text


class Kafka:
    """One version of Kafka on this machine."""

    def __init__(self, version):
        self.version = version
        self.folder = root / "build/kafka" / version
        self.classes = self.folder / "classes"
        self.classpath = f"{self.folder}/lib/*"

    def fetch(self):
        """Has what is missing installed and downloaded; nothing when all is there."""
        run([str(root / "ops/install")], install_seconds_max, "ops/install")
        with locked(root / "build/kafka" / f"{self.version}.lock"):
            if not self.folder.exists():
                self.copy()
            if not self.classes.exists():
                self.archive_classes()

    def copy(self):
        """Copies the jars."""
        say(f"copying Kafka {self.version} from Maven Central, about 56 MB, once")
        new = self.folder.with_name(self.version + ".new")
        shutil.rmtree(new, ignore_errors=True)
        run(["mvn", "-q", "-B", "-f", str(here / "pom.xml"), f"-Dkafka.version={self.version}",
             "dependency:copy-dependencies", f"-DoutputDirectory={new}/lib"], download_seconds_max, "Maven")
        new.rename(self.folder)

    def archive_classes(self):
        """Starts and stops one broker, for Java to keep the classes that it loads: each later start takes about
        1.3 seconds of a core less (2.9 became 1.6 s)."""
        say("starting a broker once, so that later ones start faster")
        with tempfile.TemporaryDirectory(dir=self.folder) as trial:
            client, controller = free_ports(2)
            properties = pathlib.Path(trial) / "server.properties"
            properties.write_text(
                "node.id=1\nprocess.roles=broker,controller\ncontroller.listener.names=CONTROLLER\n"
                f"controller.quorum.voters=1@127.0.0.1:{controller}\nlog.dirs={trial}/data\n"
                f"listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}\n")
            self.format(properties, random_id())
            archive = pathlib.Path(trial) / "classes"
            command = self.command(properties, f"-XX:ArchiveClassesAtExit={archive}")
            log = pathlib.Path(trial) / "log"
            with open(log, "wb") as out, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                                          stderr=out) as broker:
                try:
                    deadline = time.monotonic() + archive_seconds_max
                    while "Kafka Server started" not in log.read_text(errors="replace"):
                        if broker.poll() is not None or time.monotonic() > deadline:
                            raise Fault(f"a broker does not start:\n{log.read_text(errors='replace')[-2000:]}")
                        time.sleep(0.05)
                    broker.terminate()
                    broker.wait(archive_seconds_max)
                finally:
                    broker.kill()
            archive.rename(self.classes)

    def format(self, properties, cluster_id, more=()):
        """Prepares the storage folder of a node."""
        run(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", self.classpath, "kafka.tools.StorageTool",
             "format", "-t", cluster_id, "-c", str(properties), *more], format_seconds_max, "formatting a storage folder")

    def command(self, properties, classes=None):
        """What starts a node."""
        return ["java", "-Xmx384m", "-Xms128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError",
                classes or f"-XX:SharedArchiveFile={self.classes}",
                f"-Dlog4j.configuration=file:{here}/log4j.properties", "-cp", self.classpath, "kafka.Kafka",
                str(properties)]
