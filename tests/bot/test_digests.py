"""/digest: subscribing and changing by buttons, limits of the plan, thumbs, watched creators, and whose they are."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.app import Application
from bot.digests import issue_screens, screens
from bot.digests.actions import ShowDigest, ShowIssue, ShowItem, Unsubscribe
from bot.texts import Texts
from core import ids
from core.accounts.service import choose_time_zone
from core.billing.trials import cancel_trial, start_trial
from core.clock import FixedClock
from core.digests.fitting import fit_to_plan
from core.digests.issues import issue_data, video_id_of
from core.digests.models import Digest, Issue, IssueKind, Refresh
from core.digests.queries import digest_of, disturbance_of, watching
from core.digests.voting import taste_of
from core.digests.watching import watch_creator
from core.providers.discovery import DiscoveryErrorCode, Network
from core.queues.slots import QuietHours
from core.storage import key_for
from core.telegram.content import CAPTION_LIMIT
from core.viral.keeping import creator_key, keep_creators, keep_page, note_thumbnails
from core.viral.queries import video_seen
from core.viral.thumbnails import NOBODY
from tests.bot.chat import Chat
from tests.core.viral.networks import PlayedNetwork
from tests.core.viral.worlds import NOW, creator, video
from tests.pictures import picture

T = Texts("en")


@pytest.fixture
async def chat(application: Application, chat: Chat) -> Chat:
    """Of somebody in Berlin, where TikTok and YouTube can be searched."""
    networks = {name: PlayedNetwork(network=name) for name in (Network.TIKTOK, Network.YOUTUBE)}
    searching = replace(application, deps=replace(application.deps, discoveries=networks))
    mine = Chat(searching, chat.sandbox, chat.person)
    await mine.say("/start")
    async with searching.deps.tx() as tx:
        await choose_time_zone(tx, user_id=(await mine.user()).id, time_zone="Europe/Berlin")
    searching.actors.forget(chat.person.id)
    return mine


async def digests(chat: Chat) -> list[Digest]:
    async with chat.application.deps.sessions() as session:
        found = await session.scalars(select(Digest).execution_options(populate_existing=True))
        return list(found)


async def searched(chat: Chat) -> list[tuple[str, str | None, str | None]]:
    async with chat.application.deps.sessions() as session:
        rows = await session.execute(select(Refresh.network, Refresh.keyword, Refresh.period))
        return sorted((network, keyword, period) for network, keyword, period in rows)


async def press(chat: Chat, label: str) -> str:
    """On the last message; gives what it says then."""
    await chat.press(await chat.last(), label)
    return (await chat.last()).text


async def test_everything_about_a_digest_is_a_button(chat: Chat) -> None:
    await chat.say("/digest")
    assert "Send keywords with commas" in await press(chat, "➕ New digest")
    card = await chat.say("Sourdough,  #Rye Bread")
    assert card.text.startswith("📬 sourdough, rye bread\nTikTok · YouTube · Anywhere\nIt comes every day at 09:00.")
    assert ("tiktok", "rye bread", "day") in await searched(chat)
    assert "📬 sourdough, rye bread\nTikTok ·" in await press(chat, "✓ YouTube")
    answer = await chat.press(await chat.last(), "✓ TikTok")
    assert answer is not None
    assert "one network at least" in answer.text
    await press(chat, "Weekly")
    assert "every Wed at 09:00" in await press(chat, "Wed")
    await press(chat, "🕘 09:00")
    assert "every Wed at 18:00" in await press(chat, "18:00")
    await press(chat, "🌍 Anywhere")
    assert "TikTok · Germany" in await press(chat, "Germany")
    await press(chat, "🔔 Alerts")
    assert "At once, what gets 10× what" in await press(chat, "10×")
    assert "I stay silent" in await press(chat, "🤫 Nothing new: stay silent")
    await press(chat, "🔑 Keywords")
    await chat.say("oat")
    assert ("tiktok", "oat", "week") in await searched(chat)
    (digest,) = await digests(chat)
    assert digest.next_run_at is not None
    assert digest.next_run_at.weekday() == 2


async def test_pausing_going_on_deleting_and_taking_it_back(chat: Chat) -> None:
    await chat.say("/digest sourdough")
    assert "Paused: neither" in await press(chat, "⏸ Pause")
    assert (await digests(chat))[0].next_run_at is None
    assert "Next: " in await press(chat, "▶️ Go on")
    assert "You get this digest no more: sourdough" in await press(chat, "🗑 Delete")
    listed = await chat.say("/digest")
    assert "You have none yet" in listed.text
    deleted = next(each for each in reversed(await chat.person.history()) if "no more" in each.text)
    await chat.press(deleted, "↩️ Undo")
    (digest,) = await digests(chat)
    assert digest.status == "active"
    assert digest.next_run_at is not None


async def test_a_plan_has_room_for_so_many_digests_and_keywords(chat: Chat) -> None:
    refused = await chat.say("/digest a, b, c, d")
    assert "Keywords in digests" in refused.text
    await chat.say("/digest a, b")
    refused = await chat.say("/digest c")
    assert "Digests of what goes viral: as many as your plan has room for" in refused.text
    assert "⬆️ Upgrade" in [button.text for button in refused.buttons]
    assert len(await digests(chat)) == 1
    await chat.say("/digest")
    await press(chat, "a, b · 09:00")
    await press(chat, "🔑 Keywords")
    assert "Keywords in digests" in (await chat.say("a, b, c, d")).text
    assert "📬 a, b, c" in (await chat.say("a, b, c")).text
    assert "2 of" not in (await chat.say("/usage")).text


async def test_keywords_that_cant_be_used_are_asked_for_again(chat: Chat) -> None:
    await chat.say("/digest")
    await press(chat, "➕ New digest")
    assert "1 to 10 keywords; these are 0" in (await chat.say("###")).text
    assert "1 to 10 keywords; these are 11" in (await chat.say(",".join("abcdefghijk"))).text
    assert "1 to 60 characters" in (await chat.say("x" * 61)).text
    assert "📬 rye" in (await chat.say("rye")).text


async def test_quiet_hours_put_a_digest_off(chat: Chat) -> None:
    await chat.say("/digest rye")
    await press(chat, "🌙 Quiet hours")
    await press(chat, "⌨️ Type hours")
    assert "22:00-07:00" in (await chat.say("sometimes")).text
    assert "From 07:00–11:00" in (await chat.say("7am to 11am")).text
    async with chat.application.deps.read() as session:
        disturbance = await disturbance_of(session, owner_id=(await chat.user()).id)
    assert disturbance.quiet == QuietHours(7 * 60, 11 * 60)
    await press(chat, "‹ Digests")
    assert "lies in your quiet hours" in await press(chat, "rye · 09:00")
    (digest,) = await digests(chat)
    assert digest.next_run_at is not None
    assert digest.next_run_at.hour == 10


async def test_the_question_for_the_time_zone_says_that_it_is_for_digests(chat: Chat) -> None:
    stranger = Chat(chat.application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    asked = await stranger.say("/digest rye")
    assert "Where do you live?\nSo that digests come by your clock." in asked.text
    assert "It comes every day at" in await press(stranger, "Berlin")


async def test_another_time_zone_moves_the_digest(chat: Chat) -> None:
    await chat.say("/digest rye")
    (before,) = await digests(chat)
    await chat.say("/settings")
    await press(chat, "🕐 Time zone")
    await press(chat, "Tokyo")
    (after,) = await digests(chat)
    assert before.next_run_at is not None
    assert after.next_run_at is not None
    assert (after.next_run_at - before.next_run_at) % timedelta(days=1) == timedelta(hours=16)


async def an_issue(chat: Chat, *, videos: int = 7) -> Issue:
    """Of somebody's digest, with that many videos, each by a creator of its own."""
    deps, owner_id = chat.application.deps, (await chat.user()).id
    await chat.say("/digest rye")
    (digest,) = [each for each in await digests(chat) if each.owner_id == owner_id]
    async with deps.tx() as tx:
        found = await keep_page(tx, [video(100 * n, by=creator()) for n in range(1, videos + 1)], sample=False)
        issue = Issue(
            digest_id=digest.id, owner_id=owner_id, kind=IssueKind.DIGEST, found_at=NOW, created_at=NOW,
            items=[{"video_id": str(video_id), "keyword": "rye"} for video_id in found],
        )  # fmt: skip
        tx.session.add(issue)
    return issue


