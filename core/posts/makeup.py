"""What goes with a post's text: formatting, media, buttons, a footer, how it is laid out and how it arrives.

Pure. The verbs that change it stand in core/posts/details.py, the message that comes of it in core/posts/content.py.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from core.db import Json
from core.posts.models import Layout, Post
from core.posts.platforms import Draft, Platform, Problem, ProblemCode, is_blank, problems
from core.telegram.content import (
    ALBUM_LIMIT,
    CAPTION_LIMIT,
    NEVER_IN_ALBUMS,
    ONLY_AMONG_THEMSELVES,
    TEXT_LIMIT,
    Entity,
    Media,
)
from core.telegram.markup import utf16_length
from core.telegram.splitting import fits

COPIED: Final = (
    "entities",
    "media",
    "buttons",
    "layout",
    "link_preview",
    "silent",
    "pin",
    "footer",
    "brand_id",
    "first_comment",
)
LONGEST_TEXT: Final = 50_000
"""UTF-16 units of a post for Telegram: as much as a source has. It goes out in up to 13 messages."""
GAP: Final = "\n\n"
"""Between title, text and footer."""


@dataclass(frozen=True, slots=True)
class Footer:
    """What a chat adds to each post."""

    text: str = ""
    entities: tuple[Entity, ...] = ()


NO_FOOTER: Final = Footer()


def copied_values(post: Post) -> dict[str, Any]:
    """The make-up of a post, as keyword arguments for the `Post` that becomes its copy. Lists are copied, too."""
    return {name: deepcopy(getattr(post, name)) for name in COPIED}


def entities_of(rows: Iterable[Json]) -> tuple[Entity, ...]:
    """Stored formatting. Raises ValueError for anything else."""
    return tuple(Entity.from_json(row) for row in rows)


def media_of(post: Post) -> tuple[Media, ...]:
    return tuple(Media.from_json(row) for row in post.media)


def media_kinds(post: Post) -> dict[str, int]:
    """How many there are of each kind."""
    return dict(Counter(row["kind"] for row in post.media))


def moved(entities: Iterable[Entity], by: int) -> tuple[Entity, ...]:
    """Formatting of a text that now stands `by` UTF-16 units further on."""
    return tuple(one.model_copy(update={"offset": one.offset + by}) for one in entities)


def composed(post: Post, footer: Footer = NO_FOOTER) -> tuple[str, tuple[Entity, ...]]:
    """All that is to be read: YouTube's title, the text, and the footer unless the post leaves it out."""
    pieces = [(post.title, ()), (post.text, entities_of(post.entities))]
    if post.footer:
        pieces.append((footer.text, footer.entities))
    text, entities = "", tuple[Entity, ...]()
    for piece, formatting in pieces:
        if piece:
            text = text + GAP if text else text
            entities += moved(formatting, utf16_length(text))
            text += piece
    return text, entities


def one_message_limit(post: Post) -> int:
    """UTF-16 units that one message takes: 1,024 under media, 4,096 otherwise, and below an album with buttons."""
    buttons_below_album = bool(post.buttons) and len(post.media) > 1
    return CAPTION_LIMIT if post.media and not buttons_below_album else TEXT_LIMIT


def units_of(post: Post, footer: Footer = NO_FOOTER) -> int:
    """How long it is with everything, in UTF-16 units, beside `one_message_limit`."""
    return utf16_length(composed(post, footer)[0])


def is_too_long(post: Post, footer: Footer = NO_FOOTER) -> bool:
    """Whether it doesn't fit into one message (or one caption), also for the number of its pieces of formatting."""
    text, entities = composed(post, footer)
    return not fits(text, len(entities), limit=one_message_limit(post))


def needs_layout(post: Post, footer: Footer = NO_FOOTER) -> bool:
    """Whether its owner has yet to say how it goes out, as it is too long for one message.

    `footer`: that of its chat, from core.posts.content.footer_for. The answer goes to core.posts.details.choose_layout.
    """
    return post.layout is None and is_too_long(post, footer)


def layouts_for(post: Post) -> tuple[Layout, ...]:
    """The answers that make a difference: without media all of it is text."""
    return (Layout.SPLIT, Layout.TEXT_FIRST) if post.media else (Layout.SPLIT,)


def draft_problems(platform: Platform, draft: Draft, *, has_media: bool = False) -> list[Problem]:
    """Why a text can't be that of a post. Telegram's may go on in further messages, and be empty with media."""
    return [each for each in problems(platform, draft) if not _is_forgiven(each, platform, draft, has_media)]


def _is_forgiven(problem: Problem, platform: Platform, draft: Draft, has_media: bool) -> bool:
    if problem.code is ProblemCode.EMPTY:
        return has_media
    may_go_on = platform is Platform.TELEGRAM and utf16_length(draft.text) <= LONGEST_TEXT
    return problem.code is ProblemCode.TOO_LONG and may_go_on


def makeup_problem(*, text: str, media: Sequence[Media], buttons: Sequence[object]) -> str | None:
    """Why Telegram could never take this together, as an error code; None when it can.

    The footer isn't counted: it may go away.
    """
    if is_blank(text) and not media:
        return "post.empty"
    if len(media) > ALBUM_LIMIT:
        return "makeup.too_many_media"
    if len(media) < 2:
        return None
    kinds = {each.kind for each in media}
    if kinds & NEVER_IN_ALBUMS:
        return "makeup.goes_alone"
    if len(kinds) > 1 and kinds & ONLY_AMONG_THEMSELVES:
        return "makeup.kinds_dont_mix"
    if buttons and is_blank(text):
        return "makeup.album_buttons_need_text"
    return None
