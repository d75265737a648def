"""Networks' own words, and states of publications, in plain ones."""

from typing import Final

from markupsafe import Markup

from bot.publishing.actions import ByHandNetwork, Switch
from bot.texts import Texts
from bot.viral.labels import NETWORKS
from core.providers.discovery import Network
from core.publishing.models import PublicationStatus, VideoPostStatus

BY_HAND: Final = {
    ByHandNetwork.TIKTOK: Network.TIKTOK,
    ByHandNetwork.INSTAGRAM: Network.INSTAGRAM,
    ByHandNetwork.YOUTUBE: Network.YOUTUBE,
}
LETTERS: Final = {network: letter for letter, network in BY_HAND.items()}
STATUS_ICONS: Final = {
    PublicationStatus.DRAFT: "✏️",
    PublicationStatus.SCHEDULED: "⏰",
    PublicationStatus.WAITING: "⏳",
    PublicationStatus.PREPARING: "⚙️",
    PublicationStatus.UPLOADING: "⬆️",
    PublicationStatus.PROCESSING: "⚙️",
    PublicationStatus.ASKED: "✋",
    PublicationStatus.PUBLISHED: "✅",
    PublicationStatus.IN_INBOX: "📥",
    PublicationStatus.FAILED: "❌",
    PublicationStatus.UNCONFIRMED: "❓",
    PublicationStatus.SKIPPED: "⏭",
    PublicationStatus.CANCELLED: "🚫",
}
POST_ICONS: Final = {
    VideoPostStatus.DRAFT: "✏️",
    VideoPostStatus.SCHEDULED: "⏰",
    VideoPostStatus.PUBLISHING: "📤",
    VideoPostStatus.PUBLISHED: "✅",
    VideoPostStatus.PARTIALLY_PUBLISHED: "⚠️",
    VideoPostStatus.FAILED: "❌",
    VideoPostStatus.CANCELLED: "🚫",
}


def network_label(network: Network | str) -> str:
    return NETWORKS[Network(network)]


def place_label(network: Network | str, username: str | None) -> str:
    """ "TikTok @ann"; without an account, the network alone."""
    return f"{network_label(network)} @{username}" if username else network_label(network)


def privacy_label(option: str, t: Texts) -> Markup:
    """A network's word for who may see a video. TikTok's are named as in its app; an unknown one stands as it is."""
    return {
        "PUBLIC_TO_EVERYONE": t("Everyone"),
        "MUTUAL_FOLLOW_FRIENDS": t("Friends"),
        "FOLLOWER_OF_CREATOR": t("Followers"),
        "SELF_ONLY": t("Only you"),
        "public": t("Public"),
        "unlisted": t("Unlisted: who has the link"),
        "private": t("Private"),
    }.get(option, Markup.escape(option.replace("_", " ").capitalize()))


def switch_label(switch: Switch, t: Texts) -> Markup:
    return {
        Switch.COMMENTS: t("Comment"),
        Switch.DUET: t("Duet"),
        Switch.STITCH: t("Stitch"),
        Switch.AI_MADE: t("Made with AI"),
        Switch.OWN_BRAND: t("Your brand"),
        Switch.PAID_PARTNERSHIP: t("Branded content"),
        Switch.FEED: t("Also in the feed"),
        Switch.SUBSCRIBERS: t("Tell subscribers"),
        Switch.KIDS: t("Made for kids"),
        Switch.INBOX: t("To my inbox"),
    }[switch]


def post_status_label(status: VideoPostStatus, t: Texts) -> Markup:
    return {
        VideoPostStatus.DRAFT: t("Draft"),
        VideoPostStatus.SCHEDULED: t("Scheduled"),
        VideoPostStatus.PUBLISHING: t("Publishing"),
        VideoPostStatus.PUBLISHED: t("Published"),
        VideoPostStatus.PARTIALLY_PUBLISHED: t("Partly published"),
        VideoPostStatus.FAILED: t("Not published"),
        VideoPostStatus.CANCELLED: t("Cancelled"),
    }[status]


def moment_label(at_ms: int) -> str:
    """ "0:05.5" """
    seconds, rest = divmod(at_ms, 1000)
    tenth = f".{rest // 100}" if rest // 100 else ""
    return f"{seconds // 60}:{seconds % 60:02}{tenth}"


def seconds_label(seconds: float) -> str:
    """ "1:05" """
    return moment_label(round(seconds) * 1000)
