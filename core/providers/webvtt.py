"""WebVTT, as transcripts come. https://www.w3.org/TR/webvtt1/"""

import html
import re

from core.providers.discovery import TranscriptLine

_TIMES = re.compile(r"(?:(\d+):)?(\d\d):(\d\d[.,]\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d[.,]\d{3})")
_TAG = re.compile(r"<[^>]*>")


def webvtt_lines(document: str) -> tuple[TranscriptLine, ...]:
    """The cues that have words, in their order. What is no cue is passed over."""
    lines: list[TranscriptLine] = []
    for block in re.split(r"\n[ \t]*\n", document.replace("\r\n", "\n").replace("\r", "\n")):
        times = _TIMES.search(block)
        if times is None:
            continue
        words = html.unescape(_TAG.sub("", block[times.end() :].partition("\n")[2]))
        if text := " ".join(words.split()):
            lines.append(TranscriptLine(text, _seconds(*times.groups()[:3]), _seconds(*times.groups()[3:])))
    return tuple(lines)


def _seconds(hours: str | None, minutes: str, seconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
