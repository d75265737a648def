"""How good offline scripts are, in figures: `python -m tests.bench.podcast_scripts [--show en conversation]`."""

import argparse
import asyncio
import sys
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

from core.podcasts.pace import pace_of
from core.podcasts.script import Format, Script, Speaker
from core.podcasts.script_checks import problems, repeated_trigrams
from core.podcasts.spoken import spoken
from core.providers.offline.dialogue import OfflineScriptWriter
from core.providers.offline.words import word_count
from core.providers.scripts import ScriptBrief, ScriptFinished, ScriptSource
from core.providers.text import Note

FOLDER = Path(__file__).parent.parent / "core" / "providers" / "sources"
TEXTS = {
    "en": ("en", FOLDER / "long" / "en.txt", 5.0),
    "es": ("es", FOLDER / "long" / "es.txt", 2.0),
    "de": ("de", FOLDER / "long" / "de.txt", 2.0),
    "hi": ("hi", FOLDER / "hi.txt", 0.5),
    "ar": ("ar", FOLDER / "ar.txt", 0.5),
}


async def written(language: str, text: str, minutes: float, style: Format) -> tuple[Script, tuple[Note, ...]]:
    brief = ScriptBrief((ScriptSource(text),), language, minutes, style, host="Clara", guest="Theo")
    async with aclosing(OfflineScriptWriter().write(brief)) as events:
        finished = [event async for event in events if isinstance(event, ScriptFinished)]
    return finished[0].script, finished[0].notes


def letters(text: str) -> str:
    """Without spaces, signs and markup."""
    return "".join(character for character in text if character.isalnum())


def row(name: str, style: Format, script: Script, minutes: float, text: str) -> str:
    """Words and their budget, length, repetition, changes of speaker, claims found in the source, problems."""
    pace = pace_of(script.language)
    claims = [(line, claim) for line in script.lines for claim in line.claims]
    found = sum(
        spoken(claim.sentence, script.language).rstrip(".") in line.text and letters(claim.sentence) in letters(text)
        for line, claim in claims
    )
    speakers = [line.speaker for line in script.lines]
    changes = sum(one is not other for one, other in pairwise(speakers))
    host = sum(line.speaker is Speaker.HOST for line in script.lines) / len(script.lines)
    alternation = changes / max(len(speakers) - 1, 1)
    words = sum(word_count(line.text) for line in script.lines)
    return (
        f"{name:3} {style:13} words {words:5} of {pace.words(minutes * 60):5}  s {script.seconds(pace):5.0f} of"
        f" {minutes * 60:4.0f}  trigrams again {repeated_trigrams(script):6.1%}"
        f"  turns {alternation:4.0%}  host {host:4.0%}  claims {found}/{len(claims)}  problems {len(problems(script))}"
    )


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", nargs=2, metavar=("TEXT", "FORMAT"))
    parser.add_argument("--file", nargs=3, metavar=("PATH", "LANGUAGE", "MINUTES"))
    asked = parser.parse_args()
    texts = {"file": (asked.file[1], Path(asked.file[0]), float(asked.file[2]))} if asked.file else TEXTS
    for name, (language, path, minutes) in texts.items():
        text = path.read_text("utf-8")
        for style in Format:
            script, notes = await written(language, text, minutes, style)
            if asked.show is None:
                codes = " ".join(str(note.code) for note in notes)
                sys.stdout.write(f"{row(name, style, script, minutes, text)} {codes}\n")
            elif asked.show == [name, str(style)]:
                print_script(script)


def print_script(script: Script) -> None:
    for section in script.sections:
        sys.stdout.write(f"\n## {section.title}\n")
        for line in section.lines:
            sys.stdout.write(f"{line.speaker:6} {line.text}\n")


if __name__ == "__main__":
    asyncio.run(main())
