"""Episodes made for real, and their MP3s decoded and measured again."""

import asyncio
import io
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from mutagen.id3 import ID3
from PIL import Image

from core.errors import InvalidInput, ProviderError
from core.podcasts.audio import Episode, MusicBroken, Part, SegmentBroken, Spoken, Tags, assemble
from core.podcasts.joining import END_MS, GAP_CHAPTER_MS, GAP_OTHER_MS, GAP_SAME_MS
from core.podcasts.segments import prepare
from core.providers.offline.espeak import Espeak
from tests.core.podcasts.sounds import decoded, measured, mp3_of, tone
from tests.patience import PATIENCE_S

TITLE = 'Bread <b>&amp; "butter"</b> 🎧 & more'
LINES = (
    "Welcome. Today we talk about bread, and about why it takes so long.",
    "Bread rises slowly, and that is its whole secret. The yeast needs its time.",
    "So what do the bakers do about it?",
    "They wait for the dough, they fold it twice, and they keep it cool over the night.",
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "recordings").mkdir()
    return tmp_path


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (300, 300), "orange").save(file, "JPEG")
    return file.getvalue()


def recorded(place: Path, name: str, recording: bytes) -> Path:
    path = place / "recordings" / name
    path.write_bytes(recording)
    return path


def tones(place: Path, *levels: float) -> list[Spoken]:
    """One second each, host and guest in turn."""
    return [
        Spoken(
            recorded(place, f"tone{at}", tone(1.0, level=level, hz=300 + 50 * at)), "Ann" if at % 2 else "Ben", "Hum"
        )
        for at, level in enumerate(levels)
    ]


async def talk(place: Path) -> list[Spoken]:
    speaker = Espeak()
    turns = []
    for at, line in enumerate(LINES):
        speech = await speaker.speak(line, ("f2", "m3")[at % 2], language="en")
        path = recorded(place, f"line{at}", speech.audio)
        turns.append(Spoken(path, ("Clara", "Theo")[at % 2], line, chapter="" if at % 2 else f"Part {at} <&> 🎧"))
    return turns


async def made(place: Path, turns: list[Spoken], **options: object) -> Part:
    episode = Episode(turns, Tags(TITLE, "Postaify"), **options)  # type: ignore[arg-type]
    (part,) = await assemble(episode, place / "out", workshop=place / "workshop")
    return part


def left_over(place: Path) -> list[str]:
    """What is there besides recordings, results and kept segments."""
    return [
        path.name
        for path in place.rglob("*")
        if path.is_file() and path.parent.name != "recordings" and not path.name.endswith((".segment.wav", ".mp3"))
    ] + [path.name for path in (place / "out").glob(".*")]


def encoders() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if "ffmpeg" in child.name()]


async def test_a_talk_is_as_loud_as_podcasts_are_and_has_the_length_that_is_told(place: Path) -> None:
    part = await made(place, await talk(place))
    loudness, peak = measured(part.path)
    assert -17 <= loudness <= -15
    assert peak <= -1
    sound = decoded(part.path)
    assert sound.rate_hz == 44_100
    assert sound.left == sound.right
    assert abs(sound.duration_ms - part.duration_ms) <= 50
    assert (part.kbit_s, part.size_bytes) == (128, part.path.stat().st_size)
    assert left_over(place) == []


async def test_the_length_is_the_sum_of_tones_and_gaps(place: Path) -> None:
    part = await made(place, tones(place, 0.1, 0.3, 0.5))
    assert abs(decoded(part.path).duration_ms - (3000 + 2 * GAP_OTHER_MS + END_MS)) <= 50
    assert part.starts_ms == (0, 1000 + GAP_OTHER_MS, 2000 + 2 * GAP_OTHER_MS)


