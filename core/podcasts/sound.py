"""Sound in memory: decoded, measured and made equally loud by FFmpeg's own libraries (PyAV). 16 bit throughout.

Heavy to import; only workers that make audio do.
"""

import warnings
import wave
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import cast

import av
from av.filter import Graph

from core.providers.recordings import MP3, WAV, seconds_of, sniffed, wav_share

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub looks for an ffmpeg on the path, and imports what Python is to lose
    import audioop

    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

__all__ = ["AudioSegment", "audioop", "detect_leading_silence", "hear", "leveled", "segment", "stereo"]

RATE_HZ = 44_100
SAMPLE_BYTES = 2
CEILING = 0.78
"""-2.2 dBFS: an MP3 of 128 kbit/s overshoots by up to 1 dB."""

_QUIET_ENOUGH = 0.9 * CEILING
"""Between samples it may be a little louder."""
_BLOCKS_PER_S = 4
"""Filters keep several copies of a block, in 64 bit."""
_LEAST_RATE_HZ, _MOST_RATE_HZ = 8_000, 96_000
_SHORTEST_MEASURABLE_S = 3.0
"""Shorter recordings are measured in a row with themselves: ebur128 needs windows of 0.4 s."""
_NOTHING_LUFS = -69.0
_WHOLE = 0.95
_HEADER_TOLERANCE_S = 0.15
"""What headers may claim beyond the sound: the padding of encoders."""
_RESAMPLED = ("aresample", str(RATE_HZ))
_LIMITER = ("alimiter", f"limit={CEILING}:level=disabled:attack=5:release=60:latency=1")


class Unreadable(Exception):
    """`reason`: empty, undecodable, truncated, silent, too_long."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording decoded, at its own rate. `loudness` in LUFS as it is heard from two loudspeakers (mono on both)."""

    audio: AudioSegment
    loudness: float


def hear(recording: bytes, *, channels: int, longest_s: float, cut: bool = False) -> Heard:
    """Decode any format. What is longer than `longest_s` is cut or refused. Raises Unreadable."""
    if not recording:
        raise Unreadable("empty")
    audio = _plain_wav(recording, channels) or _decoded(recording, channels, longest_s)
    if not audio.raw_data:
        raise Unreadable("empty")
    if audio.duration_seconds > longest_s:
        if not cut:
            raise Unreadable("too_long")
        audio = audio[: round(longest_s * 1000)]
    return Heard(audio, _loudness(audio))


def leveled(audio: AudioSegment, gain_db: float) -> Iterator[bytes]:
    """Louder by `gain_db`, at 44.1 kHz, its peaks softly held below CEILING; samples of 16 bit, block by block."""
    if audio.max / audio.max_possible_amplitude * 10 ** (gain_db / 20) <= _QUIET_ENOUGH:
        graph = _graph(audio, _RESAMPLED, ("aformat", "s16"))
        frames = _frames(audio.apply_gain(gain_db))
    else:
        louder = ("volume", f"{gain_db:.3f}dB:precision=float")  # pydub would cut the peaks off
        graph, frames = _graph(audio, louder, _RESAMPLED, _LIMITER, ("aformat", "s16")), _frames(audio)
    for frame in _through(graph, frames):
        yield _bytes_of(frame)


def segment(samples: bytes, channels: int, rate_hz: int = RATE_HZ) -> AudioSegment:
    return AudioSegment(samples, frame_rate=rate_hz, sample_width=SAMPLE_BYTES, channels=channels)


def stereo(mono: bytes) -> bytes:
    """The same on both sides."""
    return bytes(audioop.tostereo(mono, SAMPLE_BYTES, 1, 1))


def _plain_wav(recording: bytes, channels: int) -> AudioSegment | None:
    """A WAV of 16 bit, with nothing to decode; None for anything else. Raises Unreadable."""
    if sniffed(recording) != WAV:
        return None
    if (share := wav_share(recording)) is not None and share < _WHOLE:
        raise Unreadable("truncated")
    try:
        with wave.open(BytesIO(recording)) as file:
            described = file.getparams()
            if described.sampwidth != SAMPLE_BYTES or described.nchannels > 2:
                return None
            if not _LEAST_RATE_HZ <= described.framerate <= _MOST_RATE_HZ:
                return None
            samples = file.readframes(described.nframes)
    except (wave.Error, EOFError):
        return None
    whole = len(samples) - len(samples) % (SAMPLE_BYTES * described.nchannels)
    return segment(samples[:whole], described.nchannels, described.framerate).set_channels(channels)


