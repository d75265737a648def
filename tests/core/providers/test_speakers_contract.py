"""One contract for all engines: espeak for real, the others against strict local servers."""

import asyncio
import io

import av
import pytest

from core.errors import InvalidInput, ProviderError
from core.providers.speech import Engine, Gender, SpeechErrorCode, SpeechSettings, recording_key
from tests.core.providers.fake_speech_server import (
    KEY,
    FakeSpeechServer,
    Fault,
    answered,
    cut_recording,
    dropped,
    silent,
)
from tests.core.providers.speakers import TEXT, VENDORS, VOICES, MakeSpeaker
from tests.patience import PATIENCE_S

ENGINES = list(Engine)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine(request.param)


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Engine:
    return Engine(request.param)


def seconds(audio: bytes) -> float:
    with av.open(io.BytesIO(audio), "r") as container:
        return sum((frame.samples / frame.sample_rate for frame in container.decode(audio=0)), 0.0)


async def failure(
    make: MakeSpeaker, engine: Engine, *, text: str = TEXT, voice: str = "", key: str = KEY
) -> ProviderError:
    speaker = make(engine, key=key)
    with pytest.raises(ProviderError) as raised:
        await speaker.speak(text, voice or VOICES[engine], language="en")
    error = raised.value
    assert error.provider == engine
    assert KEY not in f"{error!r} {error} {error.params}"
    return error


async def test_a_text_becomes_a_recording_that_can_be_decoded(make: MakeSpeaker, engine: Engine) -> None:
    speech = await make(engine).speak(TEXT, VOICES[engine], language="en")
    assert speech.content_type in ("audio/wav", "audio/mpeg")
    assert seconds(speech.audio) > 3
    assert 0 < speech.characters <= len(TEXT)


async def test_the_first_two_voices_are_told_apart_and_speak(make: MakeSpeaker, engine: Engine) -> None:
    speaker = make(engine)
    host, guest = (await speaker.voices("en"))[:2]
    assert host.id != guest.id
    assert {host.gender, guest.gender} == {Gender.FEMALE, Gender.MALE}
    assert (await speaker.speak(TEXT, host.id, language="en")).audio


async def test_markup_in_a_text_goes_out_as_it_is(make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine) -> None:
    text = 'Say <break time="5s"/> & "quotes" \\n – 🎧 plainly, without pausing for it.'
    await make(vendor).speak(text, VOICES[vendor], language="en")
    assert text in server.requests[0].values()


@pytest.mark.parametrize("text", ["", "  \n", "…!?", "🎧🎧", "<>&"])
async def test_a_text_without_words_is_told_before_anybody_is_asked(
    make: MakeSpeaker, server: FakeSpeechServer, engine: Engine, text: str
) -> None:
    error = await failure(make, engine, text=text)
    assert (error.error_code, error.retryable) == (SpeechErrorCode.NOTHING_TO_SAY, False)
    assert server.requests == []


async def test_a_text_beyond_the_limit_is_told_before_anybody_is_asked(
    make: MakeSpeaker, server: FakeSpeechServer, engine: Engine
) -> None:
    limit = make(engine).limits.characters
    error = await failure(make, engine, text="a" * (limit + 1))
    assert (error.error_code, error.retryable) == (SpeechErrorCode.TOO_LONG, False)
    assert (error.params["characters"], error.params["most"]) == (limit + 1, limit)
    assert server.requests == []


@pytest.mark.parametrize("voice", ["nobody", "../../v1/models", "Zoë"])
async def test_an_unknown_voice_is_told(make: MakeSpeaker, engine: Engine, voice: str) -> None:
    error = await failure(make, engine, voice=voice)
    assert (error.error_code, error.retryable) == (SpeechErrorCode.VOICE_UNKNOWN, False)


@pytest.mark.parametrize("speed", [0.5, 2.0])
async def test_a_speed_is_taken_or_the_nearest_one(make: MakeSpeaker, engine: Engine, speed: float) -> None:
    speech = await make(engine).speak(TEXT, VOICES[engine], language="en", settings=SpeechSettings(speed=speed))
    assert speech.audio


def test_a_speed_beyond_reason_is_refused() -> None:
    with pytest.raises(InvalidInput):
        SpeechSettings(speed=2.1)
    with pytest.raises(InvalidInput):
        SpeechSettings(style=1.1)


async def test_a_wrong_key_is_told_and_not_tried_again(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine
) -> None:
    error = await failure(make, vendor, key="sk-wrong")
    assert (error.error_code, error.retryable) == (SpeechErrorCode.KEY_REFUSED, False)
    assert server.requests == []


async def test_a_key_with_which_the_service_answers_never_shows(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine
) -> None:
    told = f"your key {KEY} may not"
    server.faults.append(answered(400, {"message": told, "error": {"message": told}, "detail": {"message": told}}))
    assert "***" in (await failure(make, vendor)).params["message"]


