"""Looks into a file that somebody has sent, in a process of its own, with little time, memory and nothing worth taking.

probing.py starts it as a script: it imports nothing of ours but by its path. It says what it has found as one line of
JSON: `{"found": {...}}`, or `{"refused": code, ...}`.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

CPU_S: Final = 20
MEMORY_BYTES: Final = 2_000_000_000
WRITTEN_BYTES: Final = 8_000_000
INDEX_BYTES: Final = 64_000_000
"""Of an MP4's `moov`: ten minutes take well under one."""
BOXES_MOST: Final = 10_000
PIXELS_MOST: Final = 8192 * 4352
"""8K. What claims more is there to fill the memory."""
SIDE_MOST: Final = 16_384
VIDEO_CODECS: Final = frozenset(
    {
        *("h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "msmpeg4v2", "msmpeg4v3", "mpeg1video", "mpeg2video", "h263"),
        *("mjpeg", "prores", "dnxhd", "dvvideo", "svq3", "qtrle", "png", "cinepak", "rawvideo", "huffyuv", "ffv1"),
    }
)
AUDIO_CODECS: Final = frozenset(
    {
        *("aac", "mp3", "mp2", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "adpcm_ms", "adpcm_ima_wav"),
        *("adpcm_ima_qt", "qdm2", "wmav2"),
    }
)
"""And all of PCM. What cameras, phones and editors write."""
HDR: Final = {16: "smpte2084", 18: "arib-std-b67"}
"""Transfer functions of ITU-T H.273 that a plain player shows too pale."""
THUMBNAIL: Final = (720, 1280)
THUMBNAIL_AT_S: Final = 5.0
FORMATS: Final = {"mp4": "mov", "mov": "mov", "avi": "avi"}
"""The demuxer is named, never guessed: others open further files and addresses that a file names."""


class RefusedError(Exception):
    """`params` stand in the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.said = {"refused": code, "params": params}


def main(path: str, container: str, thumbnail: str) -> None:
    _limit()
    said: dict[str, Any]
    try:
        said = {"found": look(Path(path), container, Path(thumbnail) if thumbnail else None)}
    except RefusedError as refusal:
        said = refusal.said
    except MemoryError:
        said = {"refused": "videos.too_large_inside", "params": {}}
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)  # what libraries still want to tidy is of no interest


def look(path: Path, container: str, thumbnail: Path | None) -> dict[str, Any]:
    """What the file is. Raises RefusedError with a code of core/videos/checking.py."""
    layout = _avi_layout(path) if container == "avi" else _boxes_layout(path)
    import av

    options = {"protocol_whitelist": "file"}
    try:
        with av.open(str(path), format=FORMATS[container], options=options, metadata_errors="ignore") as opened:
            return {"container": container, **layout, **_inside(opened, path.stat().st_size, thumbnail)}
    except av.error.FFmpegError as exc:
        raise RefusedError("videos.broken") from exc


def _inside(opened: "InputContainer", size_bytes: int, thumbnail: Path | None) -> dict[str, Any]:
    import av

    video = next(
        (one for one in opened.streams.video if not one.disposition & av.stream.Disposition.attached_pic), None
    )
    audio = next(iter(opened.streams.audio), None)
    if video is None:
        raise RefusedError("videos.audio_only" if audio is not None else "videos.not_a_video")
    context = video.codec_context
    _check_codecs(video, audio)
    if max(context.width, context.height) > SIDE_MOST or context.width * context.height > PIXELS_MOST:
        raise RefusedError("videos.too_large_inside", width=context.width, height=context.height)
    duration_s = _duration_s(opened, video)
    if not context.width or not context.height or duration_s <= 0:
        raise RefusedError("videos.nothing_in_it")
    frame = _frame_at(opened, video, min(THUMBNAIL_AT_S, duration_s / 2) if thumbnail is not None else 0.0)
    if thumbnail is not None:
        _write_thumbnail(frame, thumbnail)
    rotation = frame.rotation % 360
    ratio = video.sample_aspect_ratio or 1
    width, height = round(context.width * ratio), context.height
    if rotation in (90, 270):
        width, height = height, width
    return {
        "video_codec": context.codec.canonical_name,
        "audio_codec": audio.codec_context.codec.canonical_name if audio is not None else None,
        "duration_s": round(duration_s, 3),
        "width": width,
        "height": height,
        "frame_rate": round(float(video.average_rate or video.guessed_rate or 0), 3),
        "bit_rate": int(size_bytes * 8 / duration_s),
        "rotation": rotation,
        "square_pixels": ratio == 1,
        "pixel_format": context.pix_fmt or "",
        "hdr": HDR.get(context.color_trc),
        "video_stream": video.index,
        "audio_stream": audio.index if audio is not None else None,
        "sample_rate_hz": audio.codec_context.sample_rate if audio is not None else None,
        "channels": audio.codec_context.channels if audio is not None else None,
    }


def _check_codecs(video: "VideoStream", audio: "AudioStream | None") -> None:
    name = video.codec_context.codec.canonical_name if video.codec_context is not None else video.codec_tag
    if name not in VIDEO_CODECS:
        raise RefusedError("videos.codec", codec=name)
    if audio is None:
        return
    name = audio.codec_context.codec.canonical_name if audio.codec_context is not None else audio.codec_tag
    if name not in AUDIO_CODECS and not name.startswith("pcm_"):
        raise RefusedError("videos.codec", codec=name)


def _duration_s(opened: "InputContainer", video: "VideoStream") -> float:
    """The longer of what the file and its pictures say."""
    whole = (opened.duration or 0) / 1_000_000
    own = float(video.duration * video.time_base) if video.duration and video.time_base else 0.0
    return max(whole, own)


def _frame_at(opened: "InputContainer", video: "VideoStream", at_s: float) -> "VideoFrame":
    """The picture at a moment, or the last one before the pictures end. One that can't be decoded is refused."""
    video.codec_context.thread_count = 2
    start_s = float(video.start_time * video.time_base) if video.start_time and video.time_base else 0.0
    opened.seek(int((start_s + at_s) * 1_000_000), backward=True)
    found: VideoFrame | None = None
    for frame in opened.decode(video):
        found = frame
        if frame.time is None or frame.time - start_s >= at_s:
            break
    if found is None:
        raise RefusedError("videos.broken")
    return found


def _write_thumbnail(frame: "VideoFrame", target: Path) -> None:
    """As it is shown, whole, with bars where it isn't 9:16."""
    from PIL import Image, ImageOps

    picture = frame.to_image()  # type: ignore[no-untyped-call]
    if frame.rotation % 360:
        picture = picture.rotate(frame.rotation, expand=True)
    ratio = frame.width and picture.width / picture.height
    if ratio:
        padded = ImageOps.pad(picture.convert("RGB"), THUMBNAIL, method=Image.Resampling.LANCZOS, color="#14171c")
        padded.save(target, "JPEG", quality=85)


def _boxes_layout(path: Path) -> dict[str, Any]:
    """How an MP4 or QuickTime file is laid out. A box that goes beyond the end says that the rest is missing."""
    order, edited = [], False
    with path.open("rb") as file:
        for kind, start, end in _boxes(file, path.stat().st_size):
            order.append(kind)
            if kind == b"moov":
                if end - start > INDEX_BYTES:
                    raise RefusedError("videos.broken")
                file.seek(start)
                edited = b"elst" in file.read(end - start)
    if b"moov" not in order:
        raise RefusedError("videos.truncated")
    data = order.index(b"mdat") if b"mdat" in order else len(order)
    return {"index_first": order.index(b"moov") < data, "edit_list": edited}


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """The outermost boxes with where they begin and end. ISO/IEC 14496-12, section 4.2."""
    position = 0
    for _ in range(BOXES_MOST):
        if position >= size:
            return
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            return  # a few bytes behind the last box harm nothing
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            length = struct.unpack(">Q", head[8:])[0]
        elif length == 0:
            length = size - position
        if length < 8:
            raise RefusedError("videos.broken")
        if position + length > size:
            raise RefusedError("videos.truncated")
        yield kind, position, position + length
        position += length
    raise RefusedError("videos.broken")


def _avi_layout(path: Path) -> dict[str, Any]:
    """The first RIFF chunk says how long it is; 0 where a recorder never came back to fill it in."""
    with path.open("rb") as file:
        length = struct.unpack("<I", file.read(8)[4:])[0]
    if length + 8 > path.stat().st_size + 1:  # a last byte that pads may be missing
        raise RefusedError("videos.truncated")
    return {"index_first": False, "edit_list": False}


def _limit() -> None:
    """Before anything is read."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # less is allowed already, or this system knows no such limit
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:4])
