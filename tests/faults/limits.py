"""What the bot asked of Telegram within its limits, in sliding windows over the calls as they arrived."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.db import Json
from tests.faults.witness import Witness

OVERALL_PER_S: Final = 30
PRIVATE_BURST: Final = 3
PRIVATE_PER_S: Final = 1.0
GROUP_PER_MIN: Final = 20
SECOND_S, MINUTE_S = 1.0, 60.0
NO_MESSAGES: Final = ("sendChatAction", "sendMessageDraft")
INJECTED: Final = "fault"


@dataclass(slots=True)
class Asked:
    """The most there was in any window, accepted or refused, and what was refused with 429."""

    per_second: int = 0
    per_private_burst: float = 0.0
    """Messages of a private chat beyond one a second: at most three at once."""
    per_group_minute: int = 0
    injected: int = 0
    """Refused since a scenario wanted it so."""
    bunched: int = 0
    """Refused while this machine stood still."""
    refused: Counter[str] = field(default_factory=Counter)
    """The rest, by the limit that was broken: there should be none."""


def asked_of(calls: Iterable[Json], witness: Witness) -> Asked:
    """Of the calls of a scenario."""
    asked = Asked()
    by_chat: dict[int, list[float]] = defaultdict(list)
    for call in calls:
        if call["limit"] == INJECTED:
            asked.injected += 1
        elif call["limit"] and witness.excuses(call["at"]):
            asked.bunched += 1
        elif call["limit"]:
            asked.refused[call["limit"]] += 1
        by_chat[int(call["params"].get("chat_id", 0))] += [call["at"]] * _messages(call)
    chats = {chat: sorted(instants) for chat, instants in by_chat.items() if instants}
    asked.per_second = _most_in(sorted(at for instants in chats.values() for at in instants), SECOND_S)
    asked.per_group_minute = max((_most_in(at, MINUTE_S) for chat, at in chats.items() if chat < 0), default=0)
    asked.per_private_burst = max((_burst(at) for chat, at in chats.items() if chat > 0), default=0.0)
    return asked


def _messages(call: Json) -> int:
    """How many it puts into a chat; 0 of what failed for another reason than a limit."""
    counts = call["accepted"] or call["limit"] not in ("", INJECTED)
    if not counts or not call["method"].startswith("send") or call["method"] in NO_MESSAGES:
        return 0
    return len(json.loads(call["params"]["media"])) if "media" in call["params"] else 1


def _most_in(ordered: Sequence[float], length_s: float) -> int:
    return max((place + 1 - bisect_left(ordered, at - length_s + 1e-6) for place, at in enumerate(ordered)), default=0)


def _burst(ordered: Sequence[float]) -> float:
    """The most a bucket that leaks one message a second ever held."""
    held, most, before = 0.0, 0.0, 0.0
    for at in ordered:
        held = max(held - (at - before) * PRIVATE_PER_S, 0.0) + 1
        most, before = max(most, held), at
    return most