async def test_between_turns_it_is_silent_and_voices_are_equally_loud(place: Path) -> None:
    part = await made(place, tones(place, 0.02, 0.9, 0.1))
    sound = decoded(part.path)
    peaks = [sound.peak(start_ms + 200, start_ms + 800) for start_ms in part.starts_ms]
    assert max(peaks) < 1.3 * min(peaks)
    for start_ms in part.starts_ms[1:]:
        assert sound.peak(start_ms - GAP_OTHER_MS + 60, start_ms - 60) < 100
        assert sound.peak(start_ms + 20, start_ms + 60) > 1000


async def test_joints_have_no_clicks(place: Path) -> None:
    """A full tone that is cut at its peak ends softly: no sample jumps further than the tone itself does."""
    cut = recorded(place, "cut", tone(1.0 + 0.25 / 300, level=0.5, hz=300))
    part = await made(place, [Spoken(cut, "Ann", ""), Spoken(cut, "Ben", "")])
    left = decoded(part.path).left
    jumps = [abs(after - before) for before, after in pairwise(left)]
    steady = max(jumps[int(0.3 * 44_100) : int(0.7 * 44_100)])
    assert max(jumps) < 2 * steady


@pytest.mark.parametrize("length_ms", [2, 12, 40])
async def test_a_syllable_shorter_than_its_fades_keeps_its_length(place: Path, length_ms: int) -> None:
    segment = prepare(recorded(place, "click", tone(length_ms / 1000, hz=1000)), place, number=1)
    assert abs(segment.frames * 1000 / 44_100 - length_ms) < 1


async def test_silence_around_a_turn_is_trimmed(place: Path) -> None:
    plain = recorded(place, "plain", tone(1.0))
    padded = recorded(place, "padded", tone(1.0, before_s=1.5, after_s=2.5))
    part = await made(place, [Spoken(plain, "A", ""), Spoken(padded, "A", ""), Spoken(plain, "A", "")])
    first, second, third = part.starts_ms
    assert abs((third - second) - (second - first)) <= 120
    assert second == pytest.approx(1000 + GAP_SAME_MS, abs=5)


async def test_chapters_begin_where_their_turns_are_heard(place: Path) -> None:
    turns = tones(place, 0.3, 0.3, 0.3, 0.3)
    turns[0] = Spoken(turns[0].recording, "Ann", "", chapter="One")
    turns[2] = Spoken(turns[2].recording, "Ann", "", chapter="Two")
    part = await made(place, turns)
    one, two = part.chapters
    assert (one.title, one.start_ms, one.end_ms) == ("One", 0, two.start_ms)
    assert (two.start_ms, two.end_ms) == (2000 + GAP_SAME_MS + GAP_CHAPTER_MS, part.duration_ms)
    sound = decoded(part.path)
    assert sound.peak(two.start_ms - GAP_CHAPTER_MS + 60, two.start_ms - 50) < 100
    assert sound.peak(two.start_ms, two.start_ms + 50) > 1000


async def test_tags_are_read_back(place: Path, jpeg: bytes) -> None:
    turns = await talk(place)
    episode = Episode(turns, Tags(TITLE, "Ann & <Ben> 🎙", album="Show", picture=jpeg, language="pt-BR"))
    (part,) = await assemble(episode, place / "out", workshop=place / "workshop")
    tags = ID3(part.path)
    assert (str(tags["TIT2"]), str(tags["TPE1"]), str(tags["TALB"])) == (TITLE, "Ann & <Ben> 🎙", "Show")
    assert (tags["APIC:"].data, tags["APIC:"].mime) == (jpeg, "image/jpeg")
    words = tags["USLT::por"].text
    assert all(line in words for line in LINES)
    assert words.startswith("Clara: Welcome.")
    chapters = [tags[f"CHAP:{name}"] for name in tags["CTOC:toc"].child_element_ids]
    assert [(str(one.sub_frames["TIT2"]), one.start_time, one.end_time) for one in chapters] == [
        (told.title, told.start_ms, told.end_ms) for told in part.chapters
    ]
    assert abs(decoded(part.path).duration_ms - part.duration_ms) <= 50


