import asyncio
import io
import json
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import IO, Any

import pytest
import telegram
from redis.asyncio import Redis

from core.errors import NotFound
from core.telegram.content import Button, Content, Entity, Media, MediaKind, SentPart, TextFormat
from core.telegram.limiter import Limiter
from core.telegram.outcomes import Delivered, Refusal, Refused, SafeToRetry, Unknown
from core.telegram.sender import Sender
from tests.core.telegram.fake_telegram import FakeTelegram
from tests.patience import PATIENCE_S

LONG = "word " * 2000
PHOTO = Media(kind=MediaKind.PHOTO, file_id="AgAC")


class Shelf:
    """A media source over a dictionary, which notes what is open."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.opened: list[IO[bytes]] = []

    def open(self, key: str) -> AbstractAsyncContextManager[IO[bytes]]:
        return self._open(key)

    @asynccontextmanager
    async def _open(self, key: str) -> Any:
        if key not in self.files:
            raise NotFound("storage.not_found", key=key)
        with io.BytesIO(self.files[key]) as file:
            self.opened.append(file)
            yield file


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(song=b"mp3", cover=b"jpeg")


@pytest.fixture
def sender(bot: telegram.Bot, store: Redis, shelf: Shelf) -> Sender:
    return Sender(bot, Limiter(store, rate_per_s=0, key="test"), shelf)


async def test_a_text_arrives_with_everything_that_belongs_to_it(sender: Sender, api: FakeTelegram) -> None:
    content = Content(
        text="<b>Ready</b>",
        keyboard=(
            (Button(text="Yes", data="y"), Button(text="Look", url="https://e.com")),
            (Button(text="Copy", copy_text="c"),),
        ),
        link_preview=False,
        silent=True,
        reply_to=5,
    )
    outcome = await sender.send(7, content)
    assert outcome == Delivered((SentPart(message_id=101),))
    assert api.calls[0].method == "sendMessage"
    assert api.calls[0].params == {
        "chat_id": 7,
        "text": "<b>Ready</b>",
        "parse_mode": "HTML",
        "disable_notification": True,
        "link_preview_options": {"is_disabled": True},
        "reply_parameters": {"message_id": 5, "allow_sending_without_reply": True},
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "Yes", "callback_data": "y"}, {"text": "Look", "url": "https://e.com"}],
                [{"text": "Copy", "copy_text": {"text": "c"}}],
            ]
        },
    }


async def test_plain_text_goes_with_its_entities(sender: Sender, api: FakeTelegram) -> None:
    mention = Entity(type="text_mention", offset=0, length=2, user_id=9)
    await sender.send(7, Content(text="Jo <3", format=TextFormat.PLAIN, entities=(mention,)))
    assert api.calls[0].params["text"] == "Jo <3"
    assert "parse_mode" not in api.calls[0].params
    (entity,) = api.calls[0].params["entities"]
    assert (entity["type"], entity["length"], entity["user"]["id"]) == ("text_mention", 2, 9)


async def test_a_long_text_arrives_in_order_and_is_told_part_by_part(sender: Sender, api: FakeTelegram) -> None:
    told: list[tuple[str, int, int]] = []

    async def before(index: int) -> None:
        told.append(("before", index, len(api.calls)))

    async def after(index: int, part: SentPart) -> None:
        told.append(("after", index, part.message_id))

    outcome = await sender.send(7, Content(text=LONG), before_part=before, after_part=after)
    assert isinstance(outcome, Delivered)
    assert "".join("".join(call.params["text"] for call in api.calls).split()) == "".join(LONG.split())
    assert told == [("before", 0, 0), ("after", 0, 101), ("before", 1, 1), ("after", 1, 102), ("before", 2, 2)]
    assert [part.message_id for part in outcome.parts] == [101, 102, 103]


async def test_parts_that_are_there_arent_sent_again(sender: Sender, api: FakeTelegram) -> None:
    told: list[int] = []

    async def before(index: int) -> None:
        told.append(index)

    there = (SentPart(message_id=1), SentPart(message_id=2))
    outcome = await sender.send(7, Content(text=LONG), already_sent=there, before_part=before)
    assert outcome == Delivered((*there, SentPart(message_id=101)))
    assert len(api.calls) == 1
    assert told == [2]


async def test_a_failure_in_the_middle_says_what_is_there(sender: Sender, api: FakeTelegram) -> None:
    api.next.extend([api.succeed, api.refuse(403, "Forbidden: bot was blocked by the user")])
    outcome = await sender.send(7, Content(text=LONG))
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.parts) == (Refusal.BLOCKED_BY_USER, (SentPart(message_id=101),))
    assert len(api.calls) == 2


async def test_no_answer_is_unknown_and_nothing_is_repeated(sender: Sender, api: FakeTelegram) -> None:
    api.next.append(api.break_off)
    assert isinstance(await sender.send(7, Content(text=LONG)), Unknown)
    assert len(api.calls) == 1


async def test_a_server_error_is_safe_to_retry(sender: Sender, api: FakeTelegram) -> None:
    api.next.append(api.refuse(500, "Internal Server Error: restart"))
    assert await sender.send(7, Content(text="Hello")) == SafeToRetry(5.0, "Internal Server Error: restart")


async def test_a_group_that_moved_says_where_to(sender: Sender, api: FakeTelegram) -> None:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    api.next.append(api.refuse(400, description, migrate_to_chat_id=-1009))
    outcome = await sender.send(-5, Content(text="Hello"))
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.new_chat_id) == (Refusal.MIGRATED, -1009)


async def test_a_429_pauses_the_chat_for_everybody(bot: telegram.Bot, api: FakeTelegram, store: Redis) -> None:
    api.next.append(api.refuse(429, "Too Many Requests: retry after 60", retry_after=60))
    sender = Sender(bot, Limiter(store, rate_per_s=1000, key="test"))
    outcome = await sender.send(7, Content(text="Hello"))
    assert isinstance(outcome, SafeToRetry)
    assert outcome.after_s == 60
    elsewhere = Limiter(store, rate_per_s=1000, key="test")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(elsewhere.acquire(7), timeout=0.3)
    await asyncio.wait_for(elsewhere.acquire(8), timeout=PATIENCE_S)


async def test_who_lost_the_delivery_makes_no_call(sender: Sender, api: FakeTelegram) -> None:
    async def before(_index: int) -> None:
        raise LookupError("somebody else has it")

    with pytest.raises(LookupError):
        await sender.send(7, Content(text="Hello"), before_part=before)
    assert api.calls == []


async def test_html_that_cant_be_cut_is_refused(sender: Sender, api: FakeTelegram) -> None:
    outcome = await sender.send(7, Content(text=f"<b>{LONG}"))
    assert isinstance(outcome, Refused)
    assert outcome.reason is Refusal.BAD_CONTENT
    assert api.calls == []


async def test_an_edit_changes_the_message(sender: Sender, api: FakeTelegram) -> None:
    content = Content(text="New", edit=55, keyboard=((Button(text="Yes", data="y"),),))
    assert await sender.send(7, content) == Delivered((SentPart(message_id=55),))
    assert (api.calls[0].method, api.calls[0].params["message_id"]) == ("editMessageText", 55)
    assert api.calls[0].params["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "y"


async def test_an_edit_that_changes_nothing_is_delivered(sender: Sender, api: FakeTelegram) -> None:
    api.next.append(api.refuse(400, "Bad Request: message is not modified: specified new message content ..."))
    assert await sender.send(7, Content(text="Same", edit=55)) == Delivered((SentPart(message_id=55),))


async def test_an_edit_can_change_the_medium(sender: Sender, api: FakeTelegram) -> None:
    await sender.send(7, Content(text="New", edit=55, media=(PHOTO,)))
    assert api.calls[0].method == "editMessageMedia"
    assert api.calls[0].params["media"] == {"type": "photo", "media": "AgAC", "caption": "New", "parse_mode": "HTML"}


@pytest.mark.parametrize(
    ("media", "method", "expected"),
    [
        (PHOTO, "sendPhoto", {"photo": "AgAC"}),
        (
            Media(kind=MediaKind.VIDEO, url="https://e.com/v.mp4", width=9, height=16, duration_s=3),
            "sendVideo",
            {"video": "https://e.com/v.mp4", "width": 9, "height": 16, "duration": 3, "supports_streaming": True},
        ),
        (
            Media(kind=MediaKind.AUDIO, file_id="CQAC", title="Song", performer="Me", duration_s=3),
            "sendAudio",
            {"audio": "CQAC", "title": "Song", "performer": "Me", "duration": 3},
        ),
        (Media(kind=MediaKind.VOICE, file_id="AwAC", duration_s=3), "sendVoice", {"voice": "AwAC", "duration": 3}),
        (Media(kind=MediaKind.DOCUMENT, file_id="BQAC"), "sendDocument", {"document": "BQAC"}),
    ],
)
async def test_one_medium_goes_with_its_caption(
    sender: Sender, api: FakeTelegram, media: Media, method: str, expected: dict[str, Any]
) -> None:
    await sender.send(7, Content(text="<i>Look</i>", media=(media,)))
    assert api.calls[0].method == method
    assert api.calls[0].params == {
        "chat_id": 7,
        "caption": "<i>Look</i>",
        "parse_mode": "HTML",
        "disable_notification": False,
        **expected,
    }


async def test_an_upload_streams_from_storage_and_closes(sender: Sender, api: FakeTelegram, shelf: Shelf) -> None:
    song = Media(kind=MediaKind.AUDIO, storage_key="song", filename="Песня.mp3", thumbnail_key="cover")
    assert isinstance(await sender.send(7, Content(media=(song,))), Delivered)
    files = {api.calls[0].params["audio"].removeprefix("attach://"): ("Песня.mp3", b"mp3")} | {
        api.calls[0].params["thumbnail"].removeprefix("attach://"): ("thumbnail.jpg", b"jpeg")
    }
    assert api.calls[0].files == files
    assert all(file.closed for file in shelf.opened)


async def test_files_are_fetched_before_the_turn_and_the_last_look(
    sender: Sender, api: FakeTelegram, shelf: Shelf
) -> None:
    """Fetching takes long, and what was looked at last must still be true when the call is made."""
    seen: list[tuple[str, int]] = []

    async def before_part(_index: int) -> None:
        seen.append(("part", len(shelf.opened)))

    await sender.send(
        7,
        Content(media=(Media(kind=MediaKind.AUDIO, storage_key="song"),)),
        before_turn=lambda: seen.append(("turn", len(shelf.opened))),
        before_part=before_part,
        last_look=lambda: seen.append(("look", len(shelf.opened))),
    )
    assert seen == [("turn", 1), ("part", 1), ("look", 1)]
    assert len(api.calls) == 1


async def test_what_storage_doesnt_have_is_refused(sender: Sender, api: FakeTelegram) -> None:
    lost = Media(kind=MediaKind.PHOTO, storage_key="lost")
    outcome = await sender.send(7, Content(media=(lost,)))
    assert isinstance(outcome, Refused)
    assert outcome.reason is Refusal.BAD_MEDIA
    assert api.calls == []


async def test_an_album_is_one_part_with_all_its_messages(sender: Sender, api: FakeTelegram) -> None:
    upload = Media(kind=MediaKind.PHOTO, storage_key="cover")
    outcome = await sender.send(7, Content(text="All", media=(PHOTO, upload), reply_to=3))
    assert outcome == Delivered((SentPart(message_id=101, album_ids=(101, 102)),))
    first, second = json.loads(api.calls[0].params["media"])
    assert first == {"type": "photo", "media": "AgAC", "caption": "All", "parse_mode": "HTML"}
    assert api.calls[0].files[second["media"].removeprefix("attach://")] == ("cover", b"jpeg")
    assert json.loads(api.calls[0].params["reply_parameters"])["message_id"] == 3


async def test_when_redis_stays_away_bulk_is_safe_to_retry(bot: telegram.Bot, api: FakeTelegram) -> None:
    async with Redis(port=1) as nowhere:
        sender = Sender(bot, Limiter(nowhere, rate_per_s=29, key="test", patience_s=0.1))
        outcome = await sender.send(7, Content(text="Hello"))
    assert isinstance(outcome, SafeToRetry)
    assert api.calls == []
