"""How channels do, as the screens say it, and what happens to whom presses."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.analyses import detail_screens, pictures, screens
from bot.analyses.actions import Compare, DeleteChannel, RestoreChannel, ShowHistory, ShowOutliers, ShowReport
from bot.analyses.labels import change_label, hours_label, rate_label
from bot.analyses.sentences import channel_problem
from bot.app import Application
from bot.texts import Texts
from core import ids
from core.analyses.models import Analysis, AnalysisStatus
from core.analyses.queries import HISTORY_MOST
from core.analyses.reading import Channel
from core.analyses.reports import build_report
from core.providers.discovery import DiscoveryErrorCode, Network
from core.telegram.content import CAPTION_LIMIT
from core.tx import Tx
from core.viral.creators import keep_listing
from tests.bot.chat import Chat
from tests.core.viral.networks import PlayedNetwork
from tests.core.viral.worlds import NOW, creator, video

T = Texts("en")


def report(**more: Any) -> dict[str, Any]:
    """As full as it gets."""
    ranked = [{"id": str(ids.new()), "views": 123_456_789, "score": 4321.0} for _ in range(9)]
    found = {
        "videos": 60, "counted": 60, "followers": 123_456_789, "published": 999, "since": "2026-09-01T10:00:00+00:00",
        "until": NOW.isoformat(), "total_views": 123_456_789_000, "mean_views": 1e9, "median_views": 123_456.0,
        "engagement": 0.1234, "per_week": 12.34, "cadence_days": 30.0,
        "time_zone": "America/Argentina/ComodRivadavia", "weekdays": [{"videos": 5, "times": 1.4}] * 7,
        "hours": [{"videos": 5, "times": 1.4}] * 8, "best_weekday": 2, "best_hours": 7,
        "formats": [{"format": "short", "videos": 60, "median_views": 123_456.0, "engagement": 0.1}],
        "outliers": ranked, "top": ranked, "complete": False, "broke_off": True,
        "gained": {"views": 10**9, "videos": 60, "since": "2026-11-01T10:00:00+00:00", "until": NOW.isoformat()},
    }  # fmt: skip
    made = {
        "analysis_id": str(ids.new()),
        "creator": {
            "creator_id": str(ids.new()), "network": "instagram", "handle": "a" * 30,
            "name": "<b>Bread & butter</b> " * 20, "url": "https://www.instagram.com/a/", "verified": False,
        },
        "report": {**found, **more.pop("report", {})},
        "measured_at": NOW.isoformat(), "sample": True, "problem": None, "repeated": False, "picture_key": None,
        "compare_with": None, "deleted": False,
        "previous": {
            "at": "2026-10-01T10:00:00+00:00",
            "changes": dict.fromkeys(("followers", "median_views", "engagement", "per_week"), -0.1234),
        },
    }  # fmt: skip
    return {**made, **more}


def seen_length(html: str) -> int:
    return len(re.sub("&[a-z0-9#]+;", "x", re.sub("<[^>]+>", "", html)))


@pytest.mark.parametrize("code", list(DiscoveryErrorCode))
def test_a_full_report_fits_below_its_picture(code: DiscoveryErrorCode) -> None:
    screen = screens.report(report(problem={"code": code, "params": {}}), T, NOW + timedelta(hours=5))
    assert "5 hours old" in screen.text
    assert "isn't counted" in screen.text.unescape()
    assert "Sample data" in screen.text
    assert "&lt;b&gt;Bread &amp; butter" in screen.text
    assert seen_length(screen.text) <= CAPTION_LIMIT


def test_what_stands_behind_a_report_fits_below_a_picture() -> None:
    data = report()
    entries = [{"at": NOW.isoformat(), "report": data["report"]}] * HISTORY_MOST
    shown = [
        detail_screens.times(data, T, picture=None),
        detail_screens.formats(data, T, picture=None),
        detail_screens.history(data, entries, T, picture=None),
        detail_screens.comparison(data, data, T, picture=None),
    ]
    assert max(seen_length(screen.text) for screen in shown) <= CAPTION_LIMIT


def test_too_few_videos_are_told_instead_of_numbers() -> None:
    few: dict[str, Any] = {
        "videos": 3, "total_views": 300, "mean_views": None, "median_views": None, "engagement": None,
        "per_week": None, "best_weekday": None, "best_hours": None, "outliers": [], "gained": None,
    }  # fmt: skip
    text = screens.report(report(report=few), T, NOW).text
    assert "Too few videos to say what is usual" in text
    assert "Too few videos to tell the best times" in text
    assert "None" not in text


@pytest.mark.parametrize(
    ("named", "shown"),
    [("baker", "@baker · YouTube"), ("", "the channel of your video"), ("UC" + "b" * 22, "the channel · YouTube")],
)
def test_who_is_looked_at_is_named_as_people_know_them(named: str, shown: str) -> None:
    data = {"analysis_id": str(ids.new()), "network": "youtube", "named": named, "percent": 40, "step": "reading"}
    assert shown in screens.reading(data, T).text


def test_every_failure_has_a_sentence_with_a_way_on() -> None:
    codes = [*DiscoveryErrorCode, "analyses.no_network", "internal", "work.timed_out", "work.attempts_exhausted"]
    words = ("try", "please", "look at", "only public")
    for code in codes:
        sentence = str(channel_problem({"code": code}, T)).lower()
        assert any(word in sentence for word in words), code


@pytest.mark.parametrize(
    ("share", "label"), [(0.0421, "+4.2 %"), (-0.5, "−50 %"), (0.0001, "±0 %"), (12.0, "+1,200 %"), (None, "")]
)
def test_changes_in_words(share: float | None, label: str) -> None:
    assert change_label(share) == label


def test_hours_and_rates_in_words() -> None:
    assert (hours_label(0), hours_label(7)) == ("00:00–03:00", "21:00–00:00")
    assert (rate_label(0.23), rate_label(34.4)) == ("0.2", "34")


async def analyzed(application: Application, chat: Chat, name: str = "baker", *, views: int = 100) -> Analysis:
    """A report of theirs."""
    owner = await chat.user()
    async with application.deps.tx() as tx:
        return await make_analysis(tx, owner.id, name, views)


async def make_analysis(tx: Tx, owner_id: ids.UserId, name: str, views: int) -> Analysis:
    by = creator(name, followers=50)
    videos = [video(views * (30 if n == 3 else 1), by=by, published_at=NOW - timedelta(days=n + 2)) for n in range(12)]
    creator_id, _ = await keep_listing(tx, by, videos, sample=False)
    channel = Channel(creator_id, tx.now, sample=False, complete=True)
    told, _ = await build_report(tx.session, channel, time_zone="Europe/Berlin", now=tx.now)
    analysis = Analysis(
        id=ids.new(), owner_id=owner_id, network="tiktok", named=name, video_url="", creator_id=creator_id,
        status=AnalysisStatus.READY, report=told, measured_at=tx.now, created_at=tx.now,
    )  # fmt: skip
    tx.session.add(analysis)
    await tx.session.flush()
    return analysis


async def test_two_channels_side_by_side(application: Application, chat: Chat) -> None:
    card = await chat.say("/analyze")
    first, second = await analyzed(application, chat), await analyzed(application, chat, "miller", views=5_000)
    await chat.press_data(card, Compare(first.id, second.id).encode())
    shown = await chat.last()
    assert re.search(r"Median views +100 +5K", shown.text)
    assert "Best hours" in shown.text
    assert shown.body["photo"]


async def test_outliers_lead_to_a_video_and_back(application: Application, chat: Chat) -> None:
    card = await chat.say("/analyze")
    analysis = await analyzed(application, chat)
    await chat.press_data(card, ShowOutliers(analysis.id).encode())
    listed = await chat.last()
    assert "30.0×" in listed.text
    await chat.press(listed, "1")
    shown = await chat.last()
    assert shown.id > listed.id
    assert "Outlier score: 30×" in shown.text
    await chat.press(shown, "‹ Outliers")
    assert "30.0×" in (await chat.last()).text


async def test_a_deleted_channel_comes_back(application: Application, chat: Chat) -> None:
    card = await chat.say("/analyze")
    analysis = await analyzed(application, chat)
    await chat.press_data(card, DeleteChannel(analysis.id).encode())
    gone = await chat.last()
    assert "are deleted" in gone.text
    assert "Channels I looked at" not in str((await chat.say("/analyze")).buttons)
    await chat.press(gone, "↩️ Undo")
    card = await chat.say("/analyze")
    await chat.press(card, "🗂 Channels I looked at")
    listed = await chat.last()
    await chat.press(listed, listed.buttons[0].text)
    assert "@baker" in (await chat.last()).text


async def test_somebody_elses_analyses_are_not_there(application: Application, chat: Chat) -> None:
    await chat.say("/analyze")
    analysis = await analyzed(application, chat)
    other = Chat(application, chat.sandbox, await chat.sandbox.client.new_person("Bob"))
    card = await other.say("/analyze")
    own = await analyzed(application, other)
    for action in (
        ShowReport(analysis.id), ShowHistory(analysis.id), DeleteChannel(analysis.id), RestoreChannel(analysis.id),
        Compare(own.id, analysis.id),
    ):  # fmt: skip
        answer = await other.press_data(card, action.encode())
        assert answer is not None
        assert "no longer kept" in answer.text


async def test_a_handle_is_asked_for_its_network_and_a_wrong_one_again(application: Application, chat: Chat) -> None:
    networks = {network: PlayedNetwork(network=network) for network in (Network.TIKTOK, Network.INSTAGRAM)}
    there = Chat(replace(application, deps=replace(application.deps, discoveries=networks)), chat.sandbox, chat.person)
    asked = await there.say("/analyze")
    assert "TikTok, Instagram" in asked.text
    assert "5 of 5 analyses are left" in asked.text
    refused = await there.say("what is a handle?")
    assert "That is no channel" in refused.text
    choice = await there.say("@baker")
    assert [button.text for button in choice.buttons] == ["TikTok", "Instagram"]
    refused = await there.say("/analyze https://youtube.com/@baker")
    assert "can't be read here" in refused.text


def test_a_picture_of_one_video_and_of_long_names_comes() -> None:
    data = report(dark=True)
    data["points"] = [{"at": NOW.timestamp(), "views": 5, "format": "photos", "outlier": False}]
    for picture in (pictures.report(data, T), pictures.formats(data, T), pictures.times(data, T)):
        assert picture.startswith(b"\x89PNG")
    assert pictures.comparison(data, data, T, dark=False).startswith(b"\x89PNG")
