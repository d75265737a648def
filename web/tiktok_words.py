"""The words of TikTok's page; most of them are TikTok's own, and other ones fail its examination.

https://developers.tiktok.com/doc/content-sharing-guidelines, "Required UX Implementation in Your App", points 1 to 5.
"""

from core.publishing.networks.contract import Terms
from core.publishing.readiness import Lack, LackCode
from web.page import Words


def page_words(t: Words) -> dict[str, str]:
    return {
        "posting_as": t("Posting to TikTok as"),
        "use_moment": t("Use this moment as the cover"),
        "caption": t("Words"),
        "privacy": t("Who can see this video"),
        "choose": t("Choose"),
        "allow": t("Allow users to"),
        "switched_off": t("Switched off in your account's own settings"),
        "more": t("More"),
        "disclose": t("Disclose video content"),
        "disclose_help": t(
            "Turn on to disclose that this video promotes goods or services in exchange for something of value. Your "
            "video could promote yourself, a third party, or both."
        ),
        "own_brand": t("Your brand"),
        "own_brand_help": t(
            "You are promoting yourself or your own business. This video will be classified as Brand Organic."
        ),
        "branded": t("Branded content"),
        "branded_help": t(
            "You are promoting another brand or a third party. This video will be classified as Branded Content."
        ),
        "branded_private": t("Branded content visibility cannot be set to private."),
        "ai_made": t("Made with AI"),
        "agree": t("By posting, you agree to TikTok's"),
        "policy": t("Branded Content Policy"),
        "and": t("and"),
        "music": t("Music Usage Confirmation"),
        "post": t("Post now"),
        "save": t("Keep it, and go on in the chat"),
        "patience": t("It may take a few minutes until TikTok has processed the video and shows it on your profile."),
    }


def script_words(t: Words) -> dict[str, str]:
    """What the script says. It fills in {over} and {at} by itself."""
    return {
        "promotional_label": t(
            "Your video will be labeled as 'Promotional content'. This cannot be changed once your video is posted."
        ),
        "paid_label": t(
            "Your video will be labeled as 'Paid partnership'. This cannot be changed once your video is posted."
        ),
        "indicate": t("You need to indicate if your content promotes yourself, a third party, or both."),
        "branded_private": t("Branded content visibility cannot be set to private."),
        "choose_privacy": t("Choose who can see this video."),
        "shorten": t("shorten it by {over}", over="{over}"),
        "cover": t("Cover: at {at} s", at="{at}"),
    }


def options_of(terms: Terms, t: Words) -> dict[str, str]:
    """What the account may choose of, in TikTok's order, as its app names them."""
    names = {
        "PUBLIC_TO_EVERYONE": t("Everyone"),
        "MUTUAL_FOLLOW_FRIENDS": t("Friends"),
        "FOLLOWER_OF_CREATOR": t("Followers"),
        "SELF_ONLY": t("Only you"),
    }
    return {option: names.get(option, option.replace("_", " ").capitalize()) for option in terms.privacy_options}


def lack_line(lack: Lack, t: Words) -> str:
    match lack.code:
        case LackCode.PRIVACY_MISSING | LackCode.PRIVACY_GONE:
            return t("Choose who can see this video.")
        case LackCode.BRANDED_PRIVATE:
            return t("Branded content visibility cannot be set to private.")
        case LackCode.AT_LIMIT:
            return t("This account can't post any more for now. Please try again later.")
        case LackCode.TOO_LONG:
            return t(
                "The video takes {seconds} seconds, and this account may post at most {most}. Send a shorter one.",
                seconds=round(lack.params["seconds"]),
                most=round(lack.params["most"]),
            )
        case _:
            return t("The words are too long, or hold what TikTok doesn't take. Please change them.")
