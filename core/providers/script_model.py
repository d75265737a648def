"""The model behind ScriptWriter: an outline, then section by section, each checked and held to its length."""

import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core import languages
from core.errors import InvalidInput, ProviderError
from core.podcasts.pace import TOLERANCE, Pace
from core.podcasts.script import Claim, Line, Script, Section, Speaker, with_section
from core.podcasts.script_checks import mended, mended_section
from core.podcasts.spoken import spoken
from core.providers import script_prompts as prompts
from core.providers.answers import list_field, text_field, total, unknown_figures
from core.providers.llm import ChatClient
from core.providers.model_call import ModelCall
from core.providers.prompts import Prompt
from core.providers.scripts import (
    LineRewritten,
    LineWish,
    Outline,
    ScriptBrief,
    ScriptEvent,
    ScriptFinished,
    ScriptNoteCode,
    ScriptSource,
    SectionWritten,
)
from core.providers.text import Note, Usage

_SECTION_S = 90.0
_SECTIONS_MOST = 10
_NEAR = 0.1
"""A section that misses its length by more is corrected."""
_CORRECTIONS = 2
_POINTS_MOST = 8


@dataclass(frozen=True, slots=True)
class _Planned:
    title: str
    points: tuple[str, ...]
    share: float


class ModelScriptWriter:
    """Writes with a language model. What it is told and what it answers is data; the lengths are measured here."""

    offline = False

    def __init__(self, client: ChatClient) -> None:
        self._client = client

    @property
    def engine(self) -> str:
        return self._client.models[0]

    async def write(self, brief: ScriptBrief) -> AsyncGenerator[ScriptEvent, None]:
        call = self._call(brief.deadline_s)
        brief = replace(brief, language=_language(brief))
        pace = brief.pace_in(brief.language)
        title, planned = await self._outline(call, brief, pace)
        yield Outline(title, tuple(one.title for one in planned))
        script = Script(title, brief.language, (), brief.host, brief.guest)
        for number, one in enumerate(planned, start=1):
            left_s = brief.seconds - script.seconds(pace)
            wanted = left_s * one.share / sum(later.share for later in planned[number - 1 :])
            asked = _Asked(brief, script, pace, _plan_text(planned), one.title, number, len(planned), wanted)
            section = await self._section(call, asked)
            script = replace(script, sections=(*script.sections, section))
            yield SectionWritten(number, len(planned), section)
        yield ScriptFinished(*_finished(script, brief, pace))
        yield total(call.usages, self.engine)

    async def rewrite_section(
        self, brief: ScriptBrief, script: Script, number: int, *, wish: str = ""
    ) -> AsyncGenerator[SectionWritten | ScriptFinished | Usage, None]:
        old = script.section(number)
        call = self._call(brief.deadline_s)
        brief = replace(brief, language=script.language)
        pace = brief.pace_in(script.language)
        others = tuple(one.title for one in script.sections if one is not old)
        asked = _Asked(
            brief,
            replace(script, sections=script.sections[: number - 1]),
            pace,
            "\n".join(one.title for one in script.sections),
            old.title,
            number,
            len(script.sections),
            pace.seconds_of_lines(line.text for line in old.lines),
            others=others + tuple(line.text for one in script.sections[number:] for line in one.lines),
            rewritten=prompts.said(old.lines),
            wish=wish,
        )
        section = mended_section(await self._section(call, asked), script, instead_of=number)
        if not section.lines:
            raise ProviderError("text.unusable_answer", provider=self._client.provider, retryable=True)
        yield SectionWritten(number, len(script.sections), section)
        yield ScriptFinished(with_section(script, number, section), _doubts(section.lines, brief.sources, wish))
        yield total(call.usages, self.engine)

    async def rewrite_line(self, wish: LineWish) -> AsyncGenerator[LineRewritten | Usage, None]:
        old = wish.script.line(wish.number)
        call = self._call(wish.deadline_s)

        def read(answer: Any) -> tuple[str, int] | None:
            if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
                return None
            return spoken(answer["text"], wish.script.language), _source_in(answer, len(wish.sources))

        (text, source), _ = await call.ask(prompts.line(wish), read)
        line = Line(old.speaker, text, _claims(source)) if text else None
        yield LineRewritten(line, _doubts([line], wish.sources, f"{old.text} {wish.instruction}") if line else ())
        yield total(call.usages, self.engine)

    def _call(self, deadline_s: float) -> ModelCall:
        return ModelCall(self._client, time.monotonic() + deadline_s)

    async def _outline(self, call: ModelCall, brief: ScriptBrief, pace: Pace) -> tuple[str, tuple[_Planned, ...]]:
        count = min(max(round(brief.seconds / _SECTION_S), 2), _SECTIONS_MOST)
        prompt = prompts.outline(brief, sections=count, words=pace.words(brief.seconds))

        def read(answer: Any) -> tuple[str, tuple[_Planned, ...]] | None:
            planned = [_planned(one) for one in list_field(answer, "sections")]
            kept = tuple(one for one in planned if one is not None)[: _SECTIONS_MOST + 2]
            title = spoken(brief.title or text_field(answer, "title"), brief.language)
            return (title, kept) if kept and title else None

        found, _ = await call.ask(prompt, read)
        return found

    async def _section(self, call: ModelCall, asked: "_Asked") -> Section:
        """The section in its length, or as near as the model came after some corrections."""
        prompt = asked.prompt()
        lines, answer = await call.ask(prompt, asked.lines)
        best = asked.section(lines)
        for _ in range(_CORRECTIONS):
            off = asked.wanted_s - asked.seconds(best)
            if abs(off) <= _NEAR * asked.wanted_s:
                break
            words, wanted = asked.pace.words(asked.seconds(best)), asked.words
            task = prompts.too_short(words, wanted) if off > 0 else prompts.too_long(words, wanted)
            try:
                lines, answer = await call.ask(prompt.followed_by(answer, task), asked.lines)
            except ProviderError as error:
                if error.error_code != "text.unusable_answer":
                    raise
                break  # what stands can be used
            tried = asked.section((*best.lines, *lines) if off > 0 else lines)
            if abs(asked.wanted_s - asked.seconds(tried)) >= abs(off):
                break
            best = tried
        return best