def _check_whole(recording: bytes) -> None:
    """As far as the header of an MP3 tells how long it should be; FFmpeg believes what is there. Raises Unreadable."""
    if sniffed(recording) == MP3 and (found := seconds_of(recording, MP3)) is not None:
        there_s, claimed_s = found
        if there_s < claimed_s * _WHOLE - _HEADER_TOLERANCE_S:
            raise Unreadable("truncated")


def _decoded(recording: bytes, channels: int, longest_s: float) -> AudioSegment:
    _check_whole(recording)
    pieces: list[bytes] = []
    heard_s = 0.0
    try:
        with av.open(BytesIO(recording), "r", options={"probesize": "262144"}) as container:
            if not container.streams.audio:
                raise Unreadable("undecodable")
            claimed_s = (container.duration or 0) / av.time_base
            rate_hz = min(max(container.streams.audio[0].rate, _LEAST_RATE_HZ), _MOST_RATE_HZ)
            resampler = av.AudioResampler(format="s16", layout=_layout(channels), rate=rate_hz)
            for frame in _resampled(container.decode(audio=0), resampler):
                pieces.append(_bytes_of(frame))
                heard_s += frame.samples / rate_hz
                if heard_s > longest_s + 1:  # enough to know
                    claimed_s = 0
                    break
    except av.error.FFmpegError as exc:
        raise Unreadable("undecodable") from exc
    if heard_s < claimed_s * _WHOLE - _HEADER_TOLERANCE_S:
        raise Unreadable("truncated")
    return segment(b"".join(pieces), channels, rate_hz)


def _resampled(frames: Iterable[av.AudioFrame], resampler: av.AudioResampler) -> Iterator[av.AudioFrame]:
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _loudness(audio: AudioSegment) -> float:
    """Integrated loudness after EBU R 128, in LUFS. Raises Unreadable when there is nothing to hear."""
    if audio.duration_seconds < _SHORTEST_MEASURABLE_S:
        audio = audio * (int(_SHORTEST_MEASURABLE_S / audio.duration_seconds) + 1)
    graph = _graph(audio, ("ebur128", "metadata=1:dualmono=1:framelog=quiet"))
    last = deque(_through(graph, _frames(audio)), maxlen=3)  # the very last one may tell nothing
    told = (frame.metadata.get("lavfi.r128.I") for frame in reversed(last))
    loudness = float(next((value for value in told if value), _NOTHING_LUFS))
    if loudness <= _NOTHING_LUFS:
        raise Unreadable("silent")
    return loudness


def _graph(audio: AudioSegment, *filters: tuple[str, str]) -> Graph:
    graph = Graph()
    last = graph.add_abuffer(sample_rate=audio.frame_rate, format="s16", layout=_layout(audio.channels))
    for name, arguments in filters:
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    last.link_to(graph.add("abuffersink"))
    graph.configure()
    return graph


def _through(graph: Graph, frames: Iterable[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    for frame in frames:
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield cast("av.AudioFrame", frame)


def _frames(audio: AudioSegment) -> Iterator[av.AudioFrame]:
    samples, rate_hz, width = memoryview(audio.raw_data), audio.frame_rate, audio.frame_width
    step = rate_hz // _BLOCKS_PER_S * width
    for at in range(0, len(samples), step):
        block = samples[at : at + step]
        frame = av.AudioFrame(format="s16", layout=_layout(audio.channels), samples=len(block) // width)
        frame.sample_rate, frame.pts = rate_hz, at // width
        plane = frame.planes[0]
        plane.update(bytes(block).ljust(plane.buffer_size, b"\0"))
        yield frame


def _bytes_of(frame: av.AudioFrame) -> bytes:
    """Of packed 16 bit; the plane's end is padding."""
    return bytes(memoryview(frame.planes[0])[: frame.samples * SAMPLE_BYTES * len(frame.layout.channels)])


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"
