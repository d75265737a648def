"""What jobs say about approvals."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.approvals import people_screens, screens
from bot.screens import Screen
from bot.texts import Texts

RENDERERS: dict[str, Callable[[Mapping[str, Any], Texts, datetime], Screen]] = {
    "approvals.request": screens.request,
    "approvals.standing": screens.standing,
    "approvals.decided": screens.decided,
    "approvals.overdue": screens.overdue,
    "approvals.comment": lambda data, t, _: screens.comment(data, t),
    "approvals.reminder": lambda data, t, _: screens.reminder(data, t),
    "approvals.unreachable": lambda data, t, _: screens.unreachable(data, t),
    "approvals.joined": lambda data, t, _: people_screens.joined(data, t),
}
