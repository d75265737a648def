"""`postaify demo`: the story in the terminal."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from core.home import temporary_home
from tests.sandbox_server import running_sandbox
from web.sandbox.demo import DemoFailed, play

ROOT = Path(__file__).parents[1]


def start_demo(temporary: Path, **more: str) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), **more}
    command = [sys.executable, "-m", "postaify", "demo"]
    return subprocess.Popen(
        command, cwd=temporary, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.process
def test_the_story_ends_well_within_a_minute_and_leaves_nothing_behind() -> None:
    """Whatever this machine is configured for: nobody else hears of it."""
    with temporary_home() as home:
        demo = start_demo(
            home, TELEGRAM_BOT_TOKEN="123456789:" + "x" * 30, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
        )
        said, _ = demo.communicate(timeout=60)
        assert demo.returncode == 0, said
        for words in (
            "Say hello ─",
            "✨ Generate 3 posts",
            "version 2",
            "in 10 seconds",
            "1 post is coming",
            "Published",
            "3 posts",
        ):
            assert words in said
        assert list(home.iterdir()) == []


@pytest.mark.process
def test_an_interrupted_demo_stops_everything() -> None:
    with temporary_home() as home:
        demo = start_demo(home)
        assert demo.stdout is not None
        while "Say hello" not in demo.stdout.readline():
            assert demo.poll() is None
        demo.send_signal(signal.SIGINT)
        started = time.monotonic()
        demo.communicate(timeout=30)
        assert time.monotonic() - started < 10
        assert demo.returncode == 130
        assert list(home.iterdir()) == []


async def test_a_step_that_fails_is_named() -> None:
    async with running_sandbox() as sandbox:
        with pytest.raises(DemoFailed, match=r"stopped at “Say hello”: it took over 0\.5 s"):
            await play(sandbox.base_url, Console(file=io.StringIO()), longest_s=0.5)
