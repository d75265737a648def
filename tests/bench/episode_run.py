"""One way to make an episode, in a process of its own: prints the seconds it took, and what it had worked before.

`python -m tests.bench.episode_run streamed|encoder|joined|whole FOLDER`, over the recordings in FOLDER/recordings.
"""

import asyncio
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

GAP_MS = 320


def streamed(folder: Path) -> Callable[[], object]:
    """Ours: recordings in, MP3 out; each is prepared while the one before is encoded."""
    from core.podcasts.audio import Episode, Spoken, Tags, assemble

    turns = [
        Spoken(path, path.name[-2:], "", f"Chapter {at}" if at % 50 == 0 else "") for at, path in recordings(folder)
    ]
    episode = Episode(turns, Tags("Bench", "Postaify"))
    return lambda: asyncio.run(assemble(episode, folder / "streamed", workshop=folder / "workshop", size_bytes=10**9))


def encoder(folder: Path) -> Callable[[], object]:
    """The limit: ffmpeg alone, over the very samples of ours."""
    command = [_ffmpeg(), "-v", "error", "-y", "-f", "s16le", "-ar", "44100", "-ac", "2"]
    command += ["-i", str(folder / "samples"), "-c:a", "libmp3lame", "-b:a", "128k", str(folder / "encoder.mp3")]
    return lambda: subprocess.run(command, check=True)


def joined(folder: Path) -> Callable[[], object]:
    """pydub as others use it for podcasts: everything added up in memory, then exported, no segment made louder."""
    segment = _pydub()

    def make() -> None:
        episode = segment.empty()
        for _, path in recordings(folder):
            episode += segment.from_file(path, format="wav")
        _export(episode, folder / "joined.mp3")

    return make


def whole(folder: Path) -> Callable[[], object]:
    """pydub making the same episode in that way: trimmed, leveled, faded, with gaps; no limiter."""
    segment = _pydub()
    from pydub.silence import detect_leading_silence

    def trimmed(audio: Any) -> Any:
        before = detect_leading_silence(audio, silence_threshold=-45.0)
        after = detect_leading_silence(audio.reverse(), silence_threshold=-45.0)
        return audio[before : len(audio) - after]

    def make() -> None:
        episode = segment.empty()
        for _, path in recordings(folder):
            audio = trimmed(segment.from_file(path, format="wav"))
            episode += audio.apply_gain(-19.0 - audio.dBFS).fade_in(5).fade_out(15)
            episode += segment.silent(GAP_MS, frame_rate=22_050)
        _export(episode, folder / "whole.mp3")

    return make


def _pydub() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    AudioSegment.converter = _ffmpeg()
    return AudioSegment


def _ffmpeg() -> str:
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _export(episode: Any, target: Path) -> None:
    """As ours is: 44.1 kHz, stereo, 128 kbit/s."""
    episode.export(target, format="mp3", bitrate="128k", parameters=["-ar", "44100", "-ac", "2"])


def recordings(folder: Path) -> list[tuple[int, Path]]:
    return list(enumerate(sorted((folder / "recordings").iterdir())))


if __name__ == "__main__":
    ways = {"streamed": streamed, "encoder": encoder, "joined": joined, "whole": whole}
    make = ways[sys.argv[1]](Path(sys.argv[2]))
    begun_s, began_at = time.process_time(), time.perf_counter()
    make()
    print(time.perf_counter() - began_at, begun_s)  # noqa: T201
