"""Kafka's jars, copied from Maven Central once per version into build/kafka/VERSION."""
import base64
import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess

from faults import Fault, say

VERSIONS = ("3.9.1", "4.1.1")
here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
install_seconds_max = 600
download_seconds_max = 600
format_seconds_max = 60


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
        self.classpath = f"{self.folder}/lib/*"

    def fetch(self):
        """Has what is missing installed and downloaded; nothing when all is there."""
        run([str(root / "ops/install")], install_seconds_max, "ops/install")
        with locked(root / "build/kafka" / f"{self.version}.lock"):
            if self.folder.exists():
                return
            say(f"copying Kafka {self.version} from Maven Central, about 56 MB, once")
            new = self.folder.with_name(self.version + ".new")
            shutil.rmtree(new, ignore_errors=True)
            run(["mvn", "-q", "-B", "-f", str(here / "pom.xml"), f"-Dkafka.version={self.version}",
                 "dependency:copy-dependencies", f"-DoutputDirectory={new}/lib"], download_seconds_max, "Maven")
            new.rename(self.folder)

    def format(self, properties, cluster_id, more=()):
        """Prepares the storage folder of a node."""
        run(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", self.classpath, "kafka.tools.StorageTool",
             "format", "-t", cluster_id, "-c", str(properties), *more], format_seconds_max, "formatting a storage folder")

    def command(self, properties):
        """What starts a node."""
        return ["java", "-Xmx384m", "-Xms128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError",
                f"-Dlog4j.configuration=file:{here}/log4j.properties", "-cp", self.classpath, "kafka.Kafka",
                str(properties)]
