"""Recordings made ready to be transcribed: small pieces, cut where nobody speaks, whatever came."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.sources.contents import Sound, kind_of
from core.sources.sound import PIECE_S, Pieces, cuts_for, pieces_of
from tests.core.sources.made import silence, speech, tones
from tests.core.videos.clips import clip

LIMIT = 25_000_000


async def cut(
    content: bytes, folder: Path, *, file_bytes: int = LIMIT, sound: Sound | None = None
) -> tuple[Pieces, list[float]]:
    """The pieces, and what was told on the way."""
    path, told = folder / "sent", list[float]()
    await asyncio.to_thread(path.write_bytes, content)
    known = sound or kind_of(content)
    assert isinstance(known, Sound)
    return await pieces_of(path, known, folder, file_bytes=file_bytes, duration_s=None, progress=told.append), told


@pytest.mark.parametrize("made", [speech, lambda: speech(ending="m4a"), clip])
async def test_any_recording_becomes_one_small_mp3(made: Callable[[], bytes], tmp_path: Path) -> None:
    pieces, told = await cut(made(), tmp_path)
    (path,) = pieces.paths
    mp3 = await asyncio.to_thread(path.read_bytes)
    assert kind_of(mp3) == Sound("mp3")
    assert 0 < len(mp3) <= 8_000 * pieces.duration_s + 4_000
    assert told[-1] == 1.0


async def test_a_long_one_is_cut_in_its_silences_and_no_piece_is_too_large(tmp_path: Path) -> None:
    limit = 60_000  # nine seconds
    pieces, _ = await cut(tones(30, gap_every_s=7), tmp_path, file_bytes=limit)
    sizes = [(await asyncio.to_thread(path.stat)).st_size for path in pieces.paths]
    assert len(sizes) == 5
    assert all(size <= limit for size in sizes)
    seven_seconds = sizes[0]
    assert all(abs(size - seven_seconds) < 0.1 * seven_seconds for size in sizes[:-1])


def test_cuts_keep_to_the_longest_piece_and_prefer_silence() -> None:
    assert list(cuts_for(100, [5, 28, 33, 55, 95], piece_s=30)) == [28, 55, 85]
    assert list(cuts_for(PIECE_S, [1, 2], piece_s=PIECE_S)) == []
    assert list(cuts_for(3600, [], piece_s=PIECE_S)) == [600, 1200, 1800, 2400, 3000]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: clip(sound=False), "source.no_sound"),
        (lambda: b"OggS" + bytes(4_000), "source.broken_recording"),
        (lambda: speech()[:40], "source.broken_recording"),
    ],
)
async def test_what_cant_be_heard_says_why(made: Callable[[], bytes], code: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        await cut(made(), tmp_path)
    assert refused.value.error_code == code


async def test_what_is_no_recording_of_its_kind_is_never_guessed(tmp_path: Path) -> None:
    """A playlist that names this machine's files stays one, whatever it is called."""
    playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    with pytest.raises(InvalidInput) as refused:
        await cut(playlist, tmp_path, sound=Sound("mp3"))
    assert refused.value.error_code == "source.broken_recording"


async def test_silence_is_a_recording_too(tmp_path: Path) -> None:
    pieces, _ = await cut(silence(2), tmp_path)
    assert len(pieces.paths) == 1
