"""Short recordings for the chat, decoded again."""

from pathlib import Path

import pytest

from core.podcasts.samples import as_mp3, beginning_of
from core.podcasts.sound import Unreadable
from core.providers.offline.espeak import Espeak
from core.providers.recordings import WAV, seconds_of
from tests.core.podcasts.sounds import decoded, measured, mp3_of, tone


async def test_a_voice_sample_is_as_long_as_it_was_spoken(tmp_path: Path) -> None:
    spoken = await Espeak().speak("Hello, this is how I sound.", "f2", language="en")
    sample = tmp_path / "sample.mp3"
    sample.write_bytes(await as_mp3(spoken.audio))
    told = seconds_of(spoken.audio, WAV)
    assert told is not None
    assert decoded(sample).duration_ms == pytest.approx(told[0] * 1000, abs=60)
    assert measured(sample)[0] == pytest.approx(-16, abs=1.5)


async def test_only_the_beginning_of_a_long_piece_is_kept(tmp_path: Path) -> None:
    clip = await beginning_of(mp3_of(tone(8.0)), longest_s=3.0, kbit_s=128)
    path = tmp_path / "clip.mp3"
    path.write_bytes(clip.mp3)
    assert clip.duration_ms == 3000
    assert decoded(path).duration_ms == pytest.approx(3000, abs=60)


async def test_what_is_no_sound_is_told() -> None:
    with pytest.raises(Unreadable):
        await beginning_of(b"%PDF-1.4 no sound", longest_s=3.0, kbit_s=128)
