"""A podcast's script: sections of lines that two people say, its JSON, and what editors do to it. Pure.

Lines are numbered through the whole script from 1, sections from 1; every edit gives a new script. What makes a script
fit to be spoken stands in script_checks.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import regex

from core.errors import InvalidInput
from core.podcasts.pace import Pace

LINE_CHARACTERS = 600


class Speaker(StrEnum):
    HOST = "host"
    GUEST = "guest"


class Format(StrEnum):
    CONVERSATION = "conversation"
    BRIEF = "brief"
    DEBATE = "debate"
    CRITIQUE = "critique"


@dataclass(frozen=True, slots=True)
class Claim:
    """Where something that is said comes from: the position of the source from 0, and its sentence word for word.

    A model tells only the source: its `sentence` is empty.
    """

    source: int
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    speaker: Speaker
    text: str
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """`language` is a BCP-47 tag. The names may be empty; then nobody is called by name."""

    title: str
    language: str
    sections: tuple[Section, ...]
    host: str = ""
    guest: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for section in self.sections for line in section.lines)

    def seconds(self, pace: Pace) -> float:
        """About how long the episode will be, without intro and outro; what a quote shows."""
        return pace.seconds_of_sections([line.text for line in section.lines] for section in self.sections)

    def place_of(self, number: int) -> tuple[int, int]:
        """The section's number and the line's position in it, from 0. Raises InvalidInput "script.no_line"."""
        counted = number
        for section_number, section in enumerate(self.sections, start=1):
            if 1 <= counted <= len(section.lines):
                return section_number, counted - 1
            counted -= len(section.lines)
        raise InvalidInput("script.no_line", line=number, most=len(self.lines))

    def line(self, number: int) -> Line:
        section, at = self.place_of(number)
        return self.sections[section - 1].lines[at]

    def section(self, number: int) -> Section:
        """Raises InvalidInput "script.no_section"."""
        if not 1 <= number <= len(self.sections):
            raise InvalidInput("script.no_section", section=number, most=len(self.sections))
        return self.sections[number - 1]

    def numbered(self) -> Iterator[tuple[int, Line]]:
        return enumerate(self.lines, start=1)

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "language": self.language,
            "host": self.host,
            "guest": self.guest,
            "sections": [
                {"title": section.title, "lines": [_line_to_json(line) for line in section.lines]}
                for section in self.sections
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Script":
        """Reads what `to_json` wrote; anything else raises KeyError, TypeError or ValueError."""
        return cls(
            title=data["title"],
            language=data["language"],
            host=data["host"],
            guest=data["guest"],
            sections=tuple(
                Section(section["title"], tuple(map(_line_from_json, section["lines"]))) for section in data["sections"]
            ),
        )


def with_line(script: Script, number: int, text: str) -> Script:
    """Line `number` says `text` from now on; what it claimed was its old text's. An empty text drops the line.

    Raises InvalidInput "script.no_line", and "script.nothing_left" when no line would be left.
    """
    if not text.strip():
        return without_line(script, number)
    return _with_line(script, number, lambda line: Line(line.speaker, " ".join(text.split())))


def with_rewritten_line(script: Script, number: int, line: Line | None) -> Script:
    """`line` takes the place of that number, with what it claims; None drops it.

    Raises InvalidInput "script.no_line", "script.line_too_long", "script.nothing_left".
    """
    if line is None:
        return without_line(script, number)
    if len(line.text) > LINE_CHARACTERS:
        raise InvalidInput("script.line_too_long", characters=len(line.text), most=LINE_CHARACTERS)
    return _with_line(script, number, lambda _: line)


def without_line(script: Script, number: int) -> Script:
    """Later lines move up; a section without lines goes. Raises as `with_line`."""
    section_number, at = script.place_of(number)
    section = script.section(section_number)
    if len(script.lines) == 1:
        raise InvalidInput("script.nothing_left")
    return with_section(script, section_number, replace(section, lines=section.lines[:at] + section.lines[at + 1 :]))


def with_line_given(script: Script, number: int, speaker: Speaker) -> Script:
    """The other one says it."""
    return _with_line(script, number, lambda line: replace(line, speaker=speaker))


def with_section(script: Script, number: int, section: Section) -> Script:
    """`section` takes the place of that number; an empty one removes it. Raises InvalidInput "script.no_section"."""
    script.section(number)
    kept = (section,) if section.lines else ()
    return replace(script, sections=script.sections[: number - 1] + kept + script.sections[number:])


def with_voices_swapped(script: Script) -> Script:
    """The names change places, also where they are said; who asks and who answers stays.

    The caller exchanges the two voices.
    """
    swap = _name_swap(script.host, script.guest)
    sections = tuple(
        Section(section.title, tuple(replace(line, text=swap(line.text)) for line in section.lines))
        for section in script.sections
    )
    return replace(script, host=script.guest, guest=script.host, sections=sections)


def _with_line(script: Script, number: int, change: Callable[[Line], Line]) -> Script:
    section_number, at = script.place_of(number)
    section = script.section(section_number)
    lines = (*section.lines[:at], change(section.lines[at]), *section.lines[at + 1 :])
    return with_section(script, section_number, replace(section, lines=lines))


def _name_swap(one: str, other: str) -> Callable[[str], str]:
    if not one or not other or one == other:
        return lambda text: text
    longest_first = sorted((one, other), key=len, reverse=True)
    names = regex.compile(rf"(?<!\w)(?:{'|'.join(map(regex.escape, longest_first))})(?!\w)")
    return lambda text: names.sub(lambda match: other if match[0] == one else one, text)


def _line_to_json(line: Line) -> dict[str, Any]:
    claims = [[claim.source, claim.sentence] for claim in line.claims]
    return {"speaker": str(line.speaker), "text": line.text, "claims": claims}


def _line_from_json(data: dict[str, Any]) -> Line:
    claims = tuple(Claim(int(source), str(sentence)) for source, sentence in data["claims"])
    return Line(Speaker(data["speaker"]), str(data["text"]), claims)
