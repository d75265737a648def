"""What goes viral, as its screens say it, and what happens to whom presses."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.app import Application
from bot.texts import Texts
from bot.viral import screens
from bot.viral.actions import ShowResults, ShowVideo
from bot.viral.sentences import network_problem
from core import ids
from core.providers.discovery import Discovery, DiscoveryErrorCode, Network
from core.providers.youtube_feed import YouTubeFeed
from core.telegram.content import CAPTION_LIMIT
from core.tx import Tx
from core.viral.keeping import keep_page
from core.viral.models import Lookup, LookupStatus
from tests.bot.chat import Chat
from tests.core.viral.networks import PlayedNetwork
from tests.core.viral.worlds import NOW, creator, video

T = Texts("en")


def page(**more: Any) -> dict[str, Any]:
    item = {
        "title": "<b>Bread & butter</b> " * 20,
        "handle": "ann",
        "views": 123_456_789,
        "score": 1234.0,
        "fresh": True,
    }
    return {
        "lookup_id": str(ids.new()),
        "asked": {"network": "instagram", "keyword": "k" * 60, "period": "week", "region": "US"},
        "page": 5,
        "pages": 5,
        "total": 45,
        "results_at": NOW.isoformat(),
        "sample": True,
        "problem": None,
        "items": [{**item, "number": number, "video_id": str(ids.new())} for number in range(37, 46)],
        **more,
    }


def seen_length(html: str) -> int:
    return len(re.sub("&[a-z0-9#]+;", "x", re.sub("<[^>]+>", "", html)))


@pytest.mark.parametrize("code", list(DiscoveryErrorCode))
def test_a_full_page_of_old_results_fits_below_its_picture(code: DiscoveryErrorCode) -> None:
    problem = {"code": code, "params": {}}
    screen = screens.results(page(problem=problem), T, NOW + timedelta(hours=5))
    assert "5 hours old" in screen.text
    assert "isn't counted" in screen.text.unescape()
    assert "Sample data" in screen.text
    assert seen_length(screen.text) <= CAPTION_LIMIT
    assert [button.text for row in screen.keyboard for button in row][:9] == [str(n) for n in range(37, 46)]


def test_fresh_results_say_nothing_of_their_age_and_real_ones_nothing_of_samples() -> None:
    screen = screens.results(page(sample=False), T, NOW + timedelta(minutes=59))
    assert "old" not in screen.text
    assert "Sample" not in screen.text


def test_nothing_found_says_what_to_do() -> None:
    assert "Try a shorter keyword" in screens.results(page(items=[]), T, NOW).text


@pytest.mark.parametrize("code", [*DiscoveryErrorCode, "internal", "work.timed_out", "work.attempts_exhausted"])
def test_every_failure_has_a_sentence_with_a_way_on(code: str) -> None:
    sentence = network_problem({"code": code}, T)
    assert any(word in sentence for word in ("try", "choose", "look at it"))


async def lookup_by(application: Application, chat: Chat) -> tuple[Lookup, list[ids.VideoId]]:
    """Twelve results, compared with others of one creator."""
    owner = await chat.user()
    by = creator(followers=50)
    async with application.deps.tx() as tx:
        found = await keep_page(tx, [video(100 * n, by=by) for n in range(1, 13)], sample=False)
        return await _lookup(tx, owner.id, found), found


async def _lookup(tx: Tx, owner_id: ids.UserId, found: list[ids.VideoId]) -> Lookup:
    lookup = Lookup(
        id=ids.new(), owner_id=owner_id, network="tiktok", keyword="", period="week", region="",
        status=LookupStatus.READY, video_ids=found, sample=False, results_at=tx.now, created_at=tx.now,
    )  # fmt: skip
    tx.session.add(lookup)
    await tx.session.flush()
    return lookup


async def test_a_video_leads_back_to_its_page(application: Application, chat: Chat) -> None:
    card = await chat.say("/viral")
    lookup, found = await lookup_by(application, chat)
    await chat.press_data(card, ShowVideo(found[10], lookup.id).encode())
    shown = await chat.last()
    assert "Outlier score: 1.8×" in shown.text
    assert "▶️ Open" in [button.text for button in shown.buttons]
    await chat.press(shown, "‹ Results")
    assert "10. " in (await chat.last()).text


async def test_somebody_elses_results_are_not_there(application: Application, chat: Chat) -> None:
    await chat.say("/viral")
    lookup, found = await lookup_by(application, chat)
    other = Chat(application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    card = await other.say("/saved")
    for action in (ShowResults(lookup.id, 1), ShowVideo(found[0], lookup.id)):
        answer = await other.press_data(card, action.encode())
        assert answer is not None
        assert "no longer kept" in answer.text


async def test_without_a_network_that_can_be_searched_nothing_is_offered(
    application: Application, chat: Chat, http: httpx.AsyncClient
) -> None:
    feeds: dict[Network, Discovery] = {Network.YOUTUBE: YouTubeFeed(http)}
    reading = replace(application, deps=replace(application.deps, discoveries=feeds))
    card = await Chat(reading, chat.sandbox, chat.person).say("/viral")
    assert "No network can be searched here" in card.text
    assert not card.buttons


async def test_only_networks_that_can_be_searched_are_offered(application: Application, chat: Chat) -> None:
    network = PlayedNetwork(network=Network.INSTAGRAM)
    searching = replace(application, deps=replace(application.deps, discoveries={Network.INSTAGRAM: network}))
    card = await Chat(searching, chat.sandbox, chat.person).say("/viral bread")
    assert "Instagram · “bread” · Last 7 days · Anywhere" in card.text
    assert card.buttons[0].text == "✓ Instagram"
    assert "TikTok" not in card.text + str(card.buttons)


async def test_an_empty_keyword_is_asked_for_again(chat: Chat) -> None:
    assert "1 to 60 characters" in (await chat.say("/viral ###")).text
    assert "1 to 60 characters" in (await chat.say(f"/viral {'x' * 61}")).text
