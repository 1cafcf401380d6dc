"""Servers on one core, load on another, and what the servers spent on it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg

ROOT = Path(__file__).parents[1]
LUA = Path(__file__).with_name("load.lua")
CONNECTIONS = 4
START_SECONDS = 60
STOP_SECONDS = 15
TRIES = 3
NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{ access_log off; sendfile on; keepalive_requests 10000000;
  client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
  uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
  server {{ listen 127.0.0.1:{port}; root {folder}; }} }}
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request cost: CPU milliseconds of application and database, milliseconds waited."""

    requests: int
    per_second: float
    app_ms: float
    database_ms: float
    p50: float
    p95: float
    p99: float

    @property
    def cpu(self) -> float:
        """CPU milliseconds of application and database together."""
        return self.app_ms + self.database_ms


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for: the mode of load.lua, headers, and its variables of environment."""

    path: str
    mode: str = "same"
    headers: Sequence[str] = ()
    variables: Mapping[str, str] | None = None


class Server:
    """A server that runs until it is left, on the first of the cores.

    ``database`` is the address of a PostgreSQL database whose processes are counted, too.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        ready: str = "/",
        database: str = "",
        **environ: str,
    ) -> None:
        self.command = command
        self.port = port
        self.ready = ready
        self.database = database
        self.environ = environ
        self.start_seconds = 0.0
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 — closed when the server is left
        self.process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        began = time.perf_counter()
        self.process = subprocess.Popen(
            ["taskset", "-c", str(cores()[0]), *self.command],
            cwd=ROOT,
            env={**plain_environment(), **self.environ},
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )
        self._wait()
        self.start_seconds = time.perf_counter() - began
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        family = self._family()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait()
        self.output.close()

    @property
    def origin(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers by names in lower case, and body; redirections are not followed."""
        asked = urllib.request.Request(self.origin + path, headers=headers)  # noqa: S310 — an address of our own
        opener = urllib.request.build_opener(_Stay)
        try:
            with opener.open(asked, timeout=30) as answer:
                return answer.status, _by_name(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, _by_name(error.headers), error.read()

    def measure(self, load: Load, *, seconds: int) -> Cost:
        """Let wrk ask for ``seconds`` and count what that costs."""
        _run_wrk(self, load, seconds=1)
        backends = self._backends()
        before = _spent(self._family()), _spent(backends)
        for _ in range(TRIES):
            result = _run_wrk(self, load, seconds=seconds)
            # A machine that does much else may leave a server without any time for seconds.
            if result["requests"] or result["failed"]:
                break
            seconds *= 3
        after = _spent(self._family()), _spent(backends)
        if result["failed"] or not result["requests"]:
            raise SystemExit(f"{load.path} failed under load: {result}")
        app_ms, database_ms = (
            (late - early) * 1000 / result["requests"]
            for early, late in zip(before, after, strict=True)
        )
        return Cost(
            requests=int(result["requests"]),
            per_second=result["requests"] / (result["microseconds"] / 1e6),
            app_ms=app_ms,
            database_ms=database_ms,
            p50=result["p50"],
            p95=result["p95"],
            p99=result["p99"],
        )

    def resident(self) -> float:
        """Megabytes of memory of the largest process of the server: that of the web."""
        largest: int = max(one.memory_info().rss for one in self._family())
        return largest / 2**20

    def _family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def _backends(self) -> list[psutil.Process]:
        """The processes of PostgreSQL that serve this server, where they run on this machine."""
        if not self.database:
            return []
        with psycopg.connect(self.database) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        found = []
        for (pid,) in rows:
            with suppress(psutil.NoSuchProcess):
                found.append(psutil.Process(pid))
        return found

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError):
                self.get(self.ready)
                return
            time.sleep(0.05)
        self.output.seek(0)
        raise SystemExit(f"{self.command} did not start:\n{self.output.read().decode()}")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_about: object) -> None:
        """Follow nothing."""


def limit(kind: str, *, port: int, **environ: str) -> Server:
    """One of the applications of limits.py, served as the site is."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"]
    command += ["--blocking-threads", "4", "--port", str(port), "--no-log", "bench.limits:app"]
    return Server(command, port=port, BENCH_LIMIT=kind, **environ)


def nginx(folder: Path, *, port: int, size: int) -> Server | None:
    """A server of a file of ``size`` bytes at /file by nginx; None where it is not installed."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        return None
    folder.chmod(0o755)
    (folder / "file").write_bytes(b"x" * size)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port), encoding="ascii")
    return Server([program, "-c", str(config), "-p", str(folder)], port=port, ready="/file")


def need_tools() -> None:
    """Stop with a sentence when something is missing that the benchmark cannot do without."""
    for program, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(program) is None:
            raise SystemExit(
                f"The benchmark needs {program}. Install it, on Debian by: apt install {package}"
            )


def cores() -> tuple[int, int]:
    """The cores of server and load; the same one where there is only one."""
    own = sorted(os.sched_getaffinity(0))
    return own[0], own[-1]


def free_port() -> int:
    """A port on which nobody listens at present."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _by_name(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def plain_environment() -> dict[str, str]:
    """The environment without settings of the site."""
    return {name: value for name, value in os.environ.items() if name[:6] != "FORUM_"}


def _run_wrk(server: Server, load: Load, *, seconds: int) -> dict[str, float]:
    command = ["taskset", "-c", str(cores()[1]), "wrk", "-t1", f"-c{CONNECTIONS}"]
    command += [f"-d{seconds}s", "-s", str(LUA)]
    for header in load.headers:
        command += ["-H", header]
    variables = {"BENCH_MODE": load.mode, "BENCH_RUN": f"{time.time_ns():x}"}
    done = subprocess.run(
        [*command, server.origin + load.path],
        env={**os.environ, **variables, **(load.variables or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            found: dict[str, float] = json.loads(line.removeprefix("RESULT "))
            return found
    raise SystemExit(f"wrk failed: {done.stdout}{done.stderr}")


def _spent(processes: Sequence[psutil.Process]) -> float:
    """CPU seconds that the processes have spent so far."""
    seconds = 0.0
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            seconds += times.user + times.system
    return seconds
