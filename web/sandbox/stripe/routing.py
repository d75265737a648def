"""What a call of the API is, and what stands behind it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.forms import Params


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: the id in its address, and its parameters, read."""

    account: Account
    params: Json
    id: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A call's method and address behind /v1/, what answers it, and the parameters it takes."""

    method: str
    path: str
    answer: Callable[[Ask], Json]
    params: Params = field(default_factory=dict)