async def test_recordings_of_other_formats_are_joined_as_well(place: Path) -> None:
    wav, mp3 = tone(2.0), mp3_of(tone(2.0))
    part = await made(place, [Spoken(recorded(place, "w", wav), "A", ""), Spoken(recorded(place, "m", mp3), "B", "")])
    assert part.starts_ms[1] == 2000 + GAP_OTHER_MS
    assert abs(decoded(part.path).duration_ms - (4000 + GAP_OTHER_MS + END_MS)) <= 80


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        (b"", "empty"),
        (b"<html>Bad gateway</html>", "undecodable"),
        (tone(2.0)[:30_000], "truncated"),
        (mp3_of(tone(6.0))[:12_000], "truncated"),
        (tone(2.0, level=0.0), "silent"),
        (tone(0.0), "empty"),
    ],
    ids=["nothing", "a page", "half a WAV", "half an MP3", "silence", "no samples"],
)
async def test_a_recording_that_cannot_be_used_is_named(place: Path, recording: bytes, reason: str) -> None:
    turns = tones(place, 0.3, 0.3, 0.3)
    turns[1] = Spoken(recorded(place, "broken", recording), "Ann", "")
    with pytest.raises(SegmentBroken) as raised:
        await made(place, turns)
    error = raised.value
    assert (error.number, error.params["name"], error.params["reason"]) == (2, "broken", reason)
    assert error.retryable
    assert left_over(place) == []
    assert encoders() == []


async def test_a_recording_that_is_gone_is_named(place: Path) -> None:
    turns = [*tones(place, 0.3), Spoken(place / "recordings" / "gone", "Ann", "")]
    with pytest.raises(SegmentBroken) as raised:
        await made(place, turns)
    assert (raised.value.number, raised.value.params["reason"]) == (2, "missing")


async def test_only_what_changed_is_prepared_again(place: Path) -> None:
    turns = tones(place, 0.3, 0.3)
    await made(place, turns)
    kept = {path.name: path.stat().st_mtime_ns for path in (place / "workshop").iterdir()}
    turns[1] = Spoken(recorded(place, "other", tone(2.0)), "Ann", "")
    part = await made(place, turns)
    again = {path.name: path.stat().st_mtime_ns for path in (place / "workshop").iterdir()}
    assert {name: again[name] for name in kept} == kept
    assert set(again) - set(kept) == {"other.segment.wav"}
    assert part.duration_ms == 3000 + GAP_OTHER_MS + END_MS


async def test_half_a_kept_segment_is_made_again(place: Path) -> None:
    turns = tones(place, 0.3)
    whole = await made(place, turns)
    (kept,) = (place / "workshop").iterdir()
    os.truncate(kept, 20_000)
    assert (await made(place, turns)).duration_ms == whole.duration_ms


async def test_cancelling_ends_the_encoder_and_leaves_only_kept_segments(place: Path) -> None:
    turns = tones(place, 0.3) * 600
    begun = asyncio.Event()
    task = asyncio.create_task(
        assemble(
            Episode(turns, Tags("Long")), place / "out", workshop=place / "workshop", progress=lambda _: begun.set()
        )
    )
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    assert len(encoders()) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert encoders() == []
    assert list((place / "out").iterdir()) == []
    assert left_over(place) == []


async def test_a_time_limit_ends_it_alike(place: Path) -> None:
    with pytest.raises(ProviderError) as raised:
        await assemble(
            Episode(tones(place, 0.3) * 600, Tags("Long")),
            place / "out",
            workshop=place / "workshop",
            time_limit_s=0.5,
        )
    assert (raised.value.error_code, raised.value.retryable) == ("podcasts.encoding_timeout", True)
    assert encoders() == []
    assert left_over(place) == []


