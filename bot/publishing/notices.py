"""What jobs say about publishing, as screens."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from bot.publishing import report_screens, status_screens
from bot.screens import Screen
from bot.texts import Texts
from core.publishing import reports, showing

RENDERERS: Final[Mapping[str, Callable[[Mapping[str, Any], Texts, datetime], Screen]]] = {
    showing.STATUS: status_screens.status,
    showing.TOLD: status_screens.told,
    showing.BY_HAND: lambda data, t, _: status_screens.by_hand(data, t),
    reports.REPORT: lambda data, t, _: report_screens.report(data, t),
}
PICTURES: Final[Mapping[str, Callable[[Mapping[str, Any], Texts], bytes]]] = {reports.REPORT: report_screens.chart}
