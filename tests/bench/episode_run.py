"""One way to make an episode, in a process of its own: prints the seconds it took, and what it had worked before.

`python -m tests.bench.episode_run streamed|encoder|whole FOLDER`, over the recordings in FOLDER/recordings.
"""

import asyncio
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg

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
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "s16le", "-ar", "44100", "-ac", "2"]
    command += ["-i", str(folder / "samples"), "-c:a", "libmp3lame", "-b:a", "128k", str(folder / "encoder.mp3")]
    return lambda: subprocess.run(command, check=True)


def whole(folder: Path) -> Callable[[], object]:
    """pydub over the whole episode, as others do it: the same trimming, gain, fades, gaps and format, no limiter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub.silence import detect_leading_silence
    AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()

    def trimmed(audio: AudioSegment) -> AudioSegment:
        before = detect_leading_silence(audio, silence_threshold=-45.0)
        after = detect_leading_silence(audio.reverse(), silence_threshold=-45.0)
        return audio[before : len(audio) - after]

    def make() -> None:
        episode = AudioSegment.empty()
        for _, path in recordings(folder):
            audio = trimmed(AudioSegment.from_file(path, format="wav"))
            episode += audio.apply_gain(-19.0 - audio.dBFS).fade_in(5).fade_out(15)
            episode += AudioSegment.silent(GAP_MS, frame_rate=22_050)
        stereo = episode.set_frame_rate(44_100).set_channels(2)
        stereo.export(folder / "whole.mp3", format="mp3", bitrate="128k")

    return make


def recordings(folder: Path) -> list[tuple[int, Path]]:
    return list(enumerate(sorted((folder / "recordings").iterdir())))


if __name__ == "__main__":
    make = {"streamed": streamed, "encoder": encoder, "whole": whole}[sys.argv[1]](Path(sys.argv[2]))
    begun_s, began_at = time.process_time(), time.perf_counter()
    make()
    print(time.perf_counter() - began_at, begun_s)  # noqa: T201
