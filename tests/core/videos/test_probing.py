"""What a file really is, whatever it claims: found out in a process of its own."""

import struct
from pathlib import Path

import pytest
from PIL import Image

from core.errors import InvalidInput
from core.videos.checking import NOT_UPRIGHT, SILENT, check, doubts
from core.videos.containers import Container
from core.videos.probing import Probe, probe
from tests.core.videos.clips import AAC, FIRST, H264, clip, turned


async def probed(folder: Path, film: bytes, *, thumbnail: Path | None = None) -> Probe:
    path = folder / "it"
    path.write_bytes(film)
    return await probe(path, thumbnail=thumbnail)


async def refusal(folder: Path, film: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        check(await probed(folder, film))
    return refused.value.error_code


async def test_a_video_is_described_as_it_is(tmp_path: Path) -> None:
    found = await probed(tmp_path, clip())
    assert (found.container, found.video_codec, found.audio_codec) == (Container.MP4, "h264", "aac")
    assert (found.width, found.height, found.frame_rate, found.rotation) == (720, 1280, 24.0, 0)
    assert found.duration_s == pytest.approx(0.5, abs=0.05)
    assert not found.index_first
    assert Probe.from_json(found.to_json()) == found


async def test_containers_are_known_by_their_contents(tmp_path: Path) -> None:
    avi = clip("-c:v", "mpeg4", "-c:a", "mp3", ending="avi")
    assert (await probed(tmp_path, avi)).container is Container.AVI
    assert (await probed(tmp_path, clip(ending="mov"))).container is Container.MOV
    assert (await probed(tmp_path, clip(*H264, *AAC, *FIRST))).index_first


async def test_a_phone_that_was_held_upright_gives_an_upright_video(tmp_path: Path) -> None:
    picture = tmp_path / "picture.jpg"
    found = await probed(tmp_path, turned(clip(size="1280x720"), 90), thumbnail=picture)
    assert (found.width, found.height, found.rotation) == (720, 1280, 90)
    corner = Image.open(picture).convert("RGB").resize((9, 16)).getpixel((4, 0))
    assert corner != (20, 23, 28)  # a bar


async def test_the_picture_is_upright_and_shows_all_of_a_video_that_is_not(tmp_path: Path) -> None:
    picture = tmp_path / "picture.jpg"
    found = await probed(tmp_path, clip(size="1280x720"), thumbnail=picture)
    with Image.open(picture) as shown:
        assert (shown.size, shown.format) == ((720, 1280), "JPEG")
        assert max(shown.convert("RGB").getpixel((360, 100))) < 40  # type: ignore[arg-type]
        assert max(shown.convert("RGB").getpixel((360, 640))) > 40  # type: ignore[arg-type]
    assert doubts(width=found.width, height=found.height, audio_codec=None) == [NOT_UPRIGHT, SILENT]
    assert doubts(width=1080, height=1920, audio_codec="aac") == []


MOST_OF_IT = len(clip()) - 3000


@pytest.mark.parametrize(
    ("film", "code"),
    [
        (b"", "videos.empty"),
        (b"PK\x03\x04" + bytes(5000), "videos.not_a_video"),
        (b"#EXTM3U\nfile:///etc/passwd\n" * 20, "videos.not_a_video"),
        (bytes.fromhex("00000018") + b"ftypheic" + bytes(3000), "videos.not_a_video"),
        (clip(*AAC, pictures=False), "videos.audio_only"),
        (clip()[:MOST_OF_IT], "videos.truncated"),
        (clip(*H264, *AAC, *FIRST)[:MOST_OF_IT], "videos.truncated"),
        (clip("-c:v", "mpeg4", "-c:a", "mp3", ending="avi")[:20_000], "videos.truncated"),
        (clip(size="640x360"), "videos.too_low"),
    ],
    ids=["empty", "zip", "playlist", "picture", "sound", "no index", "half the data", "half an avi", "small"],
)
async def test_what_is_no_video_to_be_published_is_refused(tmp_path: Path, film: bytes, code: str) -> None:
    assert await refusal(tmp_path, film) == code


async def test_pictures_that_are_noise_are_refused(tmp_path: Path) -> None:
    film = bytearray(clip(*H264, *AAC, *FIRST))
    data = film.index(b"mdat") + 4
    film[data:] = bytes(len(film) - data)
    assert await refusal(tmp_path, bytes(film)) == "videos.broken"


async def test_pictures_larger_than_anybody_films_are_not_decoded(tmp_path: Path) -> None:
    film = clip("-c:v", "mjpeg", "-frames:v", "1", ending="mov", size="16640x64", rate=1, seconds=1, sound=False)
    assert await refusal(tmp_path, film) == "videos.too_large_inside"


async def test_a_box_that_claims_to_be_larger_than_the_file_is_not_believed(tmp_path: Path) -> None:
    film = bytearray(clip())
    at = film.index(b"moov") - 4
    film[at : at + 4] = struct.pack(">I", 0xFFFFFFF0)
    assert await refusal(tmp_path, bytes(film)) == "videos.truncated"


async def test_ten_minutes_are_the_most(tmp_path: Path) -> None:
    found = await probed(tmp_path, clip())
    too_long = Probe.from_json({**found.to_json(), "duration_s": 601.0})
    with pytest.raises(InvalidInput, match="too_long"):
        check(too_long)
    check(Probe.from_json({**found.to_json(), "duration_s": 600.2}))
