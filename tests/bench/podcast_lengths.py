"""Whether episodes have the length asked for, as the offline voices say them: `python -m tests.bench.podcast_lengths`.

Each row: minutes asked for, minutes that the script was measured at, minutes of the MP3, and the ratios of the latter.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from core.podcasts.audio import assemble
from core.podcasts.joining import Episode, Spoken
from core.podcasts.options import Length
from core.podcasts.pace import TOLERANCE, pace_of
from core.podcasts.script import Format, Script, Speaker
from core.podcasts.script_checks import problems
from core.podcasts.tags import Tags
from core.providers.offline.espeak import Espeak
from core.providers.recordings import WAV
from tests.bench.podcast_scripts import FOLDER, written

DOCS = Path(__file__).parents[2] / "docs" / "ARCHITECTURE.md"
CASES = (
    ("long/en", "en", FOLDER / "long" / "en.txt", Length.SHORT),
    ("docs", "en", DOCS, Length.SHORT),
    ("docs", "en", DOCS, Length.LONG),
    ("long/es", "es", FOLDER / "long" / "es.txt", Length.SHORT),
    ("long/de", "de", FOLDER / "long" / "de.txt", Length.SHORT),
)


async def heard_s(script: Script, folder: Path) -> float:
    """How long the finished episode is."""
    espeak = Espeak()
    host, guest = (voice.id for voice in (await espeak.voices(script.language))[:2])
    turns = []
    for number, line in script.numbered():
        voice_id = host if line.speaker is Speaker.HOST else guest
        speech = await espeak.speak(line.text, voice_id, language=script.language)
        path = folder / f"{number}.{'wav' if speech.content_type == WAV else 'bin'}"
        path.write_bytes(speech.audio)
        turns.append(Spoken(path, line.speaker, line.text, _chapter(script, number)))
    parts = await assemble(Episode(turns, Tags(title=script.title)), folder / "episode", workshop=folder / "segments")
    return sum(part.duration_ms for part in parts) / 1000


def _chapter(script: Script, number: int) -> str:
    section, at = script.place_of(number)
    return script.section(section).title if at == 0 else ""


async def main() -> None:
    for name, language, path, length in CASES:
        for style in (Format.CONVERSATION, Format.DEBATE):
            script, notes = await written(language, path.read_text("utf-8")[:50_000], length.minutes, style)
            measured = script.seconds(pace_of(language))
            with tempfile.TemporaryDirectory() as folder:
                heard = await heard_s(script, Path(folder))
            asked = length.minutes * 60
            sys.stdout.write(
                f"{name:8} {style:13} asked {length.minutes:2} min  script {measured / 60:5.2f}"
                f"  heard {heard / 60:5.2f}  heard/asked {heard / asked:.2f}  heard/script {heard / measured:.2f}"
                f"  within {TOLERANCE:.0%}: {'yes' if abs(heard / asked - 1) <= TOLERANCE else 'no'}"
                f"  problems {len(problems(script))}  {' '.join(str(note.code) for note in notes)}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
