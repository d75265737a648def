"""What jobs say of voiceovers."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.screens import Screen
from bot.texts import Texts
from bot.voiceovers import status_screens as screens
from core.voiceovers import showing

RENDERERS: dict[str, Callable[[Mapping[str, Any], Texts, datetime], Screen]] = {
    showing.PROGRESS: lambda data, t, _: screens.progress(data, t),
    showing.FAILED: lambda data, t, _: screens.failed(data, t),
    showing.STOPPED: lambda data, t, _: screens.cancelled(data, t),
    showing.DONE: lambda data, t, _: screens.done(data, t),
    showing.VOICE: lambda data, t, _: screens.voice(data, t),
    showing.FILE: lambda data, t, _: screens.file(data, t),
}
