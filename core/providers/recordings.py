"""What the headers of a recording tell: its format, and how long it is. core/podcasts decodes."""

from io import BytesIO

WAV, MP3, OGG, FLAC, AAC, MP4 = "audio/wav", "audio/mpeg", "audio/ogg", "audio/flac", "audio/aac", "audio/mp4"
_UNKNOWN_SIZES = frozenset({0, 0xFFFFFFFF, 0x7FFFFFFF})
"""What streaming servers write into a WAV's header, which they send before they know the size."""


def sniffed(audio: bytes) -> str | None:
    """The content type that the first bytes show, None for anything but sound."""
    if audio[:4] == b"RIFF" and audio[8:12] == b"WAVE":
        return WAV
    if audio[:3] == b"ID3":
        return MP3
    if audio[:4] in (b"OggS", b"fLaC"):
        return OGG if audio[:1] == b"O" else FLAC
    if audio[4:8] == b"ftyp":
        return MP4
    if len(audio) > 1 and audio[0] == 0xFF and audio[1] & 0xE0 == 0xE0:
        return AAC if audio[1] & 0x06 == 0 else MP3  # ADTS has layer 0
    return None


def wav_share(audio: bytes) -> float | None:
    """Which share of the samples that the header of a WAV promises is there, at most 1; None when it doesn't say."""
    at = audio.find(b"data", 12, 4096)
    if at < 0:
        return None
    promised = int.from_bytes(audio[at + 4 : at + 8], "little")
    if promised in _UNKNOWN_SIZES:
        return None
    return min((len(audio) - at - 8) / promised, 1.0)


def seconds_of(audio: bytes, content_type: str) -> tuple[float, float] | None:
    """How long the recording is, and how long its header says; None when it can't be told without decoding."""
    if content_type == WAV:
        return _wav_seconds(audio)
    if content_type == MP3:
        return _mp3_seconds(audio)
    return None


def _wav_seconds(audio: bytes) -> tuple[float, float] | None:
    at = audio.find(b"data", 12, 4096)
    per_s = int.from_bytes(audio[28:32], "little")
    if at < 0 or not per_s:
        return 0.0, 0.0
    seconds = (len(audio) - at - 8) / per_s
    share = wav_share(audio)
    return seconds, seconds / share if share else seconds


def _mp3_seconds(audio: bytes) -> tuple[float, float] | None:
    from mutagen import MutagenError  # loaded when the first MP3 comes: only workers need it
    from mutagen.mp3 import MPEGInfo

    try:
        info = MPEGInfo(BytesIO(audio))
    except MutagenError:
        return 0.0, 0.0
    return (len(audio) * 8 / info.bitrate, info.length) if info.bitrate else (0.0, 0.0)
