"""From a text to a voice message and an MP3: what is spoken once, what arrives, what it costs."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import av
import pytest
from sqlalchemy import select

from bot import notices
from core.billing.queries import Feature, entitlement_of
from core.db import TelegramId
from core.deliveries.models import Delivery, StatusMessage
from core.deps import Deps
from core.errors import NotFound, ProviderError
from core.podcasts.options import ChosenVoice
from core.posts.writing import Place
from core.providers.speech import Engine, SpeechErrorCode, SpeechSettings
from core.settings import Settings
from core.telegram.sender import open_sender
from core.voiceovers import service
from core.voiceovers.models import Voiceover, VoiceoverStatus
from core.voiceovers.options import VoiceoverOptions
from core.voiceovers.queries import voiceover_of
from core.work.models import Work
from jobs import deliveries as delivery_jobs
from jobs import voiceovers as jobs
from jobs.runtime import Bench
from jobs.tidying import tidy_voiceovers
from tests.factories import make_user
from tests.jobs.conftest import WORKER, at_sandbox
from tests.jobs.speakers import CountingSpeaker
from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person, SeenMessage

SENTENCE = "Bread that was baked at four is sold by seven in the evening. "
TEXT = "First part 🎉\n" + SENTENCE * 8 + "\n" + "Now the second part. " * 3
CLARA = VoiceoverOptions(Engine.ESPEAK, ChosenVoice("f2", "Clara"))


@dataclass
class Booth:
    """A bench, the person for whom it works, and a voice that counts."""

    bench: Bench
    person: Person
    speaker: CountingSpeaker

    @property
    def deps(self) -> Deps:
        return self.bench.deps

    @property
    def place(self) -> Place:
        return Place(TelegramId(self.person.id), TelegramId(1), "en")

    async def wanted(self, text: str = TEXT, options: VoiceoverOptions = CLARA) -> Voiceover:
        async with self.deps.tx() as tx:
            user = await make_user(tx, telegram_user_id=self.person.id)
            card = await service.open_voiceover(
                tx, owner_id=user.id, title="Bread", text=text, language="en", options=options
            )
            return await service.request_voiceover(tx, owner_id=user.id, voiceover_id=card.id, place=self.place)

    async def again(self, voiceover: Voiceover) -> None:
        async with self.deps.tx() as tx:
            await service.request_voiceover(
                tx, owner_id=voiceover.owner_id, voiceover_id=voiceover.id, place=self.place
            )

    async def attempt(self, voiceover: Voiceover) -> Work:
        newest = select(Work).where(Work.subject_id == voiceover.id).order_by(Work.id.desc()).limit(1)
        async with self.deps.sessions() as session:
            work = (await session.scalars(newest)).one()
        await jobs.make.run(self.bench, str(work.id))
        async with self.deps.sessions() as session:
            return await session.get_one(Work, work.id)

    async def row(self, voiceover: Voiceover) -> Voiceover:
        async with self.deps.sessions() as session:
            return await voiceover_of(session, owner_id=voiceover.owner_id, voiceover_id=voiceover.id)

    async def told(self, voiceover: Voiceover) -> str:
        async with self.deps.sessions() as session:
            status = await session.get_one(StatusMessage, voiceover.id)
        return str(notices.render(status.notice, status.data, now=self.deps.clock.now()).text)

    async def used(self, voiceover: Voiceover) -> int:
        async with self.deps.read() as session:
            found = await entitlement_of(
                session, owner_id=voiceover.owner_id, feature=Feature.VOICEOVERS, now=self.deps.clock.now()
            )
        return found.used

    async def send(self, voiceover: Voiceover) -> list[SeenMessage]:
        """Whatever waits for Telegram; what is in the chat then."""
        async with self.deps.sessions() as session:
            found = (await session.scalars(select(Delivery).where(Delivery.subject_id == voiceover.id))).all()
        for delivery in sorted(found, key=lambda each: each.id):
            await delivery_jobs.send.run(self.bench, str(delivery.leased_by), str(delivery.id))
        return [message for message in await self.person.history() if not message.outgoing]


@pytest.fixture
async def booth(
    concurrent_deps: Deps, settings: Settings, sandbox: RunningSandbox, person: Person
) -> AsyncIterator[Booth]:
    speaker = CountingSpeaker()
    deps = replace(concurrent_deps, speakers={Engine.ESPEAK: speaker})
    async with open_sender(replace(deps, settings=at_sandbox(settings, sandbox))) as sender:
        yield Booth(Bench(deps, sender, worker=WORKER), person, speaker)


async def test_a_text_arrives_as_a_voice_message_and_as_an_mp3(booth: Booth, sandbox: RunningSandbox) -> None:
    voiceover = await booth.wanted()
    await booth.attempt(voiceover)
    assert [len(said) <= 500 for said in booth.speaker.said] == [True, True]
    assert not any("🎉" in said for said in booth.speaker.said)
    voice, audio = await booth.send(voiceover)
    assert "voice" in voice.body
    assert "audio" in audio.body
    assert "offline voice (espeak-ng)" in voice.text
    with av.open(io.BytesIO(await sandbox.client.download(voice.body["file_urls"]["voice"]))) as sound:
        assert (sound.format.name, sound.streams.audio[0].codec_context.name) == ("ogg", "opus")
        assert sound.streams.audio[0].codec_context.channels == 1
    assert audio.body["audio"]["performer"] == "Clara"
    assert abs(audio.body["audio"]["duration"] - voice.body["voice"]["duration"]) <= 1
    assert "as a voice message and as an MP3" in await booth.told(voiceover)
    assert await booth.used(voiceover) == 1


async def test_a_retry_makes_only_what_is_missing(booth: Booth) -> None:
    refused = ProviderError(SpeechErrorCode.REFUSED, provider="espeak", retryable=False)
    voiceover = await booth.wanted()
    first, second = jobs._blocks(TEXT, CLARA, booth.speaker, "en")
    booth.speaker.failures[second.lines[0].text] = [refused]
    await booth.attempt(voiceover)
    assert (await booth.row(voiceover)).status == VoiceoverStatus.FAILED
    assert await booth.used(voiceover) == 0
    assert "doesn't want to say this" in await booth.told(voiceover)
    await booth.again(voiceover)
    await booth.attempt(voiceover)
    assert booth.speaker.said == [first.lines[0].text, second.lines[0].text]
    assert (await booth.row(voiceover)).status == VoiceoverStatus.READY
    assert await booth.used(voiceover) == 1


async def test_cancelled_while_it_is_read_it_costs_nothing(booth: Booth) -> None:
    booth.speaker.waits = asyncio.Event()
    voiceover = await booth.wanted()
    running = asyncio.create_task(booth.attempt(voiceover))
    await asyncio.wait_for(booth.speaker.asked.wait(), PATIENCE_S)
    async with booth.deps.tx() as tx:
        assert await service.cancel_voiceover(
            tx, owner_id=voiceover.owner_id, voiceover_id=voiceover.id, place=booth.place
        )
    await asyncio.wait_for(running, PATIENCE_S)
    assert (await booth.row(voiceover)).status == VoiceoverStatus.CANCELLED
    assert await booth.used(voiceover) == 0
    assert "Nothing was charged" in await booth.told(voiceover)


async def test_the_mp3_arrives_where_voice_messages_are_not_allowed(booth: Booth, sandbox: RunningSandbox) -> None:
    voiceover = await booth.wanted("One sentence is enough.")
    await booth.attempt(voiceover)
    await sandbox.client.add_fault(
        "error",
        "sendVoice",
        chat_id=booth.person.id,
        error_code=400,
        description="Bad Request: VOICE_MESSAGES_FORBIDDEN",
    )
    (audio,) = await booth.send(voiceover)
    assert "audio" in audio.body
    assert "privacy settings" in await booth.told(voiceover)


async def test_settings_are_part_of_what_is_kept(booth: Booth) -> None:
    slower = replace(CLARA, settings=SpeechSettings(speed=0.75))
    names = {jobs._blocks("One sentence.", options, booth.speaker, "en")[0].name for options in (CLARA, slower)}
    assert len(names) == 2


async def test_what_was_deleted_comes_back_for_a_week_and_then_goes_with_its_files(booth: Booth) -> None:
    voiceover = await booth.wanted("One sentence is enough.")
    await booth.attempt(voiceover)
    made = await booth.row(voiceover)
    assert made.voice_key is not None
    async with booth.deps.tx() as tx:
        await service.delete_voiceover(tx, owner_id=made.owner_id, voiceover_id=made.id)
    with pytest.raises(NotFound):
        await booth.row(voiceover)
    async with booth.deps.tx() as tx:
        await service.undelete_voiceover(tx, owner_id=made.owner_id, voiceover_id=made.id)
    assert (await booth.row(voiceover)).deleted_at is None
    async with booth.deps.tx() as tx:
        row = await tx.session.get_one(Voiceover, made.id)
        row.deleted_at = tx.now - timedelta(days=9)
    assert await tidy_voiceovers(booth.deps) >= 2
    async with booth.deps.sessions() as session:
        assert await session.get(Voiceover, made.id) is None
