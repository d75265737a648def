"""From a file to its words: fetched, read or listened to, told, kept once, refused, cancelled, tidied."""

import asyncio
import hashlib
import resource
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot import notices
from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.languages import UNKNOWN
from core.posts.writing import Place
from core.providers.discovery import Discovery, FoundVideo, Network, Transcript
from core.providers.transcribers import build_transcriber
from core.sources import library, words
from core.sources.models import Source, SourceStatus
from core.sources.papers import Words
from core.sources.parts import readings_of
from core.sources.reading import MAX_CHARACTERS, Reading, SourceKind, read_text
from core.sources.service import keep_source
from core.sources.sound import KBIT_S
from core.sources.unread import UnreadFile
from core.storage import build_storage
from core.telegram.content import Media, MediaKind
from core.videos import uploads
from core.videos.models import UploadPurpose
from core.work.models import Work
from jobs import sources as jobs
from jobs.runtime import Bench
from tests.core.providers import fake_transcription_server
from tests.core.providers.fake_transcription_server import KEY, MODEL, FakeTranscriptionServer
from tests.core.sources.made import FLOWING, docx, encrypted_pdf, pdf, scanned_pdf, speech, tones
from tests.core.videos.clips import clip
from tests.core.viral.networks import PlayedNetwork
from tests.core.viral.worlds import video as found_video
from tests.factories import make_user
from tests.jobs.conftest import at_sandbox
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

SAID = "Bread needs time, and it shows."
VIDEO = "https://www.youtube.com/watch?v=aaaaaaaaaaa"


@dataclass(frozen=True)
class Desk:
    """A bench, and the person for whom it reads."""

    bench: Bench
    owner: User
    place: Place
    person: Person
    server: FakeTranscriptionServer

    @property
    def deps(self) -> Deps:
        return self.bench.deps

    async def came(self, name: str, content: bytes, *, kind: str = "document", caption: str = "") -> ids.SourceId:
        """A file of the chat, as the bot keeps it, with its reading begun."""
        body = (await self.person.upload((name, content), kind=kind))[-1].body
        file_id = body[kind]["file_id"]
        if kind == "video_note":
            reading = read_text(caption, kind=SourceKind.AUDIO, recording=UnreadFile(file_id=file_id))
        else:
            media = Media(kind=MediaKind(kind), file_id=file_id, filename=name if kind == "document" else None)
            reading = read_text(caption, kind=KINDS[kind], media=(media,))
        return await self.begun(reading)

    async def begun(self, reading: Reading) -> ids.SourceId:
        async with self.deps.tx() as tx:
            source = await keep_source(tx, owner_id=self.owner.id, reading=reading)
            await words.begin_reading(tx, owner_id=self.owner.id, source_id=source.id, place=self.place)
        return source.id

    async def work(self, source_id: ids.SourceId) -> None:
        async with self.deps.sessions() as session:
            newest = select(Work.id).where(Work.subject_id == source_id).order_by(Work.created_at.desc())
            work_id = await session.scalar(newest.limit(1))
        await jobs.read_words.run(self.bench, str(work_id))

    async def row(self, source_id: ids.SourceId) -> Source:
        async with self.deps.sessions() as session:
            return await session.get_one(Source, source_id)

    async def rows(self) -> Sequence[Source]:
        async with self.deps.sessions() as session:
            return (await session.scalars(select(Source).order_by(Source.id))).all()

    async def told(self, source_id: ids.SourceId) -> tuple[str, list[str]]:
        """The words of its message, and the buttons."""
        async with self.deps.sessions() as session:
            message = await session.get_one(StatusMessage, source_id)
        screen = notices.render(message.notice, message.data, now=self.deps.clock.now())
        return str(screen.text), [button.text for row in screen.keyboard for button in row]


KINDS = {"document": SourceKind.FILE, "voice": SourceKind.AUDIO, "audio": SourceKind.AUDIO, "video": SourceKind.VIDEO}


@pytest.fixture
async def server() -> AsyncIterator[FakeTranscriptionServer]:
    async with fake_transcription_server.running() as running:
        running.texts.append(SAID)
        running.texts.popleft()
        yield running


