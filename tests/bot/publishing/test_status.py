"""The one message of a video post, and what is told besides: every state and every error has words and a way on."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.notices import render
from bot.publishing.sentences import LACK_SENTENCES, NETWORK_SENTENCES, publishing_problem
from bot.screens import Screen
from bot.texts import Texts
from core import ids
from core.publishing.models import Manner, PublicationStatus, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode
from core.publishing.readiness import LackCode

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
T = Texts("en")
UNSAID = {"{", "}", "Something didn't work on our side"}


def publication(status: PublicationStatus, **more: Any) -> dict[str, Any]:
    return {
        "publication_id": str(ids.new()),
        "network": "tiktok",
        "manner": str(Manner.API),
        "status": str(status),
        "account": "ann",
        "progress": 0,
        "due_at": None,
        "error": None,
        "url": None,
        "stoppable": False,
        **more,
    }


def shown(status: VideoPostStatus, *publications: dict[str, Any], notice: str = "status", **more: Any) -> Screen:
    data = {
        "video_post_id": str(ids.new()),
        "video_name": "bread.mp4",
        "status": str(status),
        "due_at": None,
        "stoppable": False,
        "retryable": False,
        "publications": list(publications),
        "language": "en",
        "time_zone": "Europe/Berlin",
        **more,
    }
    return render(f"publishing.{notice}", data, now=NOW)


def labels(screen: Screen) -> list[str]:
    return [button.text for row in screen.keyboard for button in row]


@pytest.mark.parametrize("code", list(NetworkErrorCode))
def test_each_error_of_a_network_is_a_sentence_of_its_own(code: NetworkErrorCode) -> None:
    error = {"code": str(code), "params": {"network": "instagram", "detail": "x"}}
    said = publishing_problem(error, T)
    assert said.endswith(".")
    assert not any(sign in said for sign in UNSAID)
    assert "Instagram" in said or code is NetworkErrorCode.NO_CHANNEL
    others = {publishing_problem({**error, "code": str(each)}, T) for each in NetworkErrorCode if each is not code}
    assert said not in others


@pytest.mark.parametrize(
    "code",
    [
        "publishing.unknown_outcome",
        "publishing.missed",
        "publishing.no_connection",
        "connections.not_found",
        "videos.not_found",
        "videos.not_encoded",
        "videos.no_encoder",
        "videos.encoding_too_long",
        "storage.failed",
        "work.attempts_exhausted",
    ],
)
def test_what_else_can_stop_it_has_words_too(code: str) -> None:
    said = publishing_problem({"code": code, "params": {"network": "instagram", "reason": "x"}}, T)
    assert not any(sign in said for sign in UNSAID)


def test_nothing_is_without_words() -> None:
    assert set(NETWORK_SENTENCES) == set(NetworkErrorCode)
    assert set(LACK_SENTENCES) == set(LackCode)


@pytest.mark.parametrize("status", list(PublicationStatus))
@pytest.mark.parametrize("manner", list(Manner))
def test_each_state_has_words(status: PublicationStatus, manner: Manner) -> None:
    screen = shown(VideoPostStatus.PUBLISHING, publication(status, manner=str(manner)))
    line = next(line for line in screen.text.split("\n") if "TikTok @ann" in line)
    assert str(status) not in line.partition(":")[2] or status in ("published", "skipped", "cancelled")
    assert labels(screen)


def test_an_upload_shows_how_far_it_is_and_can_be_stopped() -> None:
    screen = shown(VideoPostStatus.PUBLISHING, publication(PublicationStatus.UPLOADING, progress=40), stoppable=True)
    assert "▰▰▰▰▱▱▱▱▱▱ 40 %" in screen.text
    assert "🚫 Cancel" in labels(screen)


def test_what_is_out_leads_there_and_tells_of_tiktoks_patience() -> None:
    there = publication(PublicationStatus.PUBLISHED, url="https://www.tiktok.com/@ann/video/1")
    screen = shown(VideoPostStatus.PUBLISHED, there)
    assert '<a href="https://www.tiktok.com/@ann/video/1">published</a>' in screen.text
    assert "It may take a few minutes" in screen.text
    assert next(button.url for row in screen.keyboard for button in row) == "https://www.tiktok.com/@ann/video/1"
    other = {**there, "network": "youtube", "url": "https://youtu.be/1"}
    assert "It may take a few minutes" not in shown(VideoPostStatus.PUBLISHED, other).text


@pytest.mark.parametrize("code", ["network.daily_limit", "network.app_limit"])
def test_a_limit_that_was_waited_for_in_vain_is_told_as_that(code: str) -> None:
    error = {"code": code, "params": {"days": 3}}
    screen = shown(VideoPostStatus.FAILED, publication(PublicationStatus.FAILED, error=error), retryable=True)
    assert "TikTok still takes no more videos, and I wait for that 3 days at the most. Nothing was sent" in screen.text
    assert "🔁 Try again" in labels(screen)


def test_what_may_be_out_leads_to_where_its_owner_looks() -> None:
    unknown = publication(PublicationStatus.UNCONFIRMED, profile_url="https://www.tiktok.com/@ann")
    buttons = [button for row in shown(VideoPostStatus.PUBLISHING, unknown).keyboard for button in row]
    assert [(each.text, each.url) for each in buttons if each.url] == [
        ("👤 Open TikTok @ann", "https://www.tiktok.com/@ann")
    ]
    assert {"✅ TikTok: it is there", "🔁 Send again"} <= {each.text for each in buttons}
    nowhere = publication(PublicationStatus.UNCONFIRMED, profile_url=None)
    assert not [each for each in labels(shown(VideoPostStatus.PUBLISHING, nowhere)) if "Open" in each]


def test_what_failed_says_why_and_can_be_tried_again() -> None:
    failed = publication(PublicationStatus.FAILED, error={"code": "network.spam", "params": {}})
    screen = shown(VideoPostStatus.FAILED, failed, retryable=True)
    assert "TikTok takes this for spam" in screen.text
    assert "🔁 Try again" in labels(screen)


def test_a_lost_connection_leads_to_connecting_and_a_wrong_visibility_to_the_options() -> None:
    lost = publication(PublicationStatus.FAILED, error={"code": "network.reconnect", "params": {}})
    assert "🔌 Connect TikTok" in labels(shown(VideoPostStatus.FAILED, lost))
    refused = publication(PublicationStatus.FAILED, error={"code": "network.privacy_not_offered", "params": {}})
    assert "✏️ Change it for TikTok" in labels(shown(VideoPostStatus.FAILED, refused))


def test_what_nobody_knows_is_asked() -> None:
    screen = shown(VideoPostStatus.PUBLISHING, publication(PublicationStatus.UNCONFIRMED))
    assert {"✅ TikTok: it is there", "🔁 Send again", "🔎 Look there again"} <= set(labels(screen))


def test_what_missed_its_time_waits_for_a_word() -> None:
    error = {"code": "publishing.missed", "params": {}}
    screen = shown(VideoPostStatus.PUBLISHING, publication(PublicationStatus.WAITING, error=error))
    assert "missed its time" in screen.text
    assert {"🚀 Publish it now", "⏭ Skip TikTok"} <= set(labels(screen))


def test_what_waits_for_another_day_says_until_when() -> None:
    waits = publication(
        PublicationStatus.WAITING,
        network="youtube",
        due_at="2026-11-22T08:00:00+00:00",
        error={"code": "network.app_limit", "params": {}},
    )
    text = shown(VideoPostStatus.PUBLISHING, waits).text
    assert "all that we may send is used up" in text
    assert "I try again by myself" in text
    assert "09:00" in text


@pytest.mark.parametrize("about", ["ended", "unconfirmed", "waiting", "reconnect", "missed"])
def test_what_is_told_stands_above_how_it_is(about: str) -> None:
    one = publication(PublicationStatus.UNCONFIRMED)
    screen = shown(VideoPostStatus.PUBLISHING, one, notice="told", about=about, publication_id=None)
    first, _, rest = screen.text.partition("\n")
    assert first.startswith(("📹", "❓", "⏳", "🔌"))
    assert "Publishing: bread.mp4" in rest


def by_hand(size_bytes: int) -> Screen:
    data = {
        "publication_id": str(ids.new()),
        "video_post_id": str(ids.new()),
        "network": "instagram",
        "caption": "Bread <3 #bread",
        "title": "",
        "video": {
            "name": "bread.mp4",
            "storage_key": "0/videos/0.mp4",
            "size_bytes": size_bytes,
            "duration_s": 12.5,
            "width": 1080,
            "height": 1920,
            "thumbnail_key": None,
        },
        "due_at": None,
        "time_zone": None,
        "language": "en",
    }
    return render("publishing.by_hand", data, now=NOW)


def test_by_hand_come_the_file_and_the_words_to_copy() -> None:
    screen = by_hand(4_000_000)
    assert "<code>Bread &lt;3 #bread</code>" in screen.text
    assert [medium.storage_key for medium in screen.media] == ["0/videos/0.mp4"]
    assert labels(screen) == ["✅ Posted", "⏰ In 15 minutes", "⏰ In 60 minutes", "⏭ Skip"]


def test_by_hand_a_file_too_big_for_the_chat_is_downloaded() -> None:
    screen = by_hand(60_000_000)
    assert screen.media == ()
    assert labels(screen)[0] == "⬇️ Download"
