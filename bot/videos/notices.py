"""What jobs and pages say of a video on its way."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.screens import Screen
from bot.texts import Texts
from bot.videos import screens
from core.videos import showing

RENDERERS: dict[str, Callable[[Mapping[str, Any], Texts, datetime], Screen]] = {
    showing.UPLOADING: lambda data, t, _: screens.uploading(data, t),
    showing.CHECKING: lambda data, t, _: screens.checking(data, t),
    showing.READY: lambda data, t, _: screens.ready(data, t),
    showing.REFUSED: lambda data, t, _: screens.refused(data, t),
    showing.SAME: lambda data, t, _: screens.same(data, t),
    showing.STOPPED: lambda data, t, _: screens.stopped(data, t),
    showing.EXPIRED: lambda data, t, _: screens.expired(data, t),
}
