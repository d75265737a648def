"""`postaify up` with all its processes."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.home import temporary_home
from core.processes import is_running
from core.readiness import ready_processes
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]
PROCESSES = {"sandbox", "web", "scheduler", "worker-light", "worker-heavy", "bot"}


class Up:
    """One `postaify up`, from start to end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = home.parent / f"up-{time.monotonic_ns()}.txt"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "POSTAIFY_HOME": str(home),
            "WEB_PORT": "0",
            "SANDBOX_PORT": "0",
            "COLUMNS": "200",
        }
        with self.output.open("wb") as output:
            command = [sys.executable, "-m", "postaify", "up"]
            self.process = subprocess.Popen(command, cwd=home, env=environment, stdout=output, stderr=output)

    def said(self) -> str:
        return self.output.read_text()

    def until_ready(self) -> None:
        eventually(lambda: "Ctrl-C stops everything" in self.said() or self.process.poll() is not None, self.said)
        assert "Postaify is up after" in self.said(), self.said()

    def end(self, signum: signal.Signals) -> int:
        """Signal it and return its exit status."""
        self.process.send_signal(signum)
        return self.process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """Everything, running."""
    with temporary_home() as home:
        up = Up(home)
        try:
            up.until_ready()
            yield up
        finally:
            if up.process.poll() is None:
                up.end(signal.SIGTERM)


def test_one_table_shows_what_runs_and_where(up: Up) -> None:
    rows = re.findall(r"^(\S+) +ready +(\d+)(?: +(\S+))?", up.said(), flags=re.MULTILINE)
    assert {name for name, _, _ in rows} == PROCESSES | {"postgres", "redis"}
    chat_page = re.search(r"Open (http://\S+) and press Start", up.said())
    assert chat_page is not None
    assert chat_page[1] in {address for _, _, address in rows}
    with urllib.request.urlopen(chat_page[1], timeout=PATIENCE_S) as answer:  # noqa: S310 - our own address
        assert answer.status == 200


def test_a_second_up_shows_the_same_and_refuses(up: Up) -> None:
    second = Up(up.home)
    assert second.process.wait(PATIENCE_S) == 1
    assert "Postaify runs here already" in second.said()
    assert all(re.search(rf"^{name} +ready", second.said(), flags=re.MULTILINE) for name in PROCESSES)
    assert up.process.poll() is None


def test_the_memory_of_the_modules_is_shared(up: Up) -> None:
    children = [psutil.Process(one.process.pid) for one in ready_processes(up.home)]
    shares = [child.memory_full_info().uss / child.memory_info().rss for child in children]
    assert sum(shares) / len(shares) < 0.4, "most pages of a child belong to its parent too"


def test_every_process_comes_back_after_kill_9(up: Up) -> None:
    before = {one.name: one.process for one in ready_processes(up.home)}
    for process in before.values():
        os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: not any(process.running() for process in before.values()), up.said)
    eventually(lambda: {one.name for one in ready_processes(up.home)} == PROCESSES, up.said)


def test_kill_9_of_the_supervisor_and_a_new_up(up: Up) -> None:
    processes = [psutil.Process(one.process.pid) for one in ready_processes(up.home)]
    up.end(signal.SIGKILL)
    again = Up(up.home)
    again.until_ready()
    assert "was killed; going on" in again.said()
    assert not any(is_running(process) for process in processes)
    assert again.end(signal.SIGINT) == 0
    assert "killed" not in again.said().rpartition("Ctrl-C stops everything")[2]
    assert ready_processes(up.home) == []


def test_what_is_loaded_before_forking_starts_no_threads() -> None:
    count = "import postaify, psutil; postaify.preload(); print(psutil.Process().num_threads())"
    done = subprocess.run([sys.executable, "-c", count], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.stdout, done.stderr) == ("1\n", "")
