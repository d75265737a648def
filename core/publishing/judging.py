"""What follows when a network doesn't do as asked: wait, ask again, or give up with a truth. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.errors import AppError, ProviderError
from core.publishing.networks.contract import NetworkErrorCode
from core.publishing.standing import RECONNECT

SOONEST_S: Final = 2.0
LATEST_S: Final = 60.0
PATIENCE: Final = timedelta(hours=1)
"""How long a publication may stand where it is. Networks are through within minutes, as a rule."""
HIDDEN_FOR: Final = timedelta(minutes=5)
"""How long what a network has just published may be missing from its own lists."""
LIMIT_RETRY: Final = timedelta(hours=1)
"""Of a limit whose end the network doesn't tell: it counts the last 24 hours, so some of it comes back at any time."""
LIMIT_PATIENCE: Final = timedelta(days=3)
"""How long one attempt waits for limits, whatever ends they name. They are counted by the day, so who hasn't got a turn
in three of them won't get one; and a video of last week isn't what its owner wants out."""


class Verdict(StrEnum):
    LATER = "later"
    """The same again soon: it may pass, or the next look tells what came of it."""
    LIMIT = "limit"
    RECONNECT = "reconnect"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Standing:
    """For how long it has stood where it is."""

    since: datetime
    now: datetime

    @property
    def impatient(self) -> bool:
        return self.now - self.since > PATIENCE

    @property
    def pause_s(self) -> float:
        """Until the next look: a quarter of the time that it took so far, from seconds to a minute."""
        return min(LATEST_S, max(SOONEST_S, (self.now - self.since).total_seconds() / 4))


def verdict(error: AppError, *, out_of_hands: bool) -> Verdict:
    """Of what a network's client has raised. What may be there isn't called failed by an error: only a look does."""
    code = error.error_code
    if code in RECONNECT:
        return Verdict.RECONNECT
    if code in (NetworkErrorCode.DAILY_LIMIT, NetworkErrorCode.APP_LIMIT):
        return Verdict.LIMIT
    passes = not is_refusal(error) or code == NetworkErrorCode.TOKEN_EXPIRED
    return Verdict.LATER if passes or out_of_hands else Verdict.FAILED


def is_refusal(error: AppError) -> bool:
    """Whether a call surely did nothing: the network answered, and said no."""
    return not (isinstance(error, ProviderError) and (error.retryable or bool(error.params.get("unknown"))))


def limit_ends_at(error: AppError, *, since: datetime, now: datetime) -> datetime | None:
    """When to try again; None once it has been waited for too long, or would be. `since`: when that began.

    `resets_at` of the error is a moment, or its ISO text.
    """
    resets_at = error.params.get("resets_at")
    if isinstance(resets_at, str):
        resets_at = datetime.fromisoformat(resets_at)
    until = resets_at if isinstance(resets_at, datetime) and resets_at > now else now + LIMIT_RETRY
    return until if until - since <= LIMIT_PATIENCE else None
