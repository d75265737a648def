"""Every button of every screen that people come to, with a house full of what there can be.

CRAWL_PRESSES and CRAWL_SECONDS make it longer than the suite has time.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from core.settings import Settings
from tests.core.videos.clips import clip
from tests.flows.crawler import crawl
from tests.flows.house import House
from tests.flows.newsroom import TIKTOK, YOUTUBE, open_newsroom
from tests.flows.steps import ARTICLE, card_of, drafts_of
from tests.flows.test_analyze import named
from tests.flows.test_channels import connect, draft_to
from tests.flows.test_outages import pass_by, scheduled
from tests.flows.test_queues import queued
from tests.flows.test_viral import results_of
from tests.pictures import picture
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

Life = Callable[[House, Person], Awaitable[None]]

PRESSES = int(os.environ.get("CRAWL_PRESSES", "370"))
SECONDS = float(os.environ.get("CRAWL_SECONDS", "480"))
"""On a slow machine; else it is over before."""
KINDS_AT_LEAST = 90
"""A crawl that saw much fewer kinds of buttons went nowhere, whatever it found."""
ANSWERS = ("☃ <b>{name}</b> & %s", "tomorrow at 18:30", "daily 9:00, 21:00", "Shop - https://shop.example.com/")
BAD_FILE = b"text,when,target\nOne,yesterday,me\nTwo,in 3 days,@nobody\n"
GOOD_FILE = "text,when,target\n" + "".join(f"Post number {number},in {number} days,\n" for number in range(1, 24))


@pytest.mark.timeout(SECONDS + 180)
async def test_every_button_leads_somewhere(house: House, flow_settings: Settings) -> None:
    names = ("Wanda", "Paul", "Edith", "Greta", "Ada", "Vera", "Fay")
    people = [await house.sandbox.client.new_person(name) for name in names]
    await house.start("second-worker", "heavy-worker", "web")
    lives: list[Life] = [*LIVES, partial(films, settings=flow_settings)]
    await asyncio.gather(*(live(house, person) for live, person in zip(lives, people, strict=True)))
    report = await crawl(house, [(person, ANSWERS) for person in people], seconds=SECONDS, presses=PRESSES)
    await house.sandbox.client.clear_faults()
    for name in ("second-worker", "heavy-worker", "web"):
        await house.end(name)
    if "CRAWL_PRESSES" in os.environ:
        print(report)  # noqa: T201 - to be read while it is mended
    assert not report.findings, str(report)
    assert len(report.kinds) >= KINDS_AT_LEAST, str(report)


async def writes(house: House, person: Person) -> None:
    """Drafts of a text, a picture, an album, a file of posts before the time zone is known, and what can't be read."""
    await person.send_text("/start")
    await drafts_of(person)
    await person.upload(("bread.png", picture()), caption="Bread of the day. Fresh from the oven at seven.")
    await person.wait_for_message(has("Use as it is"))
    await person.upload(*((f"{number}.png", picture()) for number in range(3)))
    await person.wait_for_message("3 photos")
    await person.upload(("posts.csv", GOOD_FILE.encode()))
    await person.upload(("notes.txt", ARTICLE.encode()))
    sent = await person.upload(("paper.pdf", b"%PDF-1.7\n"))
    await person.wait_for_message("", after=sent[-1].id)


async def plans(house: House, person: Person) -> None:
    """A queue, a post that repeats, files of posts with and without bad rows, an evergreen post."""
    await queued(person)
    await repeated_too(person)
    [bad] = await person.upload(("posts.csv", BAD_FILE))
    await person.wait_for_message("problems", after=bad.id)
    [good] = await person.upload(("posts.csv", GOOD_FILE.encode()))
    preview = await person.wait_for_message("are ready to be imported", after=good.id)
    await person.press(preview, "Import")
    await person.wait_until_edited(preview, "posts are scheduled")
    draft = await as_it_is(person, "A post that stays true all year round.")
    await person.press(draft, "Post now")
    told = await person.wait_for_message(_published_or_asked, after=draft.id - 1)  # the draft itself may ask
    if "Before it goes out" in told.text:  # at some hours of the day something else is planned within the hour
        await person.press(told, "anyway")
        told = await person.wait_for_message("✅ Published", after=draft.id)
    await person.press(told, "♻️ Evergreen")


def _published_or_asked(message: SeenMessage) -> bool:
    return "✅ Published" in message.text or "Before it goes out" in message.text


