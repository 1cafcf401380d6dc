"""Programs of other people that some tests run as processes of their own."""

import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from tests.ops.serving import wait_for

SECONDS = 20


def find(name):
    """The path of a program; the test is skipped, and says so, where it is not installed."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@contextmanager
def running(command, folder, is_up, **options):
    """Run ``command`` while inside, from when ``is_up()`` holds; gives its process."""
    log = folder / "program.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, **options
        )
    try:
        wait_for(lambda: process.poll() is not None or is_up(), SECONDS, log.read_text)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.kill()
        process.wait()
