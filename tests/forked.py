"""Programs without the seconds that their imports take: forked from a parent that has the modules loaded.

They are processes like any other, with a pid, an environment, a folder and an output of their own, and end by signals
and exit codes. How a program starts from nothing is left to the few tests that use `subprocess`.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[1]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.preloaded", "pytest"])
"""pytest, because multiprocessing imports the script that was started, which is pytest's, in each child."""


def start_forking() -> None:
    """Start the parent if it doesn't run. It takes requests at once, and answers when it has loaded the modules."""
    with chdir(ROOT):
        forkserver.ensure_running()


@dataclass(frozen=True, slots=True)
class Program:
    """What `python -m module arguments` is to do, and where it writes to (it appends)."""

    module: str
    arguments: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    stdout: Path
    stderr: Path


class Forked:
    """A running program, as subprocess.Popen would give it."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        cwd: Path,
        environment: Mapping[str, str],
        output: Path,
        errors: Path | None = None,
    ) -> None:
        """Start it. `errors` go where the output goes unless they have a file of their own."""
        start_forking()
        program = Program(module, arguments, cwd, dict(environment), output, errors or output)
        for path in (program.stdout, program.stderr):
            path.touch(0o600)
        self._process = FORKS.Process(target=_live, args=(program,), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative after a signal."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout_s: float) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._process.join(timeout_s)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout_s)
        return self.returncode

    def send_signal(self, signum: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    module: str, *arguments: str, cwd: Path, environment: Mapping[str, str], timeout_s: float = PATIENCE_S
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end, and give what it said."""
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        forked = Forked(module, *arguments, cwd=cwd, environment=environment, output=output, errors=errors)
        try:
            status = forked.wait(timeout_s)
        finally:
            forked.kill()
        return subprocess.CompletedProcess([module, *arguments], status, output.read_text(), errors.read_text())


def _live(program: Program) -> None:
    """The child: becomes the program."""
    os.environ.clear()
    os.environ.update(program.environment)
    os.chdir(program.cwd)
    _write_to(program.stdout, 1)
    _write_to(program.stderr, 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.path.insert(0, str(ROOT))
    sys.argv = [program.module, *program.arguments]
    runpy.run_module(program.module, run_name="__main__", alter_sys=True)


def _write_to(path: Path, fd: int) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(opened, fd)
    os.close(opened)
