"""Colours of platforms and of chats in pictures: each is told from the others on light and on dark ground."""

from core.pictures.type import Color
from core.posts.platforms import Platform

PLATFORMS: dict[Platform, Color] = {
    Platform.TELEGRAM: (42, 152, 218),
    Platform.TWITTER: (98, 110, 122),
    Platform.LINKEDIN: (16, 104, 190),
    Platform.INSTAGRAM: (216, 52, 122),
    Platform.TIKTOK: (20, 166, 160),
    Platform.YOUTUBE: (222, 50, 46),
}
CHATS: tuple[Color, ...] = (
    (124, 92, 214),
    (228, 132, 28),
    (46, 160, 84),
    (196, 60, 158),
    (160, 112, 60),
    (84, 120, 220),
    (180, 160, 20),
    (200, 80, 72),
)
"""For the first connected chat, the second, and so on, and then again."""
VIDEOS: Color = (122, 172, 38)
"""Of one's own, whatever networks they go to."""
