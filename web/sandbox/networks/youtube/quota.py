"""Quotas of the Cloud project, shared by all who use the app: four buckets, filled anew at midnight Pacific time.
https://developers.google.com/youtube/v3/determine_quota_cost"""

from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from web.sandbox.networks.api import Call
from web.sandbox.networks.youtube.errors import refused

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
KIND: Final = "network_youtube_quota"
WRITE_COST: Final = 50


class Bucket(StrEnum):
    """The rules `quota_<bucket>` are their sizes."""

    UPLOADS = "uploads"
    SEARCHES = "searches"
    STATS = "stats"
    UNITS = "units"
    """Everything else."""


def spend(call: Call, bucket: Bucket, units: int = 1) -> None:
    """Before anything else of a call is looked at: invalid ones cost, too. Raises Refused, at no cost, when the rest of
    the day's quota isn't enough."""
    storage, day = call.networks.world.storage, pacific_day(call.networks.now())
    spent = dict(storage.documents(KIND)).get(bucket, {})
    used = spent.get("used", 0) if spent.get("day") == day else 0
    if used + units > call.rules[f"quota_{bucket}"]:
        raise refused(403, "quotaExceeded")
    storage.put(KIND, bucket, {"day": day, "used": used + units})
    call.note(quota=f"{bucket} {units}")


def pacific_day(now: float) -> str:
    return datetime.fromtimestamp(now, PACIFIC).date().isoformat()
