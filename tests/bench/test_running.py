"""The command line of the benches, with benches made up for it."""

import asyncio
import time

import pytest

from tests.bench.figures import Figure
from tests.bench.running import run

ended: list[str] = []


def quick() -> list[Figure]:
    return [Figure.beside("loaves", 12.0, "per s", reference=8.0, goal=">= 2 x")]


def endless() -> list[Figure]:
    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("its servers")

    asyncio.run(wait())
    return []


def broken() -> list[Figure]:
    raise RuntimeError("the oven is cold")


def test_a_figure_is_shown_beside_its_reference_and_goal_and_whether_it_is_met(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run({"quick": quick, "broken": broken}, ["quick"]) == 0
    [row] = [line for line in capsys.readouterr().out.splitlines() if "loaves" in line]
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
        "loaves", "12.0", "per s", "8.0", "1.50", ">= 2 x", "NO",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [(60.0, "<= 60 s", True), (100.0, "< 100 ms", False), (0.0, "0", True), (1.0, "0", False), (5.0, "flat", None)],
)
def test_a_goal_is_about_the_value_unless_it_says_how_many_times(value: float, goal: str, met: bool | None) -> None:
    assert Figure("loaves", value, "", goal=goal).met is met
    assert Figure.beside("loaves", value, "", reference=1.0, goal="<= 1.3 x").met is (value <= 1.3)


def test_one_that_takes_too_long_is_ended_with_what_it_has_started_and_the_others_go_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    began = time.monotonic()
    assert run({"endless": endless, "broken": broken, "quick": quick}, ["--minutes", "0.005"]) == 1
    assert time.monotonic() - began < 30
    assert ended == ["its servers"]
    said = capsys.readouterr().out
    assert "broken off" in said
    assert "the oven is cold" in said
    assert "loaves" in said


def test_help_lists_them_and_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (["--help"], "The command line of the benches"), (["nothing"], "there is no bench nothing"):
        with pytest.raises(SystemExit):
            run({"quick": quick}, arguments)
        said = capsys.readouterr()
        assert words in said.out + said.err
