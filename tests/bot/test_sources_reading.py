"""Recordings, documents and videos in the chat: what is said at once, and what can be pressed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from telegram import Update

from bot.app import Application, build_application
from bot.sources.actions import ReadWords, StopReading
from core.posts.spoken import HEAR
from core.providers.transcription import Recording
from core.sources.models import Source, SourceStatus
from core.sources.words import READ
from core.videos.models import UploadPurpose, VideoUpload
from core.work.models import Work
from tests.bot.chat import Chat
from tests.bot.podcasts import labels, pressed
from tests.core.sources.made import docx, pdf, speech
from tests.core.videos.clips import clip
from web.sandbox.client import SeenMessage

TYPED = "Bread needs time, and it shows."
OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "contact": ({"phone_number": "+1", "first_name": "Bo"}, "from a contact"),
    "dice": ({"emoji": "🎲", "value": 3}, "a game"),
    "story": ({"chat": {"id": 5, "type": "private"}, "id": 3}, "stories"),
    "poll": (
        {
            "id": "1",
            "question": "Rye?",
            "options": [],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        },
        "from a poll",
    ),
}


class Listener:
    """Somebody who could listen; jobs do."""

    name = "played"
    file_bytes = 1_000_000

    async def transcribe(self, recording: Recording) -> str:
        raise AssertionError("a handler listened by itself")


@pytest.fixture
def hearing(chat: Chat) -> Chat:
    """Where somebody listens."""
    application = chat.application
    deps = replace(application.deps, transcriber=Listener())
    return replace(chat, application=build_application(deps, application.bot))


async def sent(chat: Chat, name: str, content: bytes, *, kind: str = "auto", caption: str = "") -> SeenMessage:
    before = (await chat.person.upload((name, content), kind=kind, caption=caption))[-1]
    await chat.handle_updates()
    return [one for one in await chat.person.history() if one.id > before.id and not one.outgoing][-1]


async def work_of(application: Application) -> list[Work]:
    async with application.deps.sessions() as session:
        return list(await session.scalars(select(Work)))


async def sources_of(application: Application) -> list[Source]:
    async with application.deps.sessions() as session:
        return list(await session.scalars(select(Source).order_by(Source.id)))


async def test_a_voice_message_is_listened_to_at_once(hearing: Chat) -> None:
    await hearing.say("/start")
    card = await sent(hearing, "note.ogg", await asyncio.to_thread(speech), kind="voice")
    assert "Waiting for its turn" in card.text
    assert labels(card) == ["Cancel", "📌 Use as it is"]
    (work,) = await work_of(hearing.application)
    assert (work.kind, work.payload["message_id"]) == (READ.target, card.id)
    (source,) = await sources_of(hearing.application)
    assert (source.status, source.kind, len(source.media)) == (SourceStatus.READING, "audio", 1)


async def test_where_nobody_listens_its_words_are_typed_and_kept_with_it(chat: Chat) -> None:
    await chat.say("/start")
    card = await sent(chat, "note.ogg", await asyncio.to_thread(speech), kind="voice")
    assert "no transcription service is set up" in card.text
    assert labels(card) == ["✏️ Type it instead", "📌 Use as it is"]
    await chat.press(card, "✏️ Type it instead")
    assert "keep the words together with it" in (await chat.last()).text
    typed = await chat.say(TYPED)
    assert TYPED in typed.text
    assert {"✍️ Write posts", "📌 Use as it is"} <= set(labels(typed))
    (source,) = await sources_of(chat.application)
    assert (source.text, source.status, len(source.media)) == (TYPED, SourceStatus.READY, 1)
    assert await work_of(chat.application) == []


@pytest.mark.parametrize(("name", "made"), [("menu.pdf", pdf), ("menu.docx", lambda: docx(["Rye bread, every day."]))])
async def test_documents_are_read_by_a_job_wherever_it_is(chat: Chat, name: str, made: Callable[[], bytes]) -> None:
    await chat.say("/start")
    card = await sent(chat, name, made())
    assert "Waiting for its turn" in card.text
    await chat.press(card, "Cancel")
    (work,) = await work_of(chat.application)
    assert work.status == "cancelled"
    (source,) = await sources_of(chat.application)
    assert (source.status, (source.error or {})["code"]) == (SourceStatus.UNREAD, "work.cancelled")
    assert "nothing to cancel" in str(await chat.press_data(card, StopReading(source.id).encode()))
    assert "🔁 Try again" in labels(await chat.person.refresh(card))


async def test_the_words_of_a_video_are_got_when_they_are_wanted(hearing: Chat) -> None:
    await hearing.say("/start")
    card = await sent(hearing, "walk.mp4", await asyncio.to_thread(clip))
    assert "🎧 Get its words" in labels(card)
    assert await work_of(hearing.application) == []
    reading = await pressed(hearing, card, "🎧 Get its words")
    assert "Waiting for its turn" in reading.text
    (source,) = await sources_of(hearing.application)
    await hearing.press_data(card, ReadWords(source.id).encode())
    assert len(await work_of(hearing.application)) == 1


async def test_a_round_video_is_listened_to_and_cant_be_posted(hearing: Chat) -> None:
    await hearing.say("/start")
    card = await sent(hearing, "round.mp4", await asyncio.to_thread(clip, size="360x360"), kind="video_note")
    assert "A recording" in card.text
    assert labels(card) == ["Cancel"]


async def test_the_same_text_again_is_recognised(chat: Chat) -> None:
    assert "before" not in (await chat.say(TYPED)).text
    again = await chat.say(TYPED)
    assert "You have sent me that before" in again.text
    assert len(await sources_of(chat.application)) == 1


async def test_a_video_on_youtube_is_asked_for_its_words_and_other_pages_are_read(chat: Chat) -> None:
    card = await chat.say("https://youtu.be/dQw4w9WgXcQ?t=5")
    assert "watch?v=dQw4w9WgXcQ" in card.text
    assert labels(card) == ["Cancel"]
    (work,) = await work_of(chat.application)
    assert work.kind == READ.target
    again = await chat.say("https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    assert "You have sent me that before" in again.text


@pytest.mark.parametrize("kind", OTHERS)
async def test_whatever_else_is_answered_with_what_is_accepted(chat: Chat, kind: str) -> None:
    await chat.say("/start")
    content, told = OTHERS[kind]
    private = {"id": chat.person.id, "type": "private", "first_name": "Ann"}
    sent = {"message_id": 900, "date": 1, "chat": private, "from": chat.person.user, kind: content}
    await chat.application.handle(Update.de_json({"update_id": 900, "message": sent}, chat.application.bot))
    answer = await chat.last()
    assert told in answer.text
    assert "voice message" in answer.text


async def test_a_large_file_comes_by_a_page_of_its_own(chat: Chat) -> None:
    page = await pressed(chat, await chat.say("/new"), "🌐 A large file")
    assert "one file and for 24 hours" in page.text
    async with chat.application.deps.sessions() as session:
        (upload,) = (await session.scalars(select(VideoUpload))).all()
    assert (upload.purpose, upload.message_id) == (UploadPurpose.SOURCE, page.id)
    await chat.press(page, "Cancel")
    async with chat.application.deps.sessions() as session:
        (upload,) = (await session.scalars(select(VideoUpload))).all()
    assert upload.ended_at is not None
    assert not upload.came


async def test_a_draft_is_changed_by_what_is_said_about_it(hearing: Chat) -> None:
    draft = await pressed(hearing, await hearing.say(TYPED), "📌 Use as it is")
    await hearing.person.upload(("note.ogg", await asyncio.to_thread(speech)), kind="voice", reply_to=draft.id)
    await hearing.handle_updates()
    (work,) = await work_of(hearing.application)
    assert (work.kind, work.payload["message_id"]) == (HEAR.target, draft.id)


async def test_where_nobody_listens_a_draft_is_changed_by_typing(chat: Chat) -> None:
    draft = await pressed(chat, await chat.say(TYPED), "📌 Use as it is")
    await chat.person.upload(("note.ogg", await asyncio.to_thread(speech)), kind="voice", reply_to=draft.id)
    await chat.handle_updates()
    assert "Please type what to change" in (await chat.last()).text
