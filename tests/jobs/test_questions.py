"""A question to an episode, from the reply to the answer in the chat."""

from dataclasses import replace

from sqlalchemy import select

from core import ids
from core.billing.queries import Feature, entitlements_of
from core.db import TelegramId
from core.deps import Deps
from core.errors import ProviderError
from core.podcasts import service
from core.podcasts.asking import ask_episode, question_of
from core.podcasts.models import EpisodeQuestion, Podcast, PodcastStatus
from core.podcasts.options import preset
from core.podcasts.script import Line, Script, Section, Speaker
from core.providers.answering import Asked, EpisodeAnswer
from core.providers.speech import Engine
from core.providers.text import Usage
from core.work.models import Work, WorkStatus
from jobs.questions import answer_question
from jobs.runtime import Bench
from jobs.statuses import show_status
from tests.factories import make_source, make_user
from tests.jobs.test_podcasts import place_of
from web.sandbox.client import Person, SeenMessage

SAID = "In June the river rose over the old market."
SCRIPT = Script("Rain", "en", (Section("One", (Line(Speaker.GUEST, SAID),)),), "Clara", "Theo")


class Refusing:
    """A model whose key is no good."""

    engine, offline = "model", False

    async def answer(self, asked: Asked) -> tuple[EpisodeAnswer, Usage]:
        raise ProviderError("text.key_refused", provider="model", retryable=False)


async def an_episode(deps: Deps, person: Person) -> Podcast:
    options = preset(Engine.ESPEAK, await deps.speakers[Engine.ESPEAK].voices("en"))
    cues = [{"start_ms": 61_000, "speaker": "Theo", "text": SAID}]
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        source = await make_source(tx, user)
        podcast = await service.open_podcast(tx, owner_id=user.id, source_ids=[source.id], options=options)
        podcast.script, podcast.title, podcast.status = SCRIPT.to_json(), "Rain & <b>", PodcastStatus.READY
        podcast.parts = [{"key": "x", "size_bytes": 1, "duration_ms": 90_000, "chapters": [], "cues": cues}]
    return podcast


async def ask(deps: Deps, person: Person, podcast: Podcast, question: str, *, message_id: int = 7) -> ids.QuestionId:
    async with deps.tx() as tx:
        return await ask_episode(
            tx,
            owner_id=podcast.owner_id,
            podcast_id=podcast.id,
            question=question,
            chat_id=TelegramId(person.id),
            message_id=message_id,
            language="en",
        )


async def work_on(deps: Deps, question_id: ids.QuestionId) -> list[Work]:
    async with deps.sessions() as session:
        return list((await session.scalars(select(Work).where(Work.subject_id == question_id))).all())


async def answered(bench: Bench, person: Person, question_id: ids.QuestionId) -> SeenMessage:
    """The question's message once the job is done."""
    await show_status.run(bench, str(question_id))
    looking = (await person.history())[-1]
    (work,) = await work_on(bench.deps, question_id)
    await answer_question.run(bench, str(work.id))
    await show_status.run(bench, str(question_id))
    return await person.refresh(looking)


async def test_a_question_is_answered_in_one_message_with_the_time_it_is_said(bench: Bench, person: Person) -> None:
    podcast = await an_episode(bench.deps, person)
    question_id = await ask(bench.deps, person, podcast, "When did the river rise?")
    message = await answered(bench, person, question_id)
    assert f"{SAID}\nTheo, 1:01" in message.text
    assert "Found offline" in message.text
    assert [button.text for button in message.buttons] == ["🔊 Hear it", "📄 Transcript", "🎧 The episode"]
    async with bench.deps.sessions() as session:
        row = await question_of(session, owner_id=podcast.owner_id, question_id=question_id)
        assert row.answered_at is not None
        features = (Feature.PODCASTS, Feature.PODCAST_MINUTES)
        now = bench.deps.clock.now()
        found = await entitlements_of(session, owner_id=podcast.owner_id, features=features, now=now)
    assert [each.used for each in found] == [0, 0]


async def test_what_is_not_said_is_told_as_that(bench: Bench, person: Person) -> None:
    podcast = await an_episode(bench.deps, person)
    message = await answered(bench, person, await ask(bench.deps, person, podcast, "What do elephants eat?"))
    assert "“Rain & <b>” doesn't say, and neither do its sources." in message.text


async def test_the_same_message_asks_once(bench: Bench, person: Person) -> None:
    podcast = await an_episode(bench.deps, person)
    first = await ask(bench.deps, person, podcast, "When did the river rise?")
    assert await ask(bench.deps, person, podcast, "When did the river rise?") == first
    assert len(await work_on(bench.deps, first)) == 1
    assert await ask(bench.deps, person, podcast, "When did the river rise?", message_id=8) != first


async def test_a_model_that_refuses_is_told_with_what_to_do(bench: Bench, person: Person) -> None:
    refusing = replace(bench, deps=replace(bench.deps, answers=Refusing()))
    podcast = await an_episode(bench.deps, person)
    question_id = await ask(bench.deps, person, podcast, "When did the river rise?")
    message = await answered(refusing, person, question_id)
    assert "refuses our key" in message.text
    assert (await work_on(bench.deps, question_id))[0].status == WorkStatus.FAILED


async def test_a_podcast_that_is_deleted_meanwhile_is_told_as_gone(bench: Bench, person: Person) -> None:
    podcast = await an_episode(bench.deps, person)
    question_id = await ask(bench.deps, person, podcast, "When did the river rise?")
    async with bench.deps.tx() as tx:
        await service.delete_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=place_of(person))
    assert "isn't there any more" in (await answered(bench, person, question_id)).text


async def test_what_was_asked_before_is_given_along(bench: Bench, person: Person) -> None:
    podcast = await an_episode(bench.deps, person)
    await answered(bench, person, await ask(bench.deps, person, podcast, "When did the river rise?"))
    second = await ask(bench.deps, person, podcast, "And the market?", message_id=8)
    listening = Listening()
    await answered(replace(bench, deps=replace(bench.deps, answers=listening)), person, second)
    assert [question for question, _ in listening.heard[0].before] == ["When did the river rise?"]
    assert [one.start_ms for one in listening.heard[0].spoken] == [61_000]


class Listening:
    """Remembers what it was asked, and finds nothing."""

    engine, offline = "model", False

    def __init__(self) -> None:
        self.heard: list[Asked] = []

    async def answer(self, asked: Asked) -> tuple[EpisodeAnswer, Usage]:
        self.heard.append(asked)
        return EpisodeAnswer(), Usage("model")


async def test_questions_go_with_their_podcast(bench: Bench, person: Person) -> None:
    podcast = await an_episode(bench.deps, person)
    await ask(bench.deps, person, podcast, "When did the river rise?")
    async with bench.deps.tx() as tx:
        await tx.session.delete(await tx.session.get_one(Podcast, podcast.id))
        await tx.session.flush()
        assert (await tx.session.scalars(select(EpisodeQuestion))).all() == []
