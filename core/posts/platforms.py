"""What each platform accepts. The counting lives in core/posts/measures.py, the mending in core/posts/mending.py."""

from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    TWITTER = "twitter"
    LINKEDIN = "linkedin"
    INSTAGRAM = "instagram"
    TELEGRAM = "telegram"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as its author wrote it, hashtags and all. Only YouTube has a title."""

    text: str
    title: str = ""
