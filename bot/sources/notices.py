"""What jobs and pages say of a source on its way."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.screens import Screen
from bot.sources import page_screens, screens
from bot.texts import Texts
from core.sources import showing

RENDERERS: dict[str, Callable[[Mapping[str, Any], Texts, datetime], Screen]] = {
    showing.CARD: lambda data, t, _: screens.card(data, t),
    "sources.uploading": lambda data, t, _: page_screens.uploading(data, t),
    "sources.upload_stopped": lambda data, t, _: page_screens.stopped(data, t),
    "sources.upload_expired": lambda data, t, _: page_screens.expired(data, t),
}
