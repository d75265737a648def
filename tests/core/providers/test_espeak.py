"""espeak-ng itself: languages, voices that are told apart, text that stays text."""

import asyncio
import io
import subprocess
import sys
import wave
from array import array
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

from core.errors import ProviderError
from core.providers.offline import espeak
from core.providers.offline.espeak import VOICES, Espeak
from core.providers.speech import SpeechErrorCode, SpeechSettings

SENTENCES = {
    "en": "Bread rises slowly, and that is its whole secret.",
    "de": "Brot geht langsam auf, und das ist das ganze Geheimnis.",
    "fr": "Le pain lève lentement, et c'est tout son secret.",
    "pt-BR": "O pão cresce devagar, e esse é todo o seu segredo.",
    "zh-TW": "麵包慢慢地發酵，這就是它的全部秘密。",
    "ja": "パンはゆっくり膨らむ。それが秘密だ。",
    "ar": "الخبز يرتفع ببطء وهذا هو سره كله",
    "hi": "रोटी धीरे धीरे फूलती है और यही उसका राज़ है",
    "ru": "Хлеб поднимается медленно, и в этом весь его секрет.",
}


def samples(audio: bytes) -> "array[int]":
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
        return array("h", file.readframes(file.getnframes()))


async def seconds(text: str) -> float:
    speech = await Espeak().speak(text, "f2", language="en")
    return len(samples(speech.audio)) / 22_050


def pitch_hz(audio: bytes) -> float:
    """The median of what repeats itself within 1/400 to 1/65 s, in the loud parts."""
    heard = np.asarray(samples(audio)[::3], dtype=float)
    found = []
    for at in range(0, len(heard) - 600, 600):
        window, later = heard[at : at + 300], heard[at : at + 450]
        power = float(window @ window)
        likeness = np.correlate(later, window)[18:113]
        if power > 300 * 800**2 and likeness.max() > power / 2:
            found.append(7350 / (18 + int(likeness.argmax())))
    return sorted(found)[len(found) // 2]


@pytest.mark.parametrize("language", SENTENCES)
async def test_host_and_guest_are_told_apart_in_every_language(language: str) -> None:
    host, guest = (await Espeak().voices(language))[:2]
    speaker = Espeak()
    heard = [await speaker.speak(SENTENCES[language], voice.id, language=language) for voice in (host, guest)]
    assert pitch_hz(heard[0].audio) > 1.4 * pitch_hz(heard[1].audio)


async def test_everything_that_espeak_lists_can_be_said_with_every_voice() -> None:
    tags = espeak.languages()
    assert len(tags) > 100
    speaker = Espeak()
    mute = [
        f"{tag}+{voice.id}"
        for tag in sorted(tags)
        for voice in VOICES[:1]
        if len((await speaker.speak("123 мама ᎣᏏᏲ mama", voice.id, language=tag)).audio) < 5000
    ]
    assert mute == []


@pytest.mark.parametrize("language", ["xx", "tlh", "und", ""])
async def test_a_language_that_it_does_not_speak_is_told(language: str) -> None:
    with pytest.raises(ProviderError) as raised:
        await Espeak().speak("Hello", "f2", language=language)
    assert raised.value.error_code == SpeechErrorCode.LANGUAGE_UNKNOWN


async def test_it_has_no_voice_for_a_language_that_it_does_not_speak() -> None:
    assert await Espeak().voices("tlh") == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("one \x0150s two", "one 50s two"),
        ("one\ue000two", "one two"),
        ("one\0 two", "one  two"),
    ],
)
async def test_commands_in_a_text_change_nothing(text: str, plain: str) -> None:
    """What it says twice differs a little; fifty words a minute would take twice as long."""
    assert await seconds(text) == pytest.approx(await seconds(plain), rel=0.2)


async def test_markup_is_read_not_followed() -> None:
    speech = await Espeak().speak('one <break time="20s"/> two', "f2", language="en")
    assert 1 < len(samples(speech.audio)) / 22_050 < 10


async def test_speed_makes_it_shorter() -> None:
    text = SENTENCES["en"]
    slow, fast = [
        len(samples((await Espeak().speak(text, "f2", language="en", settings=SpeechSettings(speed=speed))).audio))
        for speed in (0.8, 1.6)
    ]
    assert slow > 1.6 * fast


async def test_side_by_side_nobody_gets_anothers_words() -> None:
    """Two speakers share the library."""
    texts = ["one", "one and two", "one and two and three and four", "five hundred and eighty-one"]
    alone = [await seconds(text) for text in texts]
    assert await asyncio.gather(*map(seconds, texts * 3)) == pytest.approx(alone * 3, abs=0.02)


def test_it_speaks_from_a_folder_too_deep_for_it(tmp_path: Path) -> None:
    """In a process of its own: the library is loaded once."""
    deep = tmp_path / ("deep" * 30) / ("deeper" * 20)
    deep.mkdir(parents=True)
    (deep / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
    program = f"""
import asyncio, espeakng_loader
espeakng_loader.get_data_path = lambda: {str(deep / "espeak-ng-data")!r}
from core.providers.offline.espeak import Espeak
print(len(asyncio.run(Espeak().speak("Brot", "f2", language="de")).audio))
"""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    assert int(done.stdout) > 10_000
