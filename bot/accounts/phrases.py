"""What several screens say."""

from markupsafe import Markup

from bot.texts import Texts


def accepted(t: Texts) -> Markup:
    """What can be written from."""
    return t(
        "Send me <b>text</b>, a <b>link</b>, a <b>voice message</b>, <b>audio</b>, a <b>video</b>, "
        "a <b>PDF</b>, a <b>Word</b> or text file, a <b>photo</b> with words under it, or a <b>forwarded post</b>."
    )
