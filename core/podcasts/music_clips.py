"""Music as sound: what is kept of a piece, and how it will sound. Heavy to import; see own_music.py for the rows."""

import asyncio
import tempfile
from pathlib import Path

from core.errors import InvalidInput
from core.podcasts.audio import Episode, Spoken, Tags, assemble
from core.podcasts.music import MusicBroken
from core.podcasts.music_choices import MusicChoices
from core.podcasts.own_music import KBIT_S, KEPT_S
from core.podcasts.samples import Clip, beginning_of
from core.podcasts.sound import Unreadable

SHORTEST_MS = 3000


async def kept_clip(recording: bytes) -> Clip:
    """The beginning of a piece of music in any format, as it is kept.

    Raises MusicBroken for what is no sound, InvalidInput "podcasts.music_too_short".
    """
    try:
        clip = await beginning_of(recording, longest_s=KEPT_S, kbit_s=KBIT_S)
    except Unreadable as exc:
        raise MusicBroken(reason=exc.reason) from exc
    if clip.duration_ms < SHORTEST_MS:
        raise InvalidInput("podcasts.music_too_short", least_s=SHORTEST_MS // 1000)
    return clip


async def preview(recording: bytes, music: Path, choices: MusicChoices) -> bytes:
    """An MP3 of one sentence with the music around it. Raises what `assemble` does."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spoken = folder / "sentence"
        await asyncio.to_thread(spoken.write_bytes, recording)
        episode = Episode(
            [Spoken(spoken, "", "")],
            Tags(""),
            intro=music if choices.plays.before else None,
            outro=music if choices.plays.after else None,
            meeting=choices.meeting,
        )
        (part,) = await assemble(episode, folder / "made", workshop=folder / "segments")
        return await asyncio.to_thread(part.path.read_bytes)