async def test_an_issue_is_read_in_place_and_thumbs_count(chat: Chat) -> None:
    issue = await an_issue(chat)
    card = await chat.last()
    await chat.press_data(card, ShowIssue(issue.id, 1).encode())
    assert [button.text for button in (await chat.last()).buttons][:5] == ["1", "2", "3", "4", "5"]
    assert "6. " in await press(chat, "›")
    await press(chat, "6")
    assert "6/7" in [button.text for button in (await chat.last()).buttons]
    await press(chat, "👍")
    assert "✓ 👍" in [button.text for button in (await chat.last()).buttons]
    why = await press(chat, "❔ Why did I get this?")
    assert "Found by your keyword “rye”." in why
    assert "• short videos: +1" in why
    await press(chat, "‹ Back")
    await press(chat, "👎")
    async with chat.application.deps.read() as session:
        taste = await taste_of(session, owner_id=(await chat.user()).id)
    assert taste.keywords == {"rye": -1}
    await press(chat, "✓ 👎")
    async with chat.application.deps.read() as session:
        taste = await taste_of(session, owner_id=(await chat.user()).id)
    assert taste.keywords == {}
    assert "median" in await press(chat, "❔ Numbers")
    await press(chat, "‹ Back")
    assert "Why it works" in await press(chat, "💡 Why it works")
    await press(chat, "‹ Back")
    await press(chat, "‹ Back")
    assert "7. " in (await chat.last()).text
    assert "no more: rye" in await press(chat, "🔕 Unsubscribe")


