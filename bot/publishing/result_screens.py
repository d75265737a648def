"""What comes of a press on a result."""

from markupsafe import Markup

from bot.screens import Button, Screen, lines
from bot.texts import Texts


def download(url: str, t: Texts) -> Screen:
    """Telegram's buttons take no address of this machine."""
    text = t("⬇️ The link works for an hour.")
    if url.startswith("https://"):
        return Screen(text, [[Button(t("Download"), url=url)]])
    return Screen(lines([text, "", Markup('<a href="{}">{}</a>').format(url, url)]))
