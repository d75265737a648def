"""What goes with a post's text: formatting, media, buttons, how it is laid out and how it arrives."""

from copy import deepcopy
from typing import Any, Final

from core.posts.models import Post

COPIED: Final = ("entities", "media", "buttons", "layout", "link_preview", "silent", "pin", "footer")


def copied_values(post: Post) -> dict[str, Any]:
    """The make-up of a post, as keyword arguments for the `Post` that becomes its copy. Lists are copied, too."""
    return {name: deepcopy(getattr(post, name)) for name in COPIED}