async def test_what_came_as_words_is_looked_at_with_pictures(chat: Chat) -> None:
    issue = await an_issue(chat)
    storage = chat.application.deps.storage
    key = key_for(NOBODY, "thumbnails", "seven", "jpg")
    await storage.put(key, picture("JPEG", width=90, height=160))
    async with chat.application.deps.tx() as tx:
        await note_thumbnails(tx, {video_id_of(issue.items[6]): key})
    async with chat.application.deps.read() as session:
        digest = await digest_of(session, owner_id=issue.owner_id, digest_id=issue.digest_id or ids.DigestId(ids.new()))
    words = issue_screens.issue(issue_data(issue, digest, [], 1, zone="UTC"), T, NOW)
    assert "🖼 With pictures" in [button.text for row in words.keyboard for button in row]
    await chat.press_data(await chat.last(), ShowIssue(issue.id, 1).encode())
    shown = await chat.last()
    assert shown.body["photo"]
    assert "🖼 With pictures" not in [button.text for button in shown.buttons]
    await press(chat, "›")
    await press(chat, "7")
    card = await chat.last()
    assert "How video" in card.text
    assert card.body["photo"][-1]["width"] == 90


async def test_a_creator_is_watched_from_a_video_and_let_go(chat: Chat) -> None:
    issue = await an_issue(chat)
    await chat.press_data(await chat.last(), ShowItem(issue.id, 1).encode())
    shown = await chat.last()
    await press(chat, next(button.text for button in shown.buttons if button.text.startswith("👁")))
    assert "5× their usual" in await press(chat, "5×")
    assert "10× their usual" in await press(chat, "10×")
    assert "Watched creators" in await press(chat, "👁 Watched creators")
    await press(chat, next(button.text for button in (await chat.last()).buttons if "10×" in button.text))
    assert "Shall I tell you" in await press(chat, "🔕 Unwatch")
    async with chat.application.deps.read() as session:
        seen = await video_seen(session, ids.VideoId(UUID(issue.items[0]["video_id"])), now=NOW)
        assert await watching(session, owner_id=issue.owner_id, creator_id=seen.creator.id) is None


