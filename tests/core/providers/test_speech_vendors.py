"""What only one of the speech services does."""

import pytest

from core.errors import ProviderError
from core.providers.elevenlabs import ElevenLabs
from core.providers.speakers import build_speakers
from core.providers.speech import DialogueSpeaker, Engine, SpeechErrorCode, SpeechSettings, Turn
from core.settings import Settings
from tests.core.providers.fake_speech_server import KEY, VOICE, FakeSpeechServer, answered
from tests.core.providers.speakers import TEXT, MakeSpeaker


async def test_elevenlabs_voices_of_all_pages_host_and_guest_first(make: MakeSpeaker) -> None:
    voices = await make(Engine.ELEVENLABS).voices()
    assert [voice.name for voice in voices] == ["Sarah", "Roger", "Laura"]
    assert voices[2].languages == ("de",)
    assert [voice.name for voice in await make(Engine.ELEVENLABS).voices("en-GB")] == ["Sarah", "Roger"]


async def test_elevenlabs_tells_what_it_billed(make: MakeSpeaker) -> None:
    speech = await make(Engine.ELEVENLABS).speak(TEXT, VOICE, language="en")
    assert speech.characters == len(TEXT) // 2


@pytest.mark.parametrize(("model", "told"), [("eleven_multilingual_v2", None), ("eleven_flash_v2_5", "pt")])
async def test_elevenlabs_models_that_take_a_language_are_told_it(
    make: MakeSpeaker, server: FakeSpeechServer, model: str, told: str | None
) -> None:
    await make.elevenlabs(model=model).speak(TEXT, VOICE, language="pt-BR")
    assert server.requests[0].get("language_code") == told


@pytest.mark.parametrize(("model", "stability"), [("eleven_multilingual_v2", 0.3), ("eleven_v3", 0.5)])
async def test_elevenlabs_is_told_only_what_is_set(
    make: MakeSpeaker, server: FakeSpeechServer, model: str, stability: float
) -> None:
    speaker = make.elevenlabs(model=model)
    await speaker.speak(TEXT, VOICE, language="en")
    await speaker.speak(TEXT, VOICE, language="en", settings=SpeechSettings(1.5, stability=0.3, style=0.0, boost=False))
    plain, chosen = (request["voice_settings"] for request in server.requests)
    assert plain == {"speed": 1.0}
    assert chosen == {"speed": 1.2, "stability": stability, "style": 0.0, "use_speaker_boost": False}


async def test_a_dialogue_goes_out_in_one_call(make: MakeSpeaker, server: FakeSpeechServer) -> None:
    speaker: ElevenLabs = make.elevenlabs()
    assert isinstance(speaker, DialogueSpeaker)
    turns = [Turn("Why does bread rise?", VOICE), Turn("Because of <yeast>.", "B" * 20)]
    assert (await speaker.speak_dialogue(turns, language="en")).audio
    assert server.requests[0]["inputs"][1] == {"text": "Because of <yeast>.", "voice_id": "B" * 20}


@pytest.mark.parametrize(
    ("turns", "code"),
    [
        ([Turn("a" * 1001, VOICE)] * 2, SpeechErrorCode.TOO_LONG),
        ([Turn("Hello", f"voice{number}") for number in range(11)], SpeechErrorCode.BAD_REQUEST),
        ([Turn("Hello", "../x")], SpeechErrorCode.VOICE_UNKNOWN),
        ([], SpeechErrorCode.NOTHING_TO_SAY),
    ],
)
async def test_a_dialogue_beyond_the_limits_is_told_before_anybody_is_asked(
    make: MakeSpeaker, server: FakeSpeechServer, turns: list[Turn], code: str
) -> None:
    with pytest.raises(ProviderError) as raised:
        await make.elevenlabs().speak_dialogue(turns, language="en")
    assert raised.value.error_code == code
    assert server.requests == []


async def test_only_dialogue_speakers_are_taken_for_such(make: MakeSpeaker) -> None:
    assert not isinstance(make(Engine.UNREAL), DialogueSpeaker)


async def test_unreal_keeps_longer_texts_and_its_key_stays_with_it(make: MakeSpeaker) -> None:
    """The file store refuses requests that carry the key (see the stand-in)."""
    speech = await make(Engine.UNREAL).speak("Bread rises. " * 100, "Noah", language="en")
    assert speech.content_type == "audio/mpeg"


@pytest.mark.parametrize("address", ["ftp://x/y", "file:///etc/passwd", "", None, 3])
async def test_unreal_addresses_that_lead_elsewhere_are_not_followed(
    make: MakeSpeaker, server: FakeSpeechServer, address: object
) -> None:
    server.faults.extend([answered(200, {"OutputUri": address})] * 4)
    with pytest.raises(ProviderError) as raised:
        await make(Engine.UNREAL).speak("Bread rises. " * 100, "Noah", language="en")
    assert raised.value.error_code == SpeechErrorCode.WRONG_CONTENT_TYPE


async def test_unreal_has_no_voice_for_a_language_that_it_does_not_speak(make: MakeSpeaker) -> None:
    assert await make(Engine.UNREAL).voices("de") == []


def settings(**variables: str) -> Settings:
    return Settings(_env_file=None, **variables)  # type: ignore[arg-type]


async def test_without_keys_only_espeak_speaks(make: MakeSpeaker) -> None:
    assert list(build_speakers(settings(), make.http)) == [Engine.ESPEAK]


async def test_what_is_configured_goes_first(make: MakeSpeaker) -> None:
    keys = {"ELEVENLABS_API_KEY": KEY, "UNREALSPEECH_API_KEY": KEY}
    assert list(build_speakers(settings(**keys), make.http)) == [Engine.ELEVENLABS, Engine.UNREAL, Engine.ESPEAK]
    chosen = settings(**keys, SPEECH_PROVIDER="Unreal")
    assert list(build_speakers(chosen, make.http)) == [Engine.UNREAL, Engine.ELEVENLABS, Engine.ESPEAK]


async def test_a_server_of_ones_own_has_its_own_voices(make: MakeSpeaker) -> None:
    own = settings(SPEECH_BASE_URL="http://127.0.0.1:8880/v1", SPEECH_MODEL="kokoro", SPEECH_VOICES="af_bella, am_adam")
    speaker = build_speakers(own, make.http)[Engine.OPENAI]
    assert [voice.id for voice in await speaker.voices("en")] == ["af_bella", "am_adam"]
    assert speaker.recipe == "openai/127.0.0.1/kokoro/mp3"
