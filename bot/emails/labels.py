"""The address for mail in one line."""

from markupsafe import Markup

from bot.texts import Texts
from core.emails.models import EmailAddress
from core.emails.spelling import shown_address


def settings_line(row: EmailAddress | None, t: Texts) -> Markup:
    """For the settings: which, and whether mail arrives there."""
    if row is not None and row.address is not None:
        return t("✉️ E-mail: {address}", address=shown_address(row.address))
    if row is not None and row.problem is not None:
        return t("✉️ E-mail: {address} (mail doesn't arrive)", address=shown_address(row.problem["address"]))
    if row is not None and row.pending is not None:
        return t("✉️ E-mail: {address} (not confirmed yet)", address=shown_address(row.pending))
    return t("✉️ E-mail: none")
