"""How a scenario's 429s are told apart, and its windows are counted: over calls made up for it."""

from core.db import Json
from tests.faults.limits import asked_of
from tests.faults.witness import Witness

SEEN = Witness([(50.0, 50.1)])


def sent(at: float, chat_id: int = 7, *, limit: str = "", **params: str) -> Json:
    method = "sendMediaGroup" if params else "sendMessage"
    return {
        "method": method,
        "params": {"chat_id": str(chat_id), **params},
        "at": at,
        "limit": limit,
        "accepted": not limit,
    }


def test_a_429_is_injected_or_bunched_by_a_machine_that_stood_still_or_else_ours() -> None:
    calls = [sent(10, limit="fault"), sent(51, limit="overall"), sent(60, limit="private"), sent(61, -7, limit="group")]
    asked = asked_of(calls, SEEN)
    assert (asked.injected, asked.bunched, dict(asked.refused)) == (1, 1, {"private": 1, "group": 1})


def test_windows_hold_what_was_accepted_or_above_a_limit_and_nothing_else() -> None:
    group = [sent(3.0 * number, -7) for number in range(30)]
    album = sent(100, -8, media="[{}, {}]")
    failed = [
        {**sent(100.0), "accepted": False},
        sent(100.0, limit="fault"),
        {**sent(100.0), "method": "sendChatAction"},
    ]
    asked = asked_of([*group, album, sent(100.5), sent(100.9, limit="overall"), *failed], SEEN)
    assert (asked.per_second, asked.per_group_minute) == (4, 20)


def test_a_private_chat_takes_three_at_once_and_one_a_second() -> None:
    steady = [sent(float(second)) for second in range(20)]
    assert asked_of(steady, SEEN).per_private_burst == 1
    assert round(asked_of([*steady, sent(19.2), sent(19.4)], SEEN).per_private_burst, 1) == 2.6
