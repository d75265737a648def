"""/videos in the chat: sent here, by the page, renamed, deleted and back."""

import io
import re

from PIL import Image
from sqlalchemy import select

from bot.videos.actions import DeleteVideo, ShowOwnVideo, ShowUploadPage, StopVideo, TakeVideo
from core import ids
from core.deps import Deps
from core.videos import service
from core.videos.links import build_upload_links
from core.videos.models import OwnVideo, OwnVideoStatus, VideoUpload
from core.work.models import Work
from tests.bot.chat import Chat
from tests.bot.podcasts import labels, pressed
from tests.core.videos.clips import clip
from tests.core.videos.own import ready_video
from web.sandbox.client import SeenMessage


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (72, 128), "teal").save(made, "JPEG")
    return made.getvalue()


FILM = clip()
PICTURE = picture()
TOO_LARGE = FILM + bytes(20 * 1024 * 1024)


async def sent(chat: Chat, name: str = "clip.mp4", content: bytes = FILM) -> SeenMessage:
    """A file, and what the bot says to it."""
    before = (await chat.person.upload((name, content)))[-1]
    await chat.handle_updates()
    return [one for one in await chat.person.history() if one.id > before.id and not one.outgoing][-1]


async def rows(deps: Deps) -> list[OwnVideo]:
    async with deps.sessions() as session:
        return list((await session.scalars(select(OwnVideo))).all())


async def mine(chat: Chat, deps: Deps) -> OwnVideo:
    """A video of the person's that is ready."""
    await chat.say("/start")
    return await ready_video(deps, FILM, owner=await chat.user())


async def test_without_a_video_there_is_a_way_to_add_one(chat: Chat) -> None:
    await chat.say("/start")
    empty = await chat.say("/videos")
    assert "No videos yet" in empty.text
    how = await pressed(chat, empty, "➕ Add a video")
    assert "at most 20 MB" in how.text
    assert "up to 500 MB" in how.text


async def test_a_video_that_is_sent_then_is_fetched_by_a_job(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    await pressed(chat, await chat.say("/videos"), "➕ Add a video")
    told = await sent(chat, "Harbour.mp4")
    (video,) = await rows(deps)
    assert (video.name, video.status, video.storage_key) == ("Harbour", OwnVideoStatus.CHECKING, "")
    assert "Harbour" in told.text
    async with deps.sessions() as session:
        work = await session.scalar(select(Work).where(Work.subject_id == video.id))
    assert work is not None
    assert (work.kind, work.payload["message_id"]) == (service.CHECK.target, told.id)


async def test_any_video_has_a_way_to_the_networks_on_its_card(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    card = await sent(chat)
    assert "🎬 TikTok, Instagram, YouTube" in labels(card)
    await chat.press(card, "🎬 TikTok, Instagram, YouTube")
    assert len(await rows(deps)) == 1


async def test_other_files_have_none_and_are_no_answer(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    await pressed(chat, await chat.say("/videos"), "➕ Add a video")
    card = await sent(chat, "notes.txt", b"A note about the harbour, the rain and the river, and nothing else. " * 3)
    assert "🎬 TikTok, Instagram, YouTube" not in labels(card)
    assert await rows(deps) == []
    await sent(chat)
    assert len(await rows(deps)) == 1


async def test_what_telegram_does_not_give_goes_by_the_page(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    await chat.press(await sent(chat, content=TOO_LARGE), "🎬 TikTok, Instagram, YouTube")
    offer = await chat.last()
    assert "too large for the chat" in offer.text
    page = await pressed(chat, offer, "🌐 Open the page")
    assert "one video and for 24 hours" in page.text
    assert await rows(deps) == []


async def test_the_link_is_the_persons_own_and_can_be_cancelled(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    page = await pressed(chat, await pressed(chat, await chat.say("/videos"), "➕ Add a video"), "🌐 Open the page")
    found = re.search(r"/upload/(\S+)", page.text)
    assert found is not None
    owner = await chat.user()
    owner_id, upload_id = build_upload_links(deps.settings).read(found[1])
    async with deps.sessions() as session:
        upload = await session.get_one(VideoUpload, upload_id)
    assert (owner_id, upload.chat_id, upload.message_id) == (owner.id, chat.person.id, page.id)
    again = await pressed_data(chat, page, ShowUploadPage(upload_id).encode())
    assert found[1] in again.text
    await chat.press(page, "Cancel")
    async with deps.sessions() as session:
        upload = await session.get_one(VideoUpload, upload_id)
    assert upload.ended_at is not None
    assert "nothing to cancel" in str(await chat.press_data(page, StopVideo(ids.OwnVideoId(upload_id)).encode()))


async def pressed_data(chat: Chat, message: SeenMessage, data: str) -> SeenMessage:
    await chat.press_data(message, data)
    return await chat.person.refresh(message)


async def test_a_video_is_listed_shown_and_renamed(chat: Chat, deps: Deps) -> None:
    video = await mine(chat, deps)
    shelf = await chat.say("/videos")
    assert "1 video" in shelf.text
    card = await pressed(chat, shelf, "🎬 Harbour · 0:00")
    assert "720×1280" in card.text
    assert {"📤 Publish", "✏️ Rename", "🗑 Delete"} <= set(labels(card))
    await chat.press(card, "✏️ Rename")
    assert "1 and 100 characters" in (await chat.say("x" * 101)).text
    assert "called “Rain”" in (await chat.say("Rain")).text
    assert [each.name for each in await rows(deps)] == ["Rain"]
    assert video.name == "Harbour"


async def test_a_picture_is_shown_when_there_is_one(chat: Chat, deps: Deps) -> None:
    video = await mine(chat, deps)
    assert video.thumbnail_key is not None
    await deps.storage.put(video.thumbnail_key, PICTURE)
    shelf = await chat.say("/videos")
    await chat.press(shelf, "🎬 Harbour · 0:00")
    shown = await chat.last()
    assert shown.body["photo"]
    assert "Harbour" in shown.body["caption"]


async def test_deleted_at_once_with_a_way_back(chat: Chat, deps: Deps) -> None:
    await mine(chat, deps)
    card = await pressed(chat, await chat.say("/videos"), "🎬 Harbour · 0:00")
    gone = await pressed(chat, card, "🗑 Delete")
    assert "is deleted" in gone.text
    assert "No videos yet" in (await chat.say("/videos")).text
    back = await pressed(chat, gone, "↩️ Undo")
    assert "720×1280" in back.text


async def test_somebody_elses_is_not_found_by_any_button(chat: Chat, deps: Deps) -> None:
    await mine(chat, deps)
    shelf = await chat.say("/videos")
    other = await ready_video(deps, FILM)
    for action in (ShowOwnVideo(other.id), DeleteVideo(other.id, sure=True)):
        assert "isn't yours" in str(await chat.press_data(shelf, action.encode()))
    assert "nothing to cancel" in str(await chat.press_data(shelf, StopVideo(other.id).encode()))
    assert "isn't yours" in str(await chat.press_data(shelf, TakeVideo(ids.SourceId(ids.new())).encode()))
    assert "isn't yours" in str(await chat.press_data(shelf, ShowUploadPage(ids.UploadId(ids.new())).encode()))
