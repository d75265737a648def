"""What a video post's status follows from, what an error means, and the last byte of a file. Pure."""

from datetime import timedelta
from itertools import combinations_with_replacement

import pytest

from core.clock import FixedClock
from core.errors import AppError, ProviderError
from core.providers.discovery import Network
from core.publishing.judging import LIMIT_PATIENCE, LIMIT_RETRY, PATIENCE, Standing, Verdict, limit_ends_at, verdict
from core.publishing.models import PublicationStatus, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, network_error
from core.publishing.standing import status_from
from core.publishing.watched import WatchedMedia

TIKTOK, INSTAGRAM, YOUTUBE = Network.TIKTOK, Network.INSTAGRAM, Network.YOUTUBE


@pytest.mark.parametrize(
    ("of", "is_"),
    [
        ([], VideoPostStatus.DRAFT),
        ([PublicationStatus.DRAFT, PublicationStatus.DRAFT], VideoPostStatus.DRAFT),
        ([PublicationStatus.SCHEDULED, PublicationStatus.SCHEDULED], VideoPostStatus.SCHEDULED),
        ([PublicationStatus.SCHEDULED, PublicationStatus.UPLOADING], VideoPostStatus.PUBLISHING),
        ([PublicationStatus.SCHEDULED, PublicationStatus.PUBLISHED], VideoPostStatus.PUBLISHING),
        ([PublicationStatus.WAITING], VideoPostStatus.PUBLISHING),
        ([PublicationStatus.UNCONFIRMED, PublicationStatus.PUBLISHED], VideoPostStatus.PUBLISHING),
        ([PublicationStatus.ASKED], VideoPostStatus.PUBLISHING),
        ([PublicationStatus.PUBLISHED, PublicationStatus.IN_INBOX], VideoPostStatus.PUBLISHED),
        ([PublicationStatus.PUBLISHED, PublicationStatus.FAILED], VideoPostStatus.PARTIALLY_PUBLISHED),
        ([PublicationStatus.FAILED, PublicationStatus.FAILED], VideoPostStatus.FAILED),
        ([PublicationStatus.PUBLISHED, PublicationStatus.CANCELLED], VideoPostStatus.PUBLISHED),
        ([PublicationStatus.FAILED, PublicationStatus.SKIPPED], VideoPostStatus.FAILED),
        ([PublicationStatus.CANCELLED, PublicationStatus.SKIPPED], VideoPostStatus.CANCELLED),
    ],
)
def test_a_video_posts_status_follows_from_its_publications(of: list[PublicationStatus], is_: VideoPostStatus) -> None:
    assert status_from(of) == is_


def test_whatever_is_still_to_come_keeps_it_from_its_end() -> None:
    ends = {
        VideoPostStatus.PUBLISHED,
        VideoPostStatus.PARTIALLY_PUBLISHED,
        VideoPostStatus.FAILED,
        VideoPostStatus.CANCELLED,
    }
    final = {
        PublicationStatus.PUBLISHED,
        PublicationStatus.IN_INBOX,
        PublicationStatus.FAILED,
        PublicationStatus.SKIPPED,
        PublicationStatus.CANCELLED,
    }
    for together in combinations_with_replacement(PublicationStatus, 3):
        assert (status_from(together) in ends) == (set(together) <= final), together


def test_what_may_be_there_is_never_called_failed_by_an_error() -> None:
    for code in NetworkErrorCode:
        error = network_error(TIKTOK, code)
        assert verdict(error, out_of_hands=True) is not Verdict.FAILED, code
    assert verdict(AppError("any"), out_of_hands=True) is Verdict.LATER
    assert verdict(network_error(TIKTOK, NetworkErrorCode.SPAM), out_of_hands=False) is Verdict.FAILED


def test_a_limit_without_an_end_is_tried_hourly(clock: FixedClock) -> None:
    now = clock.now()
    soon = now + timedelta(minutes=10)
    assert limit_ends_at(network_error(YOUTUBE, NetworkErrorCode.APP_LIMIT, resets_at=soon), since=now, now=now) == soon
    told = network_error(YOUTUBE, NetworkErrorCode.APP_LIMIT, resets_at=soon.isoformat())
    assert limit_ends_at(told, since=now, now=now) == soon
    past = network_error(YOUTUBE, NetworkErrorCode.APP_LIMIT, resets_at=now - timedelta(hours=1))
    assert limit_ends_at(past, since=now, now=now) == now + LIMIT_RETRY
    assert limit_ends_at(past, since=now - LIMIT_PATIENCE, now=now) is None, "whatever it says"
    assert limit_ends_at(told, since=now - LIMIT_PATIENCE, now=now) is None


def test_patience_has_an_end(clock: FixedClock) -> None:
    now = clock.now()
    assert not Standing(now - PATIENCE, now).impatient
    assert Standing(now - PATIENCE - timedelta(seconds=1), now).impatient


class Pieces:
    """A file of ten bytes, in pieces of four."""

    size_bytes, content_type, duration_s = 10, "video/mp4", 1.0

    async def read(self, start: int, end: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
        for at in range(start, end, 4):
            yield b"0123456789"[at : min(at + 4, end)]

    async def link(self) -> str | None:
        return None


@pytest.mark.parametrize(("start", "end", "tells"), [(0, 10, True), (0, 8, False), (8, 10, True), (9, 10, True)])
async def test_before_the_last_byte_it_is_told(start: int, end: int, tells: bool) -> None:
    heard: list[int] = []
    given = bytearray()

    async def before_last() -> None:
        heard.append(len(given))

    async for piece in WatchedMedia(Pieces(), before_last).read(start, end):
        given += piece

    assert bytes(given) == b"0123456789"[start:end]
    assert bool(heard) == tells
    assert all(start + sent < 10 for sent in heard), "told before the last byte goes, not behind it"


async def test_what_is_said_before_the_last_byte_ends_the_reading() -> None:
    async def refuse() -> None:
        raise ProviderError("no", provider="test", retryable=False)

    pieces = WatchedMedia(Pieces(), refuse).read(0, 10)
    given = [await anext(pieces), await anext(pieces)]
    with pytest.raises(ProviderError):
        await anext(pieces)
    assert b"".join(given) == b"01234567"