QUOTA = {
    Engine.ELEVENLABS: answered(401, {"detail": {"status": "quota_exceeded", "message": "3 credits left"}}),
    Engine.UNREAL: answered(429, {"message": "Monthly quota exceeded"}),
    Engine.OPENAI: answered(429, {"error": {"message": "over your quota", "type": "insufficient_quota"}}),
}


async def test_credit_that_is_used_up_is_told_and_not_tried_again(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine
) -> None:
    for fault in (QUOTA[vendor], answered(402, {})):
        server.faults.append(fault)
        error = await failure(make, vendor)
        assert (error.error_code, error.retryable) == (SpeechErrorCode.NO_CREDIT, False)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (answered(429, {}, headers={"Retry-After": "0"}), SpeechErrorCode.RATE_LIMITED),
        (answered(500, b"<html>oops</html>", content_type="text/html"), SpeechErrorCode.UNAVAILABLE),
        (answered(503, {"error": "loading"}), SpeechErrorCode.UNAVAILABLE),
        (answered(504), SpeechErrorCode.TIMEOUT),
        (answered(200, b"", content_type="audio/mpeg"), SpeechErrorCode.EMPTY),
        (answered(200, {"status": "fine"}), SpeechErrorCode.WRONG_CONTENT_TYPE),
        (answered(200, b"<html>Sign in</html>", content_type="text/html"), SpeechErrorCode.WRONG_CONTENT_TYPE),
        (answered(200, b"<html>Sign in</html>", content_type="audio/mpeg"), SpeechErrorCode.WRONG_CONTENT_TYPE),
        (answered(200, b"\xff\xfb\x90\x00" + bytes(40), content_type="audio/mpeg"), SpeechErrorCode.EMPTY),
        (dropped(), SpeechErrorCode.TRUNCATED),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_may_pass_is_tried_again_and_then_told(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine, fault: Fault, code: str
) -> None:
    server.faults.extend([fault, fault])
    assert (await make(vendor).speak(TEXT, VOICES[vendor], language="en")).audio
    server.faults.extend([fault] * 9)
    error = await failure(make, vendor)
    assert (error.error_code, error.retryable) == (code, True)
    assert len(server.faults) == 5


async def test_a_recording_that_is_far_too_short_for_its_text_is_tried_again(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine
) -> None:
    server.faults.extend([cut_recording()] * 9)
    long = "Bread rises slowly. " * 10
    error = await failure(make, vendor, text=long)
    assert (error.error_code, error.retryable) == (SpeechErrorCode.TRUNCATED, True)


async def test_a_hang_ends_with_the_try_and_closes_the_connection(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine
) -> None:
    server.faults.append(silent())
    assert (await make(vendor, try_s=0.3).speak(TEXT, VOICES[vendor], language="en")).audio
    await asyncio.wait_for(server.left.wait(), PATIENCE_S)
    assert len(server.requests) >= 2


async def test_cancelling_closes_the_connection(make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine) -> None:
    server.faults.append(silent())
    task = asyncio.create_task(make(vendor).speak(TEXT, VOICES[vendor], language="en"))
    await asyncio.wait_for(server.asked.wait(), PATIENCE_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.left.wait(), PATIENCE_S)


async def test_a_long_pause_that_is_asked_for_is_the_jobs_to_wait(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine
) -> None:
    server.faults.append(answered(429, {}, headers={"Retry-After": "120"}))
    error = await failure(make, vendor)
    assert (error.retryable, error.retry_after_s) == (True, 120.0)
    assert len(server.requests) == 1


async def test_no_more_calls_at_once_than_the_plan_allows(
    make: MakeSpeaker, server: FakeSpeechServer, vendor: Engine
) -> None:
    server.pause_s = 0.05
    speaker = make(vendor, concurrency=2)
    await asyncio.gather(*(speaker.speak(f"{TEXT} {number}", VOICES[vendor], language="en") for number in range(6)))
    assert (len(server.requests), server.most_at_once) == (6, 2)


async def test_a_server_that_is_away_is_told(make: MakeSpeaker, vendor: Engine) -> None:
    away = MakeSpeaker(make.http, "http://127.0.0.1:9")
    error = await failure(away, vendor)
    assert (error.error_code, error.retryable) == (SpeechErrorCode.UNAVAILABLE, True)


def test_a_recording_key_changes_with_all_that_decides_how_it_sounds() -> None:
    keys = {
        recording_key("a", "text", "v", language="en"),
        recording_key("b", "text", "v", language="en"),
        recording_key("a", "texts", "v", language="en"),
        recording_key("a", "text", "w", language="en"),
        recording_key("a", "text", "v", language="de"),
        recording_key("a", "text", "v", language="en", settings=SpeechSettings(speed=1.1)),
        recording_key("a", "text", "v", language="en", settings=SpeechSettings(stability=0.5)),
        recording_key("a", "text", "v", language="en", settings=SpeechSettings(similarity=0.5)),
        recording_key("a", "text", "v", language="en", settings=SpeechSettings(style=0.5)),
        recording_key("a", "text", "v", language="en", settings=SpeechSettings(boost=True)),
    }
    assert len(keys) == 10
    assert recording_key("a", "text", "v", language="en") in keys
