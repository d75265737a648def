"""What TikTok wants people to read, in its own words: other words fail its examination.

https://developers.tiktok.com/doc/content-sharing-guidelines, "Required UX Implementation in Your App", points 1 to 5.
"""

from typing import Final

from markupsafe import Markup

from bot.texts import Texts
from core.publishing.networks.contract import Wanted

MUSIC_URL: Final = "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en"
BRANDED_URL: Final = "https://www.tiktok.com/legal/page/global/bc-policy/en"


def consent(wanted: Wanted, t: Texts) -> Markup:
    """What is agreed to by posting."""
    music = Markup('<a href="{}">{}</a>').format(MUSIC_URL, t("Music Usage Confirmation"))
    if not wanted.paid_partnership:
        return t("By posting, you agree to TikTok's {music}.", music=music)
    branded = Markup('<a href="{}">{}</a>').format(BRANDED_URL, t("Branded Content Policy"))
    return t("By posting, you agree to TikTok's {branded} and {music}.", branded=branded, music=music)


def disclosure_label(wanted: Wanted, t: Texts) -> Markup | None:
    """How TikTok marks what is disclosed; None when nothing is. Both together are a paid partnership."""
    if wanted.paid_partnership:
        return t("Your video will be labeled as 'Paid partnership'. This cannot be changed once your video is posted.")
    if wanted.own_brand:
        return t(
            "Your video will be labeled as 'Promotional content'. This cannot be changed once your video is posted."
        )
    return None


def disclosure_help(t: Texts) -> Markup:
    return t(
        "Turn on to disclose that this video promotes goods or services in exchange for something of value. Your video "
        "could promote yourself, a third party, or both."
    )


def your_brand(t: Texts) -> Markup:
    return t("You are promoting yourself or your own business. This video will be classified as Brand Organic.")


def branded_content(t: Texts) -> Markup:
    return t("You are promoting another brand or a third party. This video will be classified as Branded Content.")


def nothing_disclosed(t: Texts) -> Markup:
    return t("You need to indicate if your content promotes yourself, a third party, or both.")


def branded_private(t: Texts) -> Markup:
    return t("Branded content visibility cannot be set to private.")


def inbox(t: Texts) -> Markup:
    return t(
        "This goes into your TikTok inbox as a draft: TikTok hasn't examined this app yet. Open TikTok's notification, "
        "write the words, choose who may see it, and post it there."
    )
