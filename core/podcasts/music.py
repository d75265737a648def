"""The music before and after an episode: equally loud, brought down below the voices, faded."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput
from core.podcasts.music_choices import Meeting
from core.podcasts.segments import LOUDNESS_LUFS
from core.podcasts.sound import CEILING, SAMPLE_BYTES, AudioSegment, Unreadable, audioop, hear, leveled, segment

SOLO_MS, UNDER_MS = 6000, 4000
"""How long it plays alone, and how long below a voice."""
DUCKED_DB = -16.0
FRAME_BYTES = SAMPLE_BYTES * 2

_FADE_MS = 1500
_SHORTEST_MS = 1000


class MusicBroken(InvalidInput):
    """A piece of music that can't be used. Params: reason (see Unreadable, and too_short, missing)."""

    code = "podcasts.music_broken"


@dataclass(frozen=True, slots=True)
class Bed:
    """Stereo, 16 bit: what plays alone, and what is to be laid below a voice."""

    solo: bytes
    under: bytes


def intro(music: Path, meeting: Meeting = Meeting.DUCK) -> Bed:
    """Its beginning; ends below the first words, or before them. Raises MusicBroken."""
    audio = _heard(music)
    solo_ms = _solo_ms(audio)
    if meeting is Meeting.FADE:
        return Bed(_bytes(_faded(audio[:solo_ms])), b"")
    alone = audio[:solo_ms].fade_in(min(_FADE_MS // 5, solo_ms))
    under = audio[solo_ms:]
    return Bed(_bytes(alone), _bytes(_ducking(under).fade_out(len(under) // 2)))


def outro(music: Path, meeting: Meeting = Meeting.DUCK) -> Bed:
    """Its beginning again; begins below the last words, or after them. Raises MusicBroken."""
    audio = _heard(music)
    under_ms = len(audio) - _solo_ms(audio)
    if meeting is Meeting.FADE:
        return Bed(_bytes(_faded(audio[: _solo_ms(audio)])), b"")
    under = (audio[:under_ms] + DUCKED_DB).fade_in(under_ms // 2)
    alone = audio[under_ms:]
    rising = alone.fade(from_gain=DUCKED_DB, start=0, duration=min(400, len(alone)))
    return Bed(_bytes(rising.fade_out(min(_FADE_MS, len(rising)))), _bytes(under))


def mixed(voice: bytes, bed: bytes) -> bytes:
    """Both, of the same length, without new peaks."""
    together = segment(audioop.add(voice, bed, SAMPLE_BYTES), 2)
    if together.max <= CEILING * together.max_possible_amplitude:
        return bytes(together.raw_data)
    return b"".join(leveled(together, 0.0))


def _heard(music: Path) -> AudioSegment:
    try:
        heard = hear(music.read_bytes(), channels=2, longest_s=(SOLO_MS + UNDER_MS) / 1000, cut=True)
    except Unreadable as exc:
        raise MusicBroken(reason=exc.reason) from exc
    except FileNotFoundError as exc:
        raise MusicBroken(reason="missing") from exc
    if len(heard.audio) < _SHORTEST_MS:
        raise MusicBroken(reason="too_short")
    return segment(b"".join(leveled(heard.audio, LOUDNESS_LUFS - heard.loudness)), 2)


def _solo_ms(audio: AudioSegment) -> int:
    """A shorter piece is divided alike."""
    return len(audio) * SOLO_MS // (SOLO_MS + UNDER_MS)


def _faded(audio: AudioSegment) -> AudioSegment:
    """Softly in, slowly out."""
    return audio.fade_in(min(_FADE_MS // 5, len(audio))).fade_out(min(_FADE_MS, len(audio)))


def _ducking(audio: AudioSegment) -> AudioSegment:
    return audio.fade(to_gain=DUCKED_DB, start=0, duration=min(400, len(audio)))


def _bytes(audio: AudioSegment) -> bytes:
    whole = int(audio.frame_count()) * FRAME_BYTES
    return bytes(audio.raw_data[:whole])