async def test_somebody_elses_digests_and_issues_are_not_there(chat: Chat) -> None:
    issue = await an_issue(chat)
    assert issue.digest_id is not None
    other = Chat(chat.application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    card = await other.say("/digest")
    for action in (
        ShowDigest(issue.digest_id),
        Unsubscribe(issue.digest_id),
        ShowIssue(issue.id, 1),
        ShowItem(issue.id, 1),
    ):
        answer = await other.press_data(card, action.encode())
        assert answer is not None
        assert "isn't there any more" in answer.text or "no longer kept" in answer.text
    assert [each.status for each in await digests(chat)] == ["active"]


@pytest.mark.parametrize("code", list(DiscoveryErrorCode))
@pytest.mark.parametrize("kind", [IssueKind.DIGEST, IssueKind.PREVIEW, IssueKind.ALERT])
def test_a_full_page_fits_below_its_picture(kind: IssueKind, code: DiscoveryErrorCode) -> None:
    item = {
        "title": "<b>&</b>" * 15, "handle": "h" * 60, "network": "instagram", "views": 10**10, "score": 10**6,
        "keyword": "k" * 60, "url": "https://example.org", "fresh": False,
        "video_id": str(ids.new()), "creator_id": str(ids.new()),
    }  # fmt: skip
    digest = {
        "digest_id": str(ids.new()), "keywords": ["k" * 60] * 10, "networks": ["tiktok", "instagram", "youtube"],
        "frequency": "daily", "next_run_at": None, "time_zone": "UTC",
    }  # fmt: skip
    data = {
        "issue_id": str(ids.new()), "kind": kind, "digest": digest, "page": 2, "pages": 2, "total": 10,
        "found_at": NOW.isoformat(), "problem": {"code": code, "params": {}}, "sample": True,
        "items": [{**item, "number": number} for number in range(6, 11)],
    }  # fmt: skip
    screen = issue_screens.issue(data, T, NOW + timedelta(days=2), picture=b"a picture")
    assert len(screen.text.striptags()) <= CAPTION_LIMIT
    assert ("2 days old" in screen.text) is (kind is not IssueKind.ALERT)
    assert "&lt;b&gt;" in screen.text


async def test_what_a_smaller_plan_has_no_room_for_waits_and_every_way_on_is_a_button(chat: Chat) -> None:
    user = await chat.user()
    async with chat.application.deps.tx() as tx:
        await start_trial(tx, owner_id=user.id)
    for keywords in ("sourdough", "rye, oat"):
        await chat.say(f"/digest {keywords}")
    async with chat.application.deps.tx() as tx:
        await cancel_trial(tx, owner_id=user.id)
        await fit_to_plan(tx, owner_id=user.id)
    listed = await chat.say("/digest")
    assert "Those with ⏳ wait" in listed.text
    await chat.press(listed, "⏳ rye, oat")
    card = await chat.person.refresh(listed)
    assert "It waits: your plan has no room for it now." in card.text
    assert "👁 Preview" not in [button.text for button in card.buttons]
    await chat.press(card, "▶️ Go on")
    refused = await chat.last()
    assert "Pause another one first" in refused.text
    assert [button.text for button in refused.buttons] == ["📬 Digests", "⬆️ Upgrade"]
    await chat.press(refused, "📬 Digests")
    await chat.press(await chat.person.refresh(refused), "sourdough")
    await chat.press(await chat.person.refresh(refused), "⏸ Pause")
    await chat.press(card, "▶️ Go on")
    assert {each.keywords[0]: each.status for each in await digests(chat)} == {"sourdough": "paused", "rye": "active"}


async def test_a_watched_creator_can_make_room_for_another(chat: Chat, clock: FixedClock) -> None:
    user, who = await chat.user(), [creator(f"baker{n}") for n in range(4)]
    async with chat.application.deps.tx() as tx:
        await start_trial(tx, owner_id=user.id)
        creator_ids = await keep_creators(tx, who)
    for each in who:
        clock.advance(timedelta(seconds=1))
        async with chat.application.deps.tx() as tx:
            await watch_creator(tx, owner_id=user.id, creator_id=creator_ids[creator_key(each)])
    async with chat.application.deps.tx() as tx:
        await cancel_trial(tx, owner_id=user.id)
        await fit_to_plan(tx, owner_id=user.id)
    listed = await chat.say("/digest")
    await chat.press(listed, "👁 Watched creators")
    await chat.press(await chat.person.refresh(listed), "⏳ @baker3")
    waiting = await chat.last()
    assert "It waits, and you aren't told of their videos." in waiting.text
    await chat.press(waiting, "10×")
    assert "Your plan has no room for this one now" in (await chat.last()).text
    await chat.press(await chat.person.refresh(listed), "@baker0")
    going = await chat.last()
    await chat.press(going, "⏳ Let it wait")
    await chat.press(waiting, "10×")
    assert "You are told of new videos that get 10× their usual views." in (await chat.person.refresh(waiting)).text


def test_what_waits_and_what_goes_on_is_said_with_names_and_a_way() -> None:
    room = {"digests": 1, "keywords": 3, "watches": 3}
    data = {"plan": "free", "digests": ["rye <b>"] * 25, "creators": ["baker"], "room": room}
    said = screens.wait(data, T)
    assert "rye &lt;b&gt;" in said.text
    assert "… and 6 more" in said.text
    assert "Digests at a time: 1, with 3 keywords together." in said.text
    labels = [str(button.text) for row in said.keyboard for button in row]
    assert labels == ["📬 Digests", "👁 Watched creators", "⬆️ Upgrade"]
    assert "has room again" in screens.go_on(data, T).text
