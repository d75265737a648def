"""Digests in words: what is in them and when they come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.queues.labels import minute_label, weekday_label
from bot.texts import Texts
from bot.viral.labels import NETWORKS
from core.digests.models import Frequency
from core.providers.discovery import Network, VideoFormat
from core.when.formats import format_local


def networks_label(networks: Sequence[str]) -> str:
    """ "TikTok · YouTube" """
    return " · ".join(NETWORKS[Network(name)] for name in networks)


def hour_label(hour: int, zone: str, t: Texts) -> str:
    """ "09:00", or "9:00 AM" where that is usual."""
    return minute_label(hour * 60, zone, t)


def when_label(frequency: str, weekday: int, hour: int, zone: str, t: Texts) -> Markup:
    """ "every Monday at 09:00" """
    clock = hour_label(hour, zone, t)
    if frequency == Frequency.WEEKLY:
        return t("every {day} at {clock}", day=weekday_label(weekday, t), clock=clock)
    return t("every day at {clock}", clock=clock)


def next_line(digest: Mapping[str, Any], t: Texts, now: datetime) -> list[Markup]:
    """When the next one comes; nothing for one that doesn't."""
    if digest["next_run_at"] is None:
        return []
    at, zone = datetime.fromisoformat(digest["next_run_at"]), digest["time_zone"]
    return [t("The next one comes on {time}.", time=format_local(at, zone, t.language, now=now))]


def format_label(kind: VideoFormat, t: Texts) -> Markup:
    return {
        VideoFormat.SHORT: t("short videos"),
        VideoFormat.LONG: t("long videos"),
        VideoFormat.PHOTOS: t("photo series"),
    }[kind]