async def test_an_encoder_that_dies_is_told(place: Path) -> None:
    def kill(_: float) -> None:
        for encoder in encoders():
            encoder.kill()

    with pytest.raises(ProviderError) as raised:
        await assemble(
            Episode(tones(place, 0.3) * 600, Tags("Long")), place / "out", workshop=place / "workshop", progress=kill
        )
    assert (raised.value.error_code, raised.value.retryable) == ("podcasts.encoding_failed", True)
    assert left_over(place) == []


async def test_progress_rises_to_the_whole(place: Path) -> None:
    told: list[float] = []
    await assemble(
        Episode(tones(place, 0.3, 0.3, 0.3), Tags("T")),
        place / "out",
        workshop=place / "workshop",
        progress=told.append,
    )
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_what_is_too_big_gets_a_lower_bit_rate(place: Path) -> None:
    turns = tones(place, 0.3) * 20
    (part,) = await assemble(Episode(turns, Tags("T")), place / "out", workshop=place / "workshop", size_bytes=364_000)
    assert part.kbit_s == 80
    assert part.size_bytes <= 364_000


async def test_what_is_still_too_big_comes_in_parts_that_follow_each_other(place: Path) -> None:
    turns = tones(place, 0.3) * 20
    parts = await assemble(Episode(turns, Tags("T")), place / "out", workshop=place / "workshop", size_bytes=200_000)
    assert [at for part in parts for at in part.turns] == list(range(20))
    assert len(parts) > 1
    for number, part in enumerate(parts, start=1):
        assert part.size_bytes <= 200_000
        assert str(ID3(part.path)["TRCK"]) == f"{number}/{len(parts)}"
        assert abs(decoded(part.path).duration_ms - part.duration_ms) <= 50


async def test_a_chapter_that_goes_on_in_another_part_is_named_there_again(place: Path) -> None:
    turns = [replace(turn, chapter="") for turn in tones(place, *[0.3] * 20)]
    turns[0], turns[12] = replace(turns[0], chapter="One"), replace(turns[12], chapter="Two")
    parts = await assemble(Episode(turns, Tags("T")), place / "out", workshop=place / "workshop", size_bytes=150_000)
    assert [part.turns for part in parts] == [range(7), range(7, 13), range(13, 20)]
    assert [[chapter.title for chapter in part.chapters] for part in parts] == [["One"], ["One", "Two"], ["Two"]]
    first, second, _ = parts
    assert second.chapters[0].start_ms == 0
    assert second.chapters[0].end_ms == second.chapters[1].start_ms == second.starts_ms[5]
    assert first.chapters[0].end_ms == first.duration_ms


async def test_music_plays_alone_then_below_the_voices(place: Path) -> None:
    music = recorded(place, "music", mp3_of(tone(20.0, level=0.5, hz=1000)))
    voice = Spoken(recorded(place, "voice", tone(12.0, hz=300)), "Ann", "", chapter="One")
    part = await made(place, [voice], intro=music, outro=music)
    (start_ms,) = part.starts_ms
    assert start_ms == 6000
    assert part.chapters[0].start_ms == 0
    assert part.duration_ms == 6000 + 12_000 + 6000 + END_MS
    sound = decoded(part.path)
    assert abs(sound.duration_ms - part.duration_ms) <= 50
    alone, below, without = sound.peak(3000, 5000), sound.peak(6500, 7000), sound.peak(11_000, 13_000)
    assert alone > 3000
    assert without < below < without + 0.4 * alone
    loudness, peak = measured(part.path)
    assert -17 <= loudness <= -15
    assert peak <= -1


@pytest.mark.parametrize(("music", "reason"), [(b"no music", "undecodable"), (tone(0.3), "too_short")])
async def test_music_that_cannot_be_used_is_told(place: Path, music: bytes, reason: str) -> None:
    with pytest.raises(MusicBroken) as raised:
        await made(place, tones(place, 0.3), intro=recorded(place, "music", music))
    assert raised.value.params["reason"] == reason
    assert encoders() == []


async def test_an_episode_of_nothing_is_refused(place: Path) -> None:
    with pytest.raises(InvalidInput):
        await made(place, [])
