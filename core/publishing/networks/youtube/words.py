"""Whether YouTube takes a video's words. https://developers.google.com/youtube/v3/docs/videos#properties"""

from typing import Final

from core.publishing.networks.contract import Wanted
from core.publishing.tags import TAGS_CHARACTERS, tags_characters

TITLE_CHARACTERS: Final = 100
DESCRIPTION_BYTES: Final = 5_000
NOT_IN_WORDS: Final = frozenset("<>")


def unfit(wanted: Wanted) -> str | None:
    """Which of the words is beyond a limit: title, description or tags."""
    title = wanted.title.strip()
    if not title or len(title) > TITLE_CHARACTERS or NOT_IN_WORDS & set(title):
        return "title"
    if len(wanted.caption.encode()) > DESCRIPTION_BYTES or NOT_IN_WORDS & set(wanted.caption):
        return "description"
    if tags_characters(wanted.tags) > TAGS_CHARACTERS or any(NOT_IN_WORDS & set(tag) for tag in wanted.tags):
        return "tags"
    return None
