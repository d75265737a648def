"""A script in pages that fit into a message: a section each, and a long section in several. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.db import Json
from core.podcasts.models import Podcast
from core.podcasts.options import PodcastOptions
from core.podcasts.quotes import speaker_names
from core.podcasts.script import Line, Script

PAGE_CHARACTERS = 2800
"""Of the lines' texts: names, numbers, titles and buttons' room come on top of it."""
PAGE_LINES = 24


@dataclass(frozen=True, slots=True)
class ScriptPage:
    """`section` counts from 1, and so do the lines' numbers."""

    section: int
    title: str
    lines: tuple[tuple[int, Line], ...]


def pages_of(script: Script) -> list[ScriptPage]:
    """In order; no section shares a page with another."""
    pages, first = [], 1
    for number, section in enumerate(script.sections, start=1):
        for lines in _cut(section.lines):
            pages.append(ScriptPage(number, section.title, tuple(enumerate(lines, start=first))))
            first += len(lines)
    return pages


def page_with_line(script: Script, number: int) -> int:
    """The page, from 1, on which a line stands; the last one for a line that isn't there."""
    pages = pages_of(script)
    found = (at for at, page in enumerate(pages, start=1) if any(line == number for line, _ in page.lines))
    return next(found, len(pages))


def page_of_section(script: Script, number: int) -> int:
    """The first page, from 1, of a section; the last one for a section that isn't there."""
    pages = pages_of(script)
    return next((at for at, page in enumerate(pages, start=1) if page.section == number), len(pages))


def script_page(podcast: Podcast, number: int) -> Json:
    """One page of a podcast's script as its screen shows it; past the end it is the last one."""
    script, options = Script.from_json(podcast.script or {}), PodcastOptions.from_json(podcast.options)
    pages = pages_of(script)
    number = min(max(1, number), len(pages))
    page = pages[number - 1]
    names = speaker_names(podcast, script)
    return {
        "page": number,
        "pages": len(pages),
        "section": page.section,
        "sections": len(script.sections),
        "section_title": page.title,
        "lines": [[at, names[line.speaker], line.text] for at, line in page.lines],
        "seconds": round(script.seconds(options.pace(script.language))),
        "notes": podcast.notes,
    }


def _cut(lines: tuple[Line, ...]) -> Iterator[tuple[Line, ...]]:
    page: list[Line] = []
    for line in lines:
        full = sum(len(each.text) for each in page) + len(line.text) > PAGE_CHARACTERS or len(page) >= PAGE_LINES
        if page and full:
            yield tuple(page)
            page = []
        page.append(line)
    if page:
        yield tuple(page)