@pytest.fixture
async def desk(
    concurrent_bench: Bench, sandbox: RunningSandbox, person: Person, server: FakeTranscriptionServer, tmp_path: Path
) -> Desk:
    deps = concurrent_bench.deps
    wanted = {
        "home": tmp_path,
        "transcription_base_url": server.url,
        "transcription_model": MODEL,
        "transcription_api_key": SecretStr(KEY),
    }
    settings = at_sandbox(deps.settings, sandbox).model_copy(update=wanted)
    deps = replace(
        deps,
        settings=settings,
        storage=build_storage(settings, deps.clock),
        transcriber=build_transcriber(settings, deps.http),
    )
    async with deps.tx() as tx:
        owner = await make_user(tx, telegram_user_id=person.id)
    place = Place(TelegramId(person.id), TelegramId(5), "en")
    return Desk(replace(concurrent_bench, deps=deps), owner, place, person, server)


async def test_a_voice_message_becomes_what_is_said_in_it(desk: Desk) -> None:
    source_id = await desk.came("note.ogg", speech(), kind="voice")
    assert await desk.told(source_id) == (
        "<b>🎙 1 voice message</b>\nWaiting for its turn …\n▱▱▱▱▱▱▱▱▱▱ 0 %",
        ["Cancel", "📌 Use as it is"],
    )
    await desk.work(source_id)
    source = await desk.row(source_id)
    assert (source.status, source.text, source.language, source.words) == (SourceStatus.READY, SAID, "en", 6)
    text, buttons = await desk.told(source_id)
    assert SAID in text
    assert "✍️ Write posts" in buttons
    (heard_bytes,) = desk.server.heard_bytes
    assert 0 < heard_bytes < 40_000


@pytest.mark.parametrize(
    ("name", "kind", "made"),
    [
        ("talk.m4a", "audio", lambda: speech(ending="m4a")),
        ("walk.mp4", "video", clip),
        ("talk.wav", "document", lambda: speech(ending="wav")),
        ("round.mp4", "video_note", lambda: clip(size="360x360")),
    ],
)
async def test_other_recordings_are_heard_too(desk: Desk, name: str, kind: str, made: Callable[[], bytes]) -> None:
    source_id = await desk.came(name, made(), kind=kind)
    await desk.work(source_id)
    assert (await desk.row(source_id)).text == SAID


@pytest.mark.parametrize(
    ("name", "made", "text", "title"),
    [
        ("harbour_news.pdf", pdf, FLOWING, "harbour news"),
        ("bread.docx", lambda: docx(["Bread needs time.", "Flour"], title="On bread"), "Bread needs time.", "On bread"),
        ("wrong name.pdf", lambda: docx(["Bread needs time."]), "Bread needs time.", "wrong name"),
        (
            "cut.srt",
            lambda: b"1\n00:00:01,000 --> 00:00:03,000\nBread needs <i>time</i>.\n",
            "Bread needs time.",
            "cut",
        ),
    ],
)
async def test_documents_are_read(desk: Desk, name: str, made: Callable[[], bytes], text: str, title: str) -> None:
    source_id = await desk.came(name, made())
    await desk.work(source_id)
    source = await desk.row(source_id)
    assert source.text.startswith(text)
    assert (source.title, source.caption) == (title, "")
    assert desk.server.heard_bytes == []