async def repeated_too(person: Person) -> None:
    """Another draft, repeated: the time zone is known."""
    draft = await as_it_is(person, "A reminder for all who bake: feed your sourdough.")
    await person.press(draft, "⏰ Schedule")
    choice = await person.wait_until_edited(draft, "When should it go out?")
    await person.press(choice, "🔁 Repeat")
    presets = await person.wait_until_edited(draft, "How often")
    await person.press(presets, "In my own words")
    asked = await person.wait_until_edited(draft, "Tell me how often")
    await person.send_text("every weekday at 9, 10 times")
    confirm = await person.wait_for_message("It goes out:", after=asked.id)
    await person.press(confirm, "✅ Repeat it so")
    await person.wait_until_edited(confirm, "Next:")


async def edits(house: House, person: Person) -> None:
    """A channel with a post that is perhaps there."""
    there, _ = await connect(person)
    draft = await draft_to(person, "Oven news")
    await house.sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=there)
    await person.press(draft, "Post now")
    await person.wait_for_message("❓ Perhaps published", after=draft.id)
    await draft_to(person, "Oven news")


async def gathers(house: House, person: Person) -> None:
    """A group that the bot is put out of while a post waits for it."""
    group = await person.make_chat("supergroup", "Bakers")
    await person.send_text("/start")
    await person.add_bot(group["id"])
    await person.send_text("/connect", chat_id=group["id"])
    await person.wait_for_message("Bakers", chat_id=group["id"])
    draft = await as_it_is(person, ARTICLE)
    await person.press(draft, "Where it goes")
    await person.press(await person.wait_until_edited(draft, "Where should it go?"), "Bakers")
    await person.press(await person.wait_until_edited(draft, "→ 👥 Bakers"), "⏰ Schedule")
    await person.press(await person.wait_until_edited(draft, "Where do you live?"), "Berlin")
    times = await person.wait_until_edited(draft, "When should it go out?")
    await person.press(times, "In 1 h")
    await person.wait_for_message("⏰ Scheduled", after=draft.id)
    await person.add_bot(group["id"], status="kicked")
    await person.wait_for_message("on hold", after=draft.id)


async def administers(house: House, person: Person) -> None:
    """An admin whose posts missed their time."""
    await scheduled(house, person, "Ask me")
    await house.rows("UPDATE users SET is_admin = true WHERE telegram_user_id = $1", person.id)
    await house.end("scheduler")
    await pass_by(house, person)
    await house.start("scheduler")
    await person.wait_for_message("missed its time")


async def watches(house: House, person: Person) -> None:
    """A video that is saved, what is said in it, a script of their own, and how a channel does."""
    results = await results_of(person)
    await person.press(results, "1")
    video = await person.wait_for_message(has("📜 Script"), after=results.id - 1)
    await person.press(video, "💾 Save")
    await person.press(video, "📜 Script")
    card = await person.wait_for_message(has("🔍 Fetch and analyse"), after=video.id)
    await person.press(card, "🔍 Fetch and analyse")
    await person.wait_until_edited(card, "Measured:")
    sent = await person.send_text(f"/script {ARTICLE}")
    await person.wait_for_message(has("🔍 Analyse"), after=sent.id)
    sent = await person.send_text("/saved")
    await person.wait_for_message("1 video", after=sent.id)
    await named(person, "tiktok.com/@sample_baking_1")


LIVES = (writes, plans, edits, gathers, administers, watches)


async def films(house: House, person: Person, *, settings: Settings) -> None:
    """Accounts at two networks, a video that is out, and one about which everything is still to be chosen."""
    async with open_newsroom(house, settings, person) as newsroom:
        await newsroom.until_status(await newsroom.published(clip(seconds=2.0), TIKTOK), "published")
        await newsroom.connected(YOUTUBE)
    await person.upload(("film.mp4", clip(seconds=3.0)))
    card = await person.wait_for_message(has("🎬 TikTok, Instagram, YouTube"))
    await person.press(card, "🎬 TikTok, Instagram, YouTube")
    kept = await person.wait_for_message("is here", after=card.id)
    await person.press(kept, "📤 Publish")
    places = await person.wait_for_message("Where should it go?", after=kept.id)
    await person.press(places, "YouTube @")
    await person.press(await person.wait_until_edited(places, has("Go on")), "Go on")


async def as_it_is(person: Person, text: str) -> SeenMessage:
    """A draft of these words."""
    card = await card_of(person, text)
    await person.press(card, "Use as it is")
    return await person.wait_until_edited(card, "characters")


def has(label: str) -> Callable[[SeenMessage], bool]:
    """A button says this."""
    return lambda message: any(label in button.text for button in message.buttons)
