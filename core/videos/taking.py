"""Which of what came in a message may be a video to keep. Pure; what it really is, its contents tell."""

from collections.abc import Iterable
from typing import Final

from core.telegram.content import Media, MediaKind

ENDINGS: Final = frozenset({"mp4", "m4v", "mov", "qt", "avi"})


def video_among(media: Iterable[Media | None]) -> Media | None:
    """The only medium of a message, when it is a video or a file that is called like one."""
    found = [medium for medium in media if medium is not None]
    if len(found) != 1:
        return None
    return found[0] if _may_be_video(found[0]) else None


def _may_be_video(medium: Media) -> bool:
    if medium.kind is MediaKind.VIDEO:
        return medium.file_id is not None
    ending = (medium.filename or "").rpartition(".")[2].lower()
    return medium.kind is MediaKind.DOCUMENT and medium.file_id is not None and ending in ENDINGS