@pytest.mark.parametrize(
    ("name", "made", "told"),
    [
        ("scan.pdf", scanned_pdf, "is scanned"),
        ("secret.pdf", encrypted_pdf, "has a password"),
        ("half.pdf", lambda: pdf()[:300], "is broken"),
        ("song.mp3", lambda: b"ID3" + bytes(500), "can't be played"),
        ("silent.mp4", lambda: clip(sound=False), "no sound in it"),
        ("old.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "of the old kind"),
    ],
)
async def test_what_cant_be_read_says_why_and_can_be_typed(
    desk: Desk, name: str, made: Callable[[], bytes], told: str
) -> None:
    source_id = await desk.came(name, made())
    await desk.work(source_id)
    assert (await desk.row(source_id)).status == SourceStatus.UNREAD
    text, buttons = await desk.told(source_id)
    assert told in text
    assert {"✏️ Type it instead", "📌 Use as it is"} <= set(buttons)
    assert "🔁 Try again" not in buttons


async def test_a_recording_in_which_nothing_is_said_says_so(desk: Desk) -> None:
    desk.server.texts[0] = ""
    source_id = await desk.came("note.ogg", speech(), kind="voice")
    await desk.work(source_id)
    assert "I heard no words" in (await desk.told(source_id))[0]


async def test_without_anybody_who_listens_words_can_be_typed(desk: Desk) -> None:
    desk = replace(desk, bench=replace(desk.bench, deps=replace(desk.deps, transcriber=None)))
    source_id = await desk.came("note.ogg", speech(), kind="voice")
    await desk.work(source_id)
    text, buttons = await desk.told(source_id)
    assert "no transcription service is set up" in text
    assert buttons == ["✏️ Type it instead", "📌 Use as it is"]


async def test_a_caption_goes_out_with_the_file_and_its_words_are_written_from(desk: Desk) -> None:
    caption = "What I said this morning.\nListen to it."
    source_id = await desk.came("note.ogg", speech(), kind="voice", caption=caption)
    await desk.work(source_id)
    source = await desk.row(source_id)
    assert (source.caption, source.text) == (caption, f"{caption}\n\n{SAID}")


async def test_the_same_file_again_is_kept_once_and_that_is_said(desk: Desk) -> None:
    first = await desk.came("note.ogg", speech(), kind="voice")
    await desk.work(first)
    second = await desk.came("other.ogg", speech(), kind="voice")
    assert second != first
    await desk.work(second)
    assert (await desk.row(second)).deleted_at is not None
    text, _ = await desk.told(second)
    assert "sent me that before" in text
    assert SAID in text


def nine_seconds_a_piece(desk: Desk) -> Desk:
    """At a server that takes no more."""
    settings = desk.deps.settings.model_copy(update={"transcription_file_mb": 0.06})
    return replace(
        desk,
        bench=replace(desk.bench, deps=replace(desk.deps, transcriber=build_transcriber(settings, desk.deps.http))),
    )


async def test_a_long_recording_goes_in_pieces(desk: Desk) -> None:
    desk = nine_seconds_a_piece(desk)
    desk.server.texts.extend(["One.", "Two.", "Three.", "Four and five."])
    desk.server.texts.popleft()
    source_id = await desk.came("long.wav", tones(30, gap_every_s=7))
    await desk.work(source_id)
    assert len(desk.server.heard_bytes) == 5
    assert max(desk.server.heard_bytes) <= 60_000
    assert (await desk.row(source_id)).text.startswith("One.\n\nTwo.\n\nThree.")


async def test_pieces_that_were_heard_are_not_asked_for_again(desk: Desk) -> None:
    desk, content = nine_seconds_a_piece(desk), tones(30, gap_every_s=7)
    source_id = await desk.came("long.wav", content)
    known = {f"{hashlib.sha256(content).hexdigest()}:5": ["One.", "Two.", "Three.", "Four."]}
    async with desk.deps.tx() as tx:
        await words.note_heard(tx, owner_id=desk.owner.id, source_id=source_id, heard=known)
    await desk.work(source_id)
    assert len(desk.server.heard_bytes) == 1
    assert (await desk.row(source_id)).text == f"One.\n\nTwo.\n\nThree.\n\nFour.\n\n{SAID}"


async def test_a_service_that_is_down_is_asked_again_later_and_then_says_so(desk: Desk) -> None:
    source_id = await desk.came("note.ogg", speech(), kind="voice")
    desk.server.fail(429, "rate_limit_exceeded", **{"Retry-After": "60"})
    await desk.work(source_id)
    source = await desk.row(source_id)
    assert source.status == SourceStatus.READING
    async with desk.deps.sessions() as session:
        work = await session.scalar(select(Work).where(Work.subject_id == source_id))
    assert work is not None
    assert (work.status, (work.error or {})["code"]) == ("queued", "transcription.rate_limited")


async def test_no_credit_says_who_can_mend_it(desk: Desk) -> None:
    source_id = await desk.came("note.ogg", speech(), kind="voice")
    desk.server.fail(429, "insufficient_quota")
    await desk.work(source_id)
    text, buttons = await desk.told(source_id)
    assert "credit is used up" in text
    assert "🔁 Try again" in buttons


async def test_cancelled_while_it_is_heard_it_stops_and_can_be_tried_again(desk: Desk) -> None:
    desk.server.go_on.clear()
    source_id = await desk.came("note.ogg", speech(), kind="voice")
    working = asyncio.create_task(desk.work(source_id))
    await desk.server.asked.wait()
    async with desk.deps.tx() as tx:
        assert await words.cancel_reading(tx, owner_id=desk.owner.id, source_id=source_id, place=desk.place)
    await working
    text, buttons = await desk.told(source_id)
    assert "Stopped" in text
    assert "🔁 Try again" in buttons
    desk.server.go_on.set()
    async with desk.deps.tx() as tx:
        await words.begin_reading(tx, owner_id=desk.owner.id, source_id=source_id, place=desk.place)
    await desk.work(source_id)
    assert (await desk.row(source_id)).text == SAID


async def test_typed_meanwhile_the_typed_words_stay(desk: Desk) -> None:
    desk.server.go_on.clear()
    source_id = await desk.came("note.ogg", speech(), kind="voice")
    working = asyncio.create_task(desk.work(source_id))
    await desk.server.asked.wait()
    typed = readings_of(Words("Typed by hand, and kept."), kind=SourceKind.AUDIO)[0]
    async with desk.deps.tx() as tx:
        await words.type_words(tx, owner_id=desk.owner.id, source_id=source_id, reading=typed)
    desk.server.go_on.set()
    await working
    source = await desk.row(source_id)
    assert (source.text, source.status, len(source.media)) == ("Typed by hand, and kept.", SourceStatus.READY, 1)


async def test_what_one_source_cant_hold_makes_further_ones(desk: Desk) -> None:
    sentence = "The harbour wakes at five when the boats come back. "
    source_id = await desk.came("book.docx", docx([sentence * 40] * 60, title="The book"))
    await desk.work(source_id)
    first, *more = await desk.rows()
    assert (first.id, first.title, [each.title for each in more]) == (
        source_id,
        "The book",
        ["The book (2)", "The book (3)"],
    )
    assert all(len(each.text) <= MAX_CHARACTERS and each.text.endswith(".") for each in (first, *more))
    assert "in 3 parts" in (await desk.told(source_id))[0]


async def test_fifty_megabytes_are_read_from_the_storage_without_filling_the_memory(desk: Desk) -> None:
    """As the upload page leaves them: sound that is mostly silence, far larger than what is sent on."""
    async with desk.deps.tx() as tx:
        upload = await uploads.open_upload(tx, owner_id=desk.owner.id, place=desk.place, purpose=UploadPurpose.SOURCE)
        await uploads.begin_file(
            tx, owner_id=desk.owner.id, upload_id=upload.id, name="talk.wav", size_bytes=50_000_044
        )
    path = desk.deps.settings.home / "talk.wav"
    await asyncio.to_thread(_write_wav, path, 50_000_000)
    key = f"{desk.owner.id}/sources/{upload.id}.bin"
    await desk.deps.storage.take(key, path)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with desk.deps.tx() as tx:
        await uploads.finish_upload(tx, owner_id=desk.owner.id, upload_id=upload.id, storage_key=key)
    source_id = ids.SourceId(upload.id)
    await desk.work(source_id)
    source = await desk.row(source_id)
    assert (source.text, source.title, source.kind) == (SAID, "talk", SourceKind.AUDIO)
    assert sum(desk.server.heard_bytes) < 1.1 * 284 * KBIT_S * 125
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 40_000


def _write_wav(path: Path, size_bytes: int) -> None:
    """284 seconds of stereo at 44,100 Hz; the zeros take no room on the disk."""
    form = struct.pack("<4sI4s4sIHHIIHH4sI", *_wav_head(size_bytes))
    with path.open("wb") as file:
        file.write(form)
        file.truncate(len(form) + size_bytes)


def _wav_head(size_bytes: int) -> tuple[object, ...]:
    rate, frame = 44_100, 4
    return (b"RIFF", 36 + size_bytes, b"WAVE", b"fmt ", 16, 1, 2, rate, rate * frame, frame, 16, b"data", size_bytes)


async def test_an_upload_takes_the_place_of_what_telegram_did_not_give(desk: Desk) -> None:
    earlier_id = await desk.came("note.ogg", speech(), kind="voice", caption="This morning.")
    async with desk.deps.tx() as tx:
        upload = await uploads.open_upload(
            tx, owner_id=desk.owner.id, place=desk.place, purpose=UploadPurpose.SOURCE, source_id=earlier_id
        )
        await uploads.begin_file(tx, owner_id=desk.owner.id, upload_id=upload.id, name="talk.ogg", size_bytes=9)
    key = f"{desk.owner.id}/sources/{upload.id}.bin"
    await desk.deps.storage.put(key, speech())
    async with desk.deps.tx() as tx:
        done = await uploads.finish_upload(tx, owner_id=desk.owner.id, upload_id=upload.id, storage_key=key)
    assert done.came
    await desk.work(ids.SourceId(upload.id))
    source = await desk.row(ids.SourceId(upload.id))
    assert (source.text, source.title, source.caption, len(source.media)) == (SAID, "This morning.", "This morning.", 1)
    assert (await desk.row(earlier_id)).deleted_at is not None


class Talking(PlayedNetwork):
    """One on which people are heard."""

    async def transcript(self, video_url: str) -> Transcript | None:
        return Transcript(SAID, "en") if video_url == VIDEO else None

    async def video(self, url: str) -> FoundVideo:
        return replace(found_video(5), title="How bread rises")


async def test_what_is_said_in_a_video_on_youtube_becomes_a_source(desk: Desk) -> None:
    discoveries: dict[Network, Discovery] = {Network.YOUTUBE: Talking({})}
    desk = replace(desk, bench=replace(desk.bench, deps=replace(desk.deps, discoveries=discoveries)))
    source_id = await desk.begun(Reading(SourceKind.VIDEO, title="", text="", language=UNKNOWN, url=VIDEO))
    await desk.work(source_id)
    source = await desk.row(source_id)
    assert (source.text, source.title, source.url) == (SAID, "How bread rises", VIDEO)
    assert "Sample data" in (await desk.told(source_id))[0]


async def test_a_video_of_which_nobody_tells_the_words_says_so(desk: Desk) -> None:
    source_id = await desk.begun(Reading(SourceKind.VIDEO, title="", text="", language=UNKNOWN, url=VIDEO))
    await desk.work(source_id)
    text, buttons = await desk.told(source_id)
    assert "no transcript" in text
    assert "✏️ Type it instead" in buttons


async def test_deleted_words_go_for_good_after_a_week_and_so_do_recordings(desk: Desk, clock: FixedClock) -> None:
    key = f"{desk.owner.id}/sources/left.bin"
    await desk.deps.storage.put(key, speech())
    reading = read_text("", kind=SourceKind.AUDIO, recording=UnreadFile("talk.ogg", storage_key=key))
    source_id = await desk.begun(reading)
    await desk.work(source_id)
    async with desk.deps.tx() as tx:
        await library.delete_source(tx, owner_id=desk.owner.id, source_id=source_id)
    clock.advance(timedelta(days=7))
    await jobs.tidy_sources(desk.deps)
    assert (await desk.row(source_id)).text == SAID
    clock.advance(timedelta(days=2))
    assert await jobs.tidy_sources(desk.deps) == 1
    source = await desk.row(source_id)
    assert (source.text, source.title, source.recording, source.digest) == ("", "", None, "")
