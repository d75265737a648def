"""What every ScriptWriter keeps, whether a model or the offline engine writes."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from core.errors import InvalidInput
from core.podcasts.pace import pace_of
from core.podcasts.script import Format, Script, Speaker
from core.podcasts.script_checks import problems
from core.providers.llm import ChatClient
from core.providers.offline.dialogue import OfflineScriptWriter
from core.providers.script_model import ModelScriptWriter
from core.providers.scripts import (
    LineRewritten,
    LineWish,
    Outline,
    ScriptBrief,
    ScriptFinished,
    ScriptNoteCode,
    ScriptSource,
    ScriptWriter,
    SectionWritten,
)
from core.providers.text import Usage
from tests.core.providers.fake_model_server import KEY, FakeModelServer

SOURCES = Path(__file__).parent / "sources"
TOWN = ScriptSource((SOURCES / "long" / "en.txt").read_text("utf-8"))
BREAD = ScriptSource((SOURCES / "en.txt").read_text("utf-8"), "Bakeries")


@pytest.fixture(params=["model", "offline"])
async def writer(request: pytest.FixtureRequest, model_server: FakeModelServer) -> AsyncIterator[ScriptWriter]:
    async with httpx.AsyncClient() as http:
        client = ChatClient(http, base_url=model_server.url, models=("first",), key=SecretStr(KEY))
        yield ModelScriptWriter(client) if request.param == "model" else OfflineScriptWriter()


async def told(events: AsyncGenerator[Any, None]) -> list[Any]:
    async with aclosing(events):
        return [event async for event in events]


async def finished(writer: ScriptWriter, brief: ScriptBrief) -> ScriptFinished:
    (found,) = [event for event in await told(writer.write(brief)) if isinstance(event, ScriptFinished)]
    return found


def brief(minutes: float = 3.0, **more: Any) -> ScriptBrief:
    return ScriptBrief((TOWN,), "en", minutes, **more)


@pytest.mark.parametrize("style", Format)
async def test_a_script_can_be_spoken_and_has_the_length_asked_for(writer: ScriptWriter, style: Format) -> None:
    done = await finished(writer, brief(format=style))
    assert problems(done.script, pace=pace_of("en"), wanted_s=180) == []
    assert abs(done.script.seconds(pace_of("en")) - 180) <= 18
    assert {line.speaker for line in done.script.lines} == set(Speaker)


async def test_the_outline_comes_first_then_each_section_then_the_script_then_the_usage(writer: ScriptWriter) -> None:
    events = await told(writer.write(brief()))
    assert [type(event) for event in (events[0], events[-2], events[-1])] == [Outline, ScriptFinished, Usage]
    sections = [event for event in events if isinstance(event, SectionWritten)]
    assert len(sections) == len(events) - 3 == len(events[0].sections)
    assert [one.number for one in sections] == list(range(1, len(sections) + 1))
    assert {one.count for one in sections} == {len(sections)}
    assert events[-1].model


async def test_the_title_asked_for_is_kept(writer: ScriptWriter) -> None:
    done = await finished(writer, brief(title="Water & <b>stone</b>", host="Ana", guest="Tom"))
    assert done.script.title == "Water and stone"
    assert (done.script.host, done.script.guest) == ("Ana", "Tom")


async def test_a_section_is_written_anew_about_as_long_and_the_others_stay(writer: ScriptWriter) -> None:
    asked = brief()
    script = (await finished(writer, asked)).script
    events = await told(writer.rewrite_section(asked, script, 2))
    section, done, usage = events
    assert isinstance(section, SectionWritten)
    assert isinstance(done, ScriptFinished)
    assert isinstance(usage, Usage)
    assert done.script.sections[0] == script.sections[0]
    assert done.script.sections[2:] == script.sections[2:]
    assert done.script.section(2) == section.section
    assert section.section.lines != script.section(2).lines
    assert problems(done.script) == []
    assert _seconds(done.script) == pytest.approx(_seconds(script), rel=0.25)


async def test_a_section_that_is_not_there_is_refused(writer: ScriptWriter) -> None:
    script = (await finished(writer, brief())).script
    with pytest.raises(InvalidInput) as caught:
        await told(writer.rewrite_section(brief(), script, len(script.sections) + 1))
    assert caught.value.error_code == "script.no_section"


async def test_a_line_is_rewritten_and_keeps_its_speaker(writer: ScriptWriter) -> None:
    script = (await finished(writer, brief())).script
    number = max((len(line.text), at) for at, line in script.numbered() if line.claims)[1]
    old = script.line(number)
    rewritten, usage = await told(writer.rewrite_line(LineWish(script, number, "shorter", (TOWN,))))
    assert isinstance(rewritten, LineRewritten)
    assert rewritten.line is not None
    assert rewritten.line.speaker is old.speaker
    assert len(rewritten.line.text) < len(old.text)
    assert isinstance(usage, Usage)


async def test_a_line_that_is_not_there_is_refused(writer: ScriptWriter) -> None:
    script = (await finished(writer, brief())).script
    with pytest.raises(InvalidInput) as caught:
        await told(writer.rewrite_line(LineWish(script, 0, "shorter")))
    assert caught.value.error_code == "script.no_line"


async def test_claims_name_one_of_the_sources(writer: ScriptWriter) -> None:
    done = await finished(writer, ScriptBrief((BREAD, TOWN), "en", 4.0))
    claimed = {claim.source for line in done.script.lines for claim in line.claims}
    assert claimed
    assert claimed <= {0, 1}


@pytest.mark.parametrize("text", ["x" * 99, "a" * 50_001, " " * 200])
def test_sources_of_an_impossible_length_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ScriptBrief((ScriptSource(text),), "en")
    assert caught.value.error_code == "script.source_length"


@pytest.mark.parametrize("minutes", [0, 0.2, 61])
def test_impossible_minutes_are_refused(minutes: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        brief(minutes)
    assert caught.value.error_code == "script.minutes"


async def test_closing_early_ends_the_work(writer: ScriptWriter) -> None:
    events = writer.write(brief())
    assert isinstance(await anext(events), Outline)
    await events.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(events)


def test_no_note_code_is_used_twice() -> None:
    assert len({str(code) for code in ScriptNoteCode}) == len(ScriptNoteCode)


def _seconds(script: Script) -> float:
    return script.seconds(pace_of("en"))
