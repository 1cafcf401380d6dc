"""A real site on this machine: ``flask serve`` with its own folder and port."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
# Below the ports that the system itself gives to connections.
_ports = iter(range(20_000, 30_000))
_claims: list[socket.socket] = []
START_SECONDS = 60
STOP_SECONDS = 30


class Site:
    """``flask serve`` as processes; stops whatever it started when left."""

    def __init__(self, folder, *, port=0, options=(), **environ):
        self.folder = folder
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.options = options
        self.environ = environ
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        for pid in self.left_over():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    @property
    def environment(self):
        return {
            **{name: value for name, value in os.environ.items() if name[:6] != "FORUM_"},
            "FORUM_INSTANCE": str(self.folder),
            "FORUM_SITE_URL": self.origin,
            "FORUM_LOG_LEVEL": "WARNING",
            "FORUM_RATELIMIT_ENABLED": "0",
            **self.environ,
        }

    def flask(self, *arguments):
        """Run a command to its end."""
        return subprocess.run(
            [*FLASK, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    def start(self):
        """Start it and wait until it answers."""
        with (self.folder / "output.txt").open("a") as output:
            self.process = subprocess.Popen(
                [*FLASK, "serve", "--port", str(self.port), *self.options],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_up()

    def wait_until_up(self, seconds=START_SECONDS):
        """Wait until the site answers."""
        wait_for(lambda: self.answers("/healthz"), seconds, lambda: self.output)

    def answers(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self, number=signal.SIGTERM):
        """Ask it to stop; gives the exit status."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def web_processes(self):
        """Numbers of the processes that answer requests."""
        return [pid for pid in children_of(self.process.pid) if "worker" not in command_of(pid)]

    def worker_process(self):
        """Number of the process that does the jobs, once there is one."""
        found = []

        def look():
            found[:] = [p for p in children_of(self.process.pid) if "worker" in command_of(p)]
            return found

        wait_for(look, START_SECONDS)
        return found[0]

    def left_over(self):
        """Processes that have this site's folder in their environment."""
        mark = f"FORUM_INSTANCE={self.folder}".encode()
        return [pid for pid in all_processes() if mark in _read(pid, "environ").split(b"\0")]

    @property
    def output(self):
        return re.sub(r"\x1b\[\d*m", "", (self.folder / "output.txt").read_text())


def all_processes():
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def children_of(parent):
    """Numbers of the processes that ``parent`` has started and that live."""
    found = []
    for pid in all_processes():
        state, _, rest = _read(pid, "stat").rpartition(b")")[2].strip().partition(b" ")
        if state not in {b"", b"Z"} and int(rest.split()[0]) == parent:
            found.append(pid)
    return found


def command_of(pid):
    return _read(pid, "cmdline").decode().split("\0")


def _read(pid, name):
    # A process may end while it is looked at.
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""


def free_port():
    """A port that nobody uses, and that no other test on this machine is given.

    While this process lives, a UDP socket with the same number says that the port is taken: the
    servers may share a port, so they would not notice.
    """
    for port in _ports:
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            claim.close()
        else:
            _claims.append(claim)
            return port
    raise RuntimeError("there is no free port left")


def wait_for(condition, seconds, explain=lambda: ""):
    """Look again and again until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain\n{explain()}"
        time.sleep(0.02)
