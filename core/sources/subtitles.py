"""Subtitles as a text: what is said, without times, and without what rolling captions say twice."""

from collections.abc import Iterator, Sequence
from typing import Final

from core.errors import InvalidInput
from core.providers.discovery import TranscriptLine
from core.providers.webvtt import webvtt_lines

PAUSE_S: Final = 2.0
"""After which somebody begins anew."""


def said_in(document: str) -> str:
    """Of SRT or WebVTT: paragraphs are parted where nobody speaks for a while. Raises InvalidInput source.no_words."""
    lines = list(_once(webvtt_lines(document)))
    if not lines:
        raise InvalidInput("source.no_words")
    text, ended_s = lines[0].text, lines[0].ends_s
    for line in lines[1:]:
        text += ("\n\n" if line.starts_s - ended_s > PAUSE_S else " ") + line.text
        ended_s = line.ends_s
    return text


def _once(lines: Sequence[TranscriptLine]) -> Iterator[TranscriptLine]:
    """Rolling captions show a line again while the next one comes: what the line before ended with isn't repeated."""
    before = ""
    for line in lines:
        new = line.text.removeprefix(before).strip() if before and line.text.startswith(before) else line.text
        if new and new != before:
            yield TranscriptLine(new, line.starts_s, line.ends_s)
            before = new
