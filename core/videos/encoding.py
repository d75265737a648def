"""One run of ffmpeg from a file to a network's copy of it, with real percentages."""

import asyncio
import tempfile
from asyncio import StreamReader
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from core.errors import ProviderError
from core.ffmpeg import ffmpeg_path
from core.videos.look import FORMATS
from core.videos.probing import Probe
from core.videos.profiles import (
    AUDIO_BIT_RATE,
    SAMPLE_RATE_HZ,
    Plan,
    Profile,
    bit_rate_for,
    frame_rate_for,
    size_for,
)
from core.videos.programs import running

Progress = Callable[[float], None]
"""Called on the event loop with the share that is done, 0 to 1."""

WITHIN_S: Final = 1500.0
"""One run: ten minutes of video at less than half of its speed."""
QUALITY: Final = 20
"""x264's constant rate factor: what needs fewer bits than the profile admits takes fewer."""
KEY_FRAMES_EVERY_S: Final = 2
MESSAGE_CHARACTERS: Final = 300
OUT_TIME: Final = b"out_time_us="
BACK_TO_PLAIN: Final = (
    "zscale=t=linear:npl=100",
    "format=gbrpf32le",
    "zscale=p=bt709",
    "tonemap=hable:desat=0",
    "zscale=t=bt709:m=bt709:r=tv",
)
"""What plain players show too pale, as they show it well. https://ffmpeg.org/ffmpeg-filters.html#tonemap"""


async def encode(source: Path, target: Path, *, probe: Probe, profile: Profile, plan: Plan, progress: Progress) -> None:
    """Make the copy. Cancelled, the program is killed before this returns.

    Raises ProviderError "videos.no_encoder" where ffmpeg can't be started, "videos.not_encoded" when it fails, and
    "videos.encoding_too_long" (limit_s).
    """
    command = command_for(source, target, probe=probe, profile=profile, plan=plan)
    with tempfile.TemporaryFile() as messages:
        try:
            async with asyncio.timeout(WITHIN_S), running(command, messages=messages) as process:
                if process.stdout is not None:
                    await _follow(process.stdout, probe.duration_s, progress)
                status = await process.wait()
        except TimeoutError as exc:
            raise _failed("videos.encoding_too_long", retryable=False, limit_s=WITHIN_S) from exc
        except (FileNotFoundError, PermissionError) as exc:
            raise _failed("videos.no_encoder", retryable=False) from exc
        if status != 0:
            raise _failed("videos.not_encoded", retryable=True, message=_message(messages))


def command_for(source: Path, target: Path, *, probe: Probe, profile: Profile, plan: Plan) -> list[str]:
    """Where somebody was when they filmed is left out, like all that is told beside pictures and sound."""
    pictures = _new_pictures(probe, profile) if plan.new_pictures else ["-c:v", "copy"]
    sound = ["-c:a", "aac", "-b:a", str(AUDIO_BIT_RATE), "-ar", str(SAMPLE_RATE_HZ), "-ac", "2"]
    streams = ["-map", f"0:{probe.video_stream}"]
    if probe.audio_stream is not None:
        streams += ["-map", f"0:{probe.audio_stream}", *(sound if plan.new_sound else ["-c:a", "copy"])]
    shape = ["-movflags", "+faststart", *([] if profile.edit_list else ["-use_editlist", "0"]), "-f", "mp4"]
    return [
        *(str(ffmpeg_path()), "-v", "error", "-nostdin", "-y", "-progress", "pipe:1", "-stats_period", "0.25"),
        *("-protocol_whitelist", "file", "-f", FORMATS[probe.container], "-i", str(source.absolute())),
        *streams,
        *pictures,
        *("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"),
        *shape,
        str(target.absolute()),
    ]


def _new_pictures(probe: Probe, profile: Profile) -> list[str]:
    width, height = size_for(probe, profile)
    bit_rate, frame_rate = bit_rate_for(probe, profile), frame_rate_for(probe, profile)
    filters = [
        *([f"fps={frame_rate:g}"] if frame_rate is not None else []),
        *(BACK_TO_PLAIN if probe.hdr else ()),
        f"scale={width}:{height}",
        "setsar=1",
        "format=yuv420p",
    ]
    return [
        *("-vf", ",".join(filters), "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high"),
        *("-crf", str(QUALITY), "-maxrate", str(bit_rate), "-bufsize", str(2 * bit_rate)),
        *("-force_key_frames", f"expr:gte(t,n_forced*{KEY_FRAMES_EVERY_S})"),
    ]


async def _follow(output: StreamReader, duration_s: float, progress: Progress) -> None:
    """Until the program has said all. Its times go back a little at first.
    https://ffmpeg.org/ffmpeg.html#Main-options, -progress"""
    done = 0.0
    async for line in output:
        told = line.removeprefix(OUT_TIME).strip()
        if line.startswith(OUT_TIME) and told.isdigit():
            done = max(done, min(1.0, int(told) / 1_000_000 / duration_s))
            progress(done)


def _message(messages: IO[bytes]) -> str:
    messages.seek(0)
    return messages.read(MESSAGE_CHARACTERS).decode(errors="replace").strip()


def _failed(code: str, *, retryable: bool, **params: Any) -> ProviderError:
    return ProviderError(code, provider="ffmpeg", retryable=retryable, **params)
