"""`postaify demo`: the story in the terminal."""

import io
import os
import re
import signal
from pathlib import Path

import pytest
from rich.console import Console

from core.home import temporary_home
from tests.forked import ROOT, Forked
from tests.patience import PATIENCE_S, eventually
from tests.sandbox_server import running_sandbox
from web.sandbox.demo import DemoFailed, play


def start_demo(temporary: Path, output: Path, **more: str) -> Forked:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), **more}
    return Forked("postaify", "demo", cwd=temporary, environment=environment, output=output)


@pytest.mark.process
def test_the_story_ends_well_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Whatever this machine is configured for: nobody else hears of it."""
    with temporary_home() as home:
        demo = start_demo(
            home,
            tmp_path / "said",
            TELEGRAM_BOT_TOKEN="123456789:" + "x" * 30,
            DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        )
        status = demo.wait(3 * PATIENCE_S)
        said = (tmp_path / "said").read_text()
        assert status == 0, said
        for words in (
            "Say hello ─",
            "✨ Generate 3 posts",
            "version 2",
            "1 post is coming",
            "Published",
            "3 posts",
        ):
            assert words in said
        assert len(set(re.findall(r"in (\d+) seconds", said))) > 1, "the status counts down"
        assert list(home.iterdir()) == []


@pytest.mark.process
def test_an_interrupted_demo_stops_everything(tmp_path: Path) -> None:
    with temporary_home() as home:
        demo = start_demo(home, tmp_path / "said")
        said = tmp_path / "said"
        eventually(lambda: "Say hello" in said.read_text() or demo.poll() is not None, said.read_text)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE_S) == 130
        assert list(home.iterdir()) == []


async def test_a_step_that_fails_is_named() -> None:
    async with running_sandbox() as sandbox:
        with pytest.raises(DemoFailed, match=r"stopped at “Say hello”: it took over 0\.5 s"):
            await play(sandbox.base_url, Console(file=io.StringIO()), longest_s=0.5)
