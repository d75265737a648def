"""A post as the message that goes out."""

from core.channels.queries import channel_of
from core.db import Json, ReadSession
from core.posts.makeup import NO_FOOTER, Footer, composed, entities_of, is_too_long, media_of
from core.posts.models import Layout, Post
from core.telegram.content import Button, Content, TextFormat


def post_content(post: Post, footer: Footer = NO_FOOTER) -> Json:
    """The message itself, as deliveries store it: the text as it is, its formatting beside it."""
    return message_of(post, footer).to_json()


def message_of(post: Post, footer: Footer = NO_FOOTER) -> Content:
    """YouTube's title stands above its text, the chat's footer below."""
    text, entities = composed(post, footer)
    return Content(
        text=text,
        format=TextFormat.PLAIN,
        entities=entities,
        media=media_of(post),
        keyboard=tuple(tuple(Button.from_json(button) for button in row) for row in post.buttons),
        link_preview=post.link_preview,
        silent=post.silent,
        media_last=post.layout == Layout.TEXT_FIRST and bool(post.media) and is_too_long(post, footer),
    )


async def footer_for(session: ReadSession, post: Post) -> Footer:
    """The footer of the chat that a post goes to; none for its owner's own chat."""
    if post.channel_id is None:
        return NO_FOOTER
    channel = await channel_of(session, owner_id=post.owner_id, channel_id=post.channel_id, also_disconnected=True)
    return Footer(channel.footer, entities_of(channel.footer_entities))


async def content_for(session: ReadSession, post: Post) -> Json:
    """What goes out where the post goes now."""
    return post_content(post, await footer_for(session, post))
