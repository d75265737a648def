"""The words of a PDF or a Word document: pages.py takes them out in a process of its own, so that a hostile file harms
nothing; here they become a text that reads as one."""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidInput
from core.sources import pages
from core.sources.contents import Paper
from core.videos.programs import running

WITHIN_S: Final = 75.0
"""By the clock on the wall; pages.py limits itself to CPU_S of work."""
FILE_BYTES: Final = 100_000_000
FULL_LINE: Final = 40
"""Characters from which on a line was broken where the page ended, and not where somebody wanted."""

_PAGE_NUMBER = re.compile(r"\W*(?:\w+\s+)?\d{1,4}(?:\s*(?:/|of|von|de|из)\s*\d{1,4})?\W*", re.IGNORECASE)
_POOR_TITLE = re.compile(
    r"\W*|untitled.*|unbenannt.*|microsoft \w+.*|.*\.(?:docx?|pdf|indd|odt|pages|tex)", re.IGNORECASE
)
_ENDS = tuple(".!?…:;。！？)”\"'»")


@dataclass(frozen=True, slots=True)
class Words:
    """What was got out of a file. `pages_read` and `pages_total` are 0 where there are none."""

    text: str
    title: str = ""
    pages_read: int = 0
    pages_total: int = 0


async def read_paper(path: Path, paper: Paper) -> Words:
    """Raises InvalidInput with a code of SENTENCES in bot/sources/problems.py: what it is instead of a text."""
    size_bytes = (await asyncio.to_thread(path.stat)).st_size
    if size_bytes > FILE_BYTES:
        raise InvalidInput("source.file_too_big", size_bytes=size_bytes, limit_bytes=FILE_BYTES)
    said = await _said(path, paper)
    if "found" not in said:
        raise InvalidInput(str(said["refused"]), **said["params"])
    found = said["found"]
    text = await asyncio.to_thread(_flowing if paper.form == "pdf" else "\n\n".join, found["pages"])
    title = " ".join(str(found["title"]).split())
    counted = (len(found["pages"]), int(found["total"])) if paper.form == "pdf" else (0, 0)
    return Words(text, "" if _POOR_TITLE.fullmatch(title) else title, *counted)


def _command(path: Path, paper: Paper) -> list[str]:
    return [sys.executable, "-I", pages.__file__, str(path.absolute()), paper.form]


async def _said(path: Path, paper: Paper) -> dict[str, Any]:
    """One that breaks the process, or takes too long or too much of anything, is broken, whatever else it may be."""
    said = None
    async with running(_command(path, paper)) as process:
        try:
            async with asyncio.timeout(WITHIN_S):
                output, _ = await process.communicate()
            said = json.loads(output)
        except (TimeoutError, ValueError):
            said = None
    return said if isinstance(said, dict) else {"refused": "source.broken_file", "params": {}}


def _flowing(found: Sequence[str]) -> str:
    """Lines that a page has broken are joined again, and page numbers left out."""
    text = before = ""
    for line in (line for page in found for line in _without_numbers(page.splitlines())):
        if _was_divided(before, line):
            text = text[:-1] + line
        else:
            text += (" " if _goes_on(before, line) else "\n") + line
        before = line
    return text


def _without_numbers(lines: list[str]) -> list[str]:
    """What stands alone at the top or the foot of a page and only numbers it."""
    kept = [" ".join(line.split()) for line in lines]
    while kept and (not kept[-1] or _PAGE_NUMBER.fullmatch(kept[-1])):
        kept.pop()
    while kept and (not kept[0] or _PAGE_NUMBER.fullmatch(kept[0])):
        kept.pop(0)
    return kept


def _was_divided(before: str, line: str) -> bool:
    """Whether a word goes on in the next line."""
    return before[-1:] in ("-", "\u00ad") and before[-2:-1].isalpha() and line[:1].islower()


def _goes_on(before: str, line: str) -> bool:
    """Whether a line ended because the page did, and not because somebody wanted it to."""
    ended = before.endswith(_ENDS) and line[:1].isupper() and len(before) < 1.5 * FULL_LINE
    return bool(before and line) and len(before) >= FULL_LINE and not ended
