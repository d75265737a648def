"""/saved: looking for a video, taking it away and back, the file."""

import csv
import io

import pytest
from sqlalchemy import update

from bot.app import Application
from bot.viral.actions import ForgetSaved, RestoreSaved, ShowSaved
from core import ids
from core.accounts.models import User
from core.billing.models import Plan
from core.providers.discovery import FoundVideo, Network
from core.viral.keeping import keep_page
from core.viral.models import SavedVideo
from core.viral.saving import note_saved, save_video
from tests.bot.chat import Chat
from tests.core.viral.worlds import creator, video
from web.sandbox.client import SeenMessage


async def keep(application: Application, owner: User, *found: FoundVideo, note: str = "") -> list[SavedVideo]:
    async with application.deps.tx() as tx:
        video_ids = await keep_page(tx, list(found), sample=False)
        saved = [await save_video(tx, owner_id=owner.id, video_id=each) for each in video_ids]
        for each in saved:
            await note_saved(tx, owner_id=owner.id, saved_id=each.id, note=note)
    return saved


@pytest.fixture
async def owner(chat: Chat) -> User:
    await chat.say("/start")
    return await chat.user()


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_videos_are_found_by_title_note_creator_and_network(
    application: Application, chat: Chat, owner: User
) -> None:
    tube = creator(network=Network.YOUTUBE)
    await keep(application, owner, video(title="100% rye_bread"), note="For Monday")
    await keep(application, owner, *(video(by=tube, title=f"Cakes {n}") for n in range(7)))
    shelf = await chat.say("/saved")
    assert "8 videos" in shelf.text
    assert {"TikTok", "YouTube", "✓ All", "1/2"} <= set(labels(shelf))
    await chat.press(shelf, "YouTube")
    assert "7 videos" in (await chat.last()).text
    await chat.press(shelf, "🔎 Search")
    assert "1 video\n" in (await chat.say("rye_ 100%")).text + "\n"
    assert "1 video\n" in (await chat.say("/saved MONDAY bread")).text + "\n"
    found = await chat.say(f"/saved {tube.handle}")
    assert "7 videos" in found.text
    await chat.press(found, "›")
    assert "With “" in (await chat.last()).text
    assert "None of these" in (await chat.say("/saved r%e")).text
    await chat.press(await chat.last(), "✕ All words")
    assert "8 videos" in (await chat.last()).text


async def test_taken_away_it_can_come_back_with_its_note(application: Application, chat: Chat, owner: User) -> None:
    (saved,) = await keep(application, owner, video(), note="Rye!")
    shelf = await chat.say("/saved")
    await chat.press_data(shelf, ShowSaved(saved.id).encode())
    await chat.press(await chat.last(), "🗑 Remove")
    gone = await chat.last()
    assert "no longer saved" in gone.text
    assert "No saved videos yet" in (await chat.say("/saved")).text
    await chat.press(gone, "↩️ Undo")
    assert "📝 Rye!" in (await chat.person.refresh(gone)).text
    assert "1 video" in (await chat.say("/saved")).text


async def test_saved_again_after_it_was_taken_away_it_begins_anew(
    application: Application, chat: Chat, owner: User
) -> None:
    (saved,) = await keep(application, owner, video(), note="Old")
    await chat.press_data(await chat.say("/saved"), ForgetSaved(saved.id).encode())
    async with application.deps.tx() as tx:
        again = await save_video(tx, owner_id=owner.id, video_id=saved.video_id)
    assert (again.id, again.note, again.deleted_at) == (saved.id, "", None)


async def test_somebody_elses_does_not_come_back(application: Application, chat: Chat, owner: User) -> None:
    (saved,) = await keep(application, owner, video())
    other = Chat(application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    shelf = await other.say("/saved")
    for action in (RestoreSaved(saved.id), ForgetSaved(saved.id), RestoreSaved(ids.SavedVideoId(ids.new()))):
        answer = await other.press_data(shelf, action.encode())
        assert answer is not None
        assert "isn't among your saved videos" in answer.text


async def test_without_the_plan_it_is_said_which_one_has_the_file(
    application: Application, chat: Chat, owner: User
) -> None:
    await keep(application, owner, video())
    await chat.press(await chat.say("/saved"), "📄 CSV")
    answer = await chat.last()
    assert "comes with the plan Starter" in answer.text
    assert labels(answer) == ["Compare plans"]


async def test_with_the_plan_the_file_comes_and_no_cell_is_a_formula(
    application: Application, chat: Chat, owner: User
) -> None:
    await keep(application, owner, video(title="=HYPERLINK(1)", views=12_345), note="-2+3")
    async with application.deps.tx() as tx:
        await tx.session.execute(update(Plan).values(perks={"csv_export": True}))
    await chat.press(await chat.say("/saved"), "📄 CSV")
    sent = await chat.last()
    assert "1 saved video" in sent.text
    file = await application.bot.get_file(sent.body["document"]["file_id"])
    (row,) = csv.DictReader(io.StringIO(bytes(await file.download_as_bytearray()).decode("utf-8-sig")))
    assert (row["title"], row["note"], row["views"], row["network"]) == ("'=HYPERLINK(1)", "'-2+3", "12345", "tiktok")
    assert row["outlier score"] == ""
