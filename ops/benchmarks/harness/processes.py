"""Servers, load and programs: started, waited for, ended by their own id."""

import base64
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

from . import machine

FOLDER = Path(__file__).resolve().parent.parent
FORM = "application/x-www-form-urlencoded"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def basic(client):
    pair = f"{client['client_id']}:{client['client_secret']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def call(port, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def post_form(port, path, client, form):
    body = urllib.parse.urlencode(form)
    status, content = call(port, "POST", path, {"Authorization": basic(client), "Content-Type": FORM}, body)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}: {content.decode()}")
    return content


def token_of(port, client, audience):
    answer = post_form(port, "/oauth2/token", client,
                       {"grant_type": "client_credentials", "audience": audience})
    return json.loads(answer)["access_token"]


def result_of(command, seconds_max=600):
    """Runs one of our programs; its progress is shown, its last line is its result."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=False,
                          timeout=seconds_max)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}")
    return json.loads(done.stdout.strip().splitlines()[-1])


class Process:
    """A server that is ended with SIGTERM and waited for."""

    def __init__(self, command, log):
        self._log = open(log, "ab")
        self.process = subprocess.Popen([str(part) for part in command], stdout=self._log, stderr=self._log)

    @property
    def pid(self):
        return self.process.pid

    def seconds(self):
        return machine.process_seconds(self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self._log.close()
        if code != 0:
            print(f"  {self.process.args[0]} ended with {code}; see {self._log.name}", file=sys.stderr)


class Optare(Process):
    def __init__(self, program, data, work, core=machine.SERVER_CORE, threads=1, flags=()):
        self.port, self.ops_port = free_port(), free_port()
        command = [program, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}", "--ops-listen",
                   f"127.0.0.1:{self.ops_port}", "--threads", threads, "--log-level", "warning",
                   "--connections-per-address-max", 10_000, *flags]
        began = time.monotonic()
        super().__init__(machine.pinned(core, command) if core is not None else command, work / "server.log")
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        self.ready_after = time.monotonic() - began

    def wait_until_ready(self, seconds_max=600):
        until = time.monotonic() + seconds_max
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}; see {self._log.name}")
            try:
                if call(self.ops_port, "GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass  # It does not listen yet.
            time.sleep(0.002)
        raise RuntimeError("the server does not become ready")

    def metric(self, name, label):
        """Its value, of the line with that label."""
        for line in call(self.ops_port, "GET", "/metrics")[1].decode().splitlines():
            if line.startswith(name + "{") and label in line:
                return float(line.rpartition(" ")[2])
        raise LookupError(f"{name} {label}")

    def resident_kib(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return {name: int(re.search(rf"^{name}:\s+(\d+)", status, re.M).group(1))
                for name in ("VmRSS", "RssAnon", "RssFile")}


class Nginx(Process):
    """A constant of `body_bytes`, on the server's core."""

    def __init__(self, body_bytes, work):
        self.port = free_port()
        folder = work / "nginx"
        folder.mkdir(exist_ok=True)
        places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                         ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"worker_processes 1; daemon off; master_process off; pid {folder}/pid; error_log stderr warn;"
            f"events {{ worker_connections 1024; }}"
            f"http {{ access_log off; keepalive_requests 1000000000; {places}"
            f"server {{ listen 127.0.0.1:{self.port}; location / {{ default_type application/json;"
            f"return 200 '{'x' * body_bytes}'; }} }} }}\n")
        super().__init__(machine.pinned(machine.SERVER_CORE, ["nginx", "-p", folder, "-c", folder / "nginx.conf"]),
                         work / "nginx.log")
        self._wait()

    def _wait(self):
        for _ in range(500):
            try:
                call(self.port, "GET", "/")
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("nginx does not answer")


def prepared(path, requests):
    """A file of requests: (path, client, form) each."""
    with open(path, "w") as file:
        for target, client, form in requests:
            file.write(f"{target}\t{basic(client)}\t{urllib.parse.urlencode(form)}\n")
    return path


def wrk_command(server, requests, seconds, first=0, connections=64):
    return ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", FOLDER / "cycle.lua",
            f"http://127.0.0.1:{server.port}/", "--", requests, first]


def wrk(server, requests, seconds, first=0, connections=64, warm_up=1.0):
    """Keep-alive load from the other core; the server's rate, latency and processor time."""
    def run(duration):
        return result_of(machine.pinned(machine.LOAD_CORE, wrk_command(server, requests, duration, first, connections)))

    if warm_up:
        run(warm_up)
    used = server.seconds()
    with machine.Watch() as watch:
        found = run(seconds)
    if found["bad"] or found["broken"]:
        raise RuntimeError(f"load: {found['bad']} answers were errors, {found['broken']} connections broke")
    count, processor = found["requests"], server.seconds() - used
    return {"rate": count / found["seconds"], "p50_us": found["p50_us"], "p99_us": found["p99_us"],
            "bytes_each": found["bytes"] / count, "processor_us": processor / count * 1e6,
            "others": watch.others, "core_used": processor / found["seconds"]}


def bare_es256(seconds):
    """Signatures and verifications a second of one core's time: OpenSSL's own loop, none of our code."""
    command = machine.pinned(machine.SERVER_CORE, ["openssl", "speed", "-mr", "-seconds", seconds, "ecdsap256"])
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = next(line for line in done.stdout.splitlines() if line.startswith("+F4:")).split(":")
    return {"sign": float(figures[3]), "verify": float(figures[4])}
