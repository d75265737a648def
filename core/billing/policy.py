"""How the house treats money that goes back: whom to tell, and whether the plan ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.settings import Settings


class Loss(StrEnum):
    """Why a payment is no longer ours."""

    REFUND = "refund"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True)
class Policy:
    admin_ids: Sequence[int] = ()
    """Of Telegram, as in the settings."""
    ends_on: frozenset[Loss] = field(default_factory=lambda: frozenset(Loss))
    """What ends the plan that the payment was for."""


def policy_of(settings: Settings) -> Policy:
    return Policy(settings.admin_ids, frozenset(Loss(name) for name in settings.plan_ends_on))
