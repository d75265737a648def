"""The supervisor with real processes. It must fork from a process without threads, so it never runs in pytest's own."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.embedded import running_services
from core.home import temporary_home
from core.processes import is_running
from core.readiness import ready_processes
from tests.core.supervised_home import STUBBORN_S
from tests.forked import ROOT, Forked
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.process


class Run:
    """One supervisor at work on a home."""

    def __init__(self, home: Path, *names: str) -> None:
        self.home = home
        self.output = home.with_name(f"{home.name}-{time.monotonic_ns()}.txt")
        self.process = Forked(
            "tests.core.supervised_home", str(home), *names, cwd=ROOT, environment=os.environ, output=self.output
        )

    def said(self) -> list[str]:
        return self.output.read_text().splitlines()

    def until_said(self, words: str) -> None:
        eventually(lambda: any(words in line for line in self.said()), lambda: f"{words!r} in {self.said()}")

    def end(self, signum: signal.Signals = signal.SIGTERM) -> float:
        """Signal it and return the seconds until it has ended."""
        started = time.monotonic()
        self.process.send_signal(signum)
        self.process.wait(PATIENCE_S)
        return time.monotonic() - started

    def pid(self, name: str) -> int:
        return next(one.process.pid for one in ready_processes(self.home) if one.name == name)


Start = Callable[..., Run]


@pytest.fixture
def start() -> Iterator[Start]:
    runs: list[Run] = []

    def run(*names: str) -> Run:
        runs.append(Run(home, *names))
        return runs[-1]

    with temporary_home() as home:
        yield run
        for one in runs:
            if one.process.poll() is None:
                one.end()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_children_run_and_stop(start: Start, signum: signal.Signals) -> None:
    run = start("steady-a", "steady-b")
    run.until_said("ready")
    processes = [psutil.Process(run.pid(name)) for name in ("steady-a", "steady-b")]
    run.end(signum)
    assert run.process.returncode == 0
    assert not any(is_running(process) for process in processes)
    assert run.said() == ["ready", "stopped"]
    assert (run.home / "logs" / "once.log").read_text() == "once\n"


def test_a_killed_child_is_started_again_and_its_death_explained(start: Start) -> None:
    run = start("steady", "parent")
    run.until_said("ready")
    first = run.pid("steady")
    os.kill(first, signal.SIGKILL)
    run.until_said("steady was killed by SIGKILL")
    eventually(lambda: any(one.name == "steady" for one in ready_processes(run.home)), lambda: "steady again")
    assert run.pid("steady") != first


def test_a_child_that_keeps_dying_is_started_less_and_less_often(start: Start) -> None:
    started = time.monotonic()
    run = start("crashing")

    def deaths() -> list[str]:
        return [line for line in run.said() if "crashing ended with exit status 3" in line]

    eventually(lambda: len(deaths()) >= 4, lambda: str(run.said()))
    assert time.monotonic() - started >= 0.2 + 0.4 + 0.8
    assert all(line.endswith("ends with: the reason") for line in deaths())


def test_a_child_that_ends_with_a_sentence_has_it_told(start: Start) -> None:
    run = start("hopeless")
    run.until_said("hopeless ended with exit status 1 and will be started again.")
    assert any(line.endswith("ends with: what to do") for line in run.said())


def test_a_child_that_ignores_sigterm_is_killed_in_the_end(start: Start) -> None:
    run = start("steady", "stubborn", "+services")
    run.until_said("ready")
    assert run.end() > STUBBORN_S
    assert "stubborn doesn't stop: killed" in run.said()


def test_what_a_child_started_dies_with_it(start: Start) -> None:
    run = start("parent")
    run.until_said("ready")
    (grandchild,) = psutil.Process(run.pid("parent")).children()
    os.kill(run.pid("parent"), signal.SIGKILL)
    run.until_said("parent was killed by SIGKILL")
    eventually(lambda: not is_running(grandchild), lambda: "gone")


def test_a_second_supervisor_on_the_same_home_is_refused(start: Start) -> None:
    first = start("steady")
    first.until_said("ready")
    second = start("steady")
    assert second.process.wait(PATIENCE_S) == 1
    assert second.said() == [f"another process uses {first.home}"]
    assert first.process.poll() is None
    assert [one.name for one in ready_processes(first.home)] == ["steady"]


def test_after_kill_9_the_children_are_gone_and_the_next_run_recovers(start: Start) -> None:
    run = start("steady", "parent", "+services")
    run.until_said("ready")
    children = [psutil.Process(run.pid(name)) for name in ("steady", "parent")]
    (grandchild,) = children[1].children()
    run.end(signal.SIGKILL)
    eventually(lambda: not any(is_running(child) for child in children), lambda: "children dead")
    eventually(lambda: not running_services(run.home), lambda: "servers dead")

    again = start("steady", "+services")
    again.until_said("ready")
    assert any("was killed; going on" in line for line in again.said())
    assert not is_running(grandchild)
    assert [one.name for one in ready_processes(run.home)] == ["steady"]


def test_killed_servers_come_back_on_the_same_address(start: Start) -> None:
    run = start("steady", "+services")
    run.until_said("ready")
    before = {server.name: server for server in running_services(run.home)}
    for server in before.values():
        os.kill(server.pid, signal.SIGKILL)
    run.until_said("postgres had died")
    run.until_said("redis had died")
    after = {server.name: server for server in running_services(run.home)}
    for name in ("postgres", "redis"):
        assert after[name].url == before[name].url
        assert after[name].pid != before[name].pid


def test_errors_in_the_logs_of_children_are_shown(start: Start) -> None:
    run = start("failing")
    run.until_said("failing: 2026-11-21T12:00:00Z [error    ] something.broke   shown=yes")


def test_a_child_that_never_announces_itself_is_reported(start: Start) -> None:
    run = start("late", "steady")
    run.until_said("not ready")


def test_signals_to_the_whole_terminal_reach_only_the_supervisor(start: Start) -> None:
    run = start("steady")
    run.until_said("ready")
    assert os.getsid(run.pid("steady")) != os.getsid(run.process.pid)