@dataclass(frozen=True, slots=True)
class _Asked:
    """One section to write, about `wanted_s` long; `script` is what comes before."""

    brief: ScriptBrief
    script: Script
    pace: Pace
    plan: str
    title: str
    number: int
    count: int
    wanted_s: float
    others: tuple[str, ...] = ()
    rewritten: str = ""
    wish: str = ""

    @property
    def words(self) -> int:
        return max(self.pace.words(self.wanted_s), 20)

    def prompt(self) -> Prompt:
        return prompts.section(
            self.brief,
            self.script,
            plan=self.plan,
            number=self.number,
            count=self.count,
            words=self.words,
            others=self.others,
            rewritten=self.rewritten,
            wish=self.wish,
        )

    def lines(self, answer: Any) -> tuple[Line, ...] | None:
        """The usable lines of an answer; None when there are none."""
        sources = len(self.brief.sources)
        found = [_line(one, sources) for one in list_field(answer, "lines")]
        lines = tuple(line for line in found if line is not None)
        kept = mended_section(Section(self.title, lines), self.script).lines
        return kept or None

    def section(self, lines: Sequence[Line]) -> Section:
        return mended_section(Section(self.title, tuple(lines)), self.script)

    def seconds(self, section: Section) -> float:
        return self.pace.seconds_of_lines(line.text for line in section.lines)


def _finished(script: Script, brief: ScriptBrief, pace: Pace) -> tuple[Script, tuple[Note, ...]]:
    """Raises ProviderError when one of the two says nothing."""
    try:
        script = mended(script)
    except InvalidInput as exc:
        raise ProviderError("text.unusable_answer", provider="script", retryable=True, reason=exc.error_code) from exc
    notes = _doubts(script.lines, brief.sources, brief.title)
    params = {"seconds": round(script.seconds(pace)), "wanted": round(brief.seconds)}
    if params["seconds"] < brief.seconds * (1 - _NEAR):
        notes += (Note(ScriptNoteCode.SHORTER, params),)
    elif params["seconds"] > brief.seconds * (1 + TOLERANCE):
        notes += (Note(ScriptNoteCode.LONGER, params),)
    return script, notes


def _language(brief: ScriptBrief) -> str:
    if brief.language != languages.UNKNOWN:
        return brief.language
    return languages.detect(" ".join(source.text for source in brief.sources)).code


def _planned(answer: Any) -> _Planned | None:
    title = text_field(answer, "title").strip()
    points = tuple(str(point) for point in list_field(answer, "points"))[:_POINTS_MOST]
    share = answer.get("share") if isinstance(answer, dict) else None
    weight = float(share) if isinstance(share, int | float) and 1 <= share <= 100 else 10.0
    return _Planned(title[:120], points, weight) if title else None


def _plan_text(planned: Sequence[_Planned]) -> str:
    return "\n".join(f"{number}. {one.title}: {'; '.join(one.points)}" for number, one in enumerate(planned, start=1))


def _line(answer: Any, sources: int) -> Line | None:
    text = text_field(answer, "text")
    speaker = text_field(answer, "speaker").strip().lower()
    if not text.strip() or speaker not in set(Speaker):
        return None
    return Line(Speaker(speaker), text, _claims(_source_in(answer, sources)))


def _source_in(answer: Any, sources: int) -> int:
    """The number of a source from 1; 0 for none and for nonsense."""
    number = answer.get("source") if isinstance(answer, dict) else 0
    return number if isinstance(number, int) and 1 <= number <= sources else 0


def _claims(source: int) -> tuple[Claim, ...]:
    return (Claim(source - 1),) if source else ()


def _doubts(lines: Sequence[Line], sources: Sequence[ScriptSource], also: str) -> tuple[Note, ...]:
    known = " ".join([also, *(f"{source.title} {source.text}" for source in sources)])
    figures = unknown_figures(" ".join(line.text for line in lines), known)
    return (Note(ScriptNoteCode.CHECK_FIGURES, {"figures": figures}),) if figures else ()
