"""A post as the message that goes out."""

from core.db import Json
from core.posts.models import Post
from core.telegram.content import Content, TextFormat


def post_content(post: Post) -> Json:
    """The text as it is, without markup: ready to be copied or forwarded. YouTube's title stands above its text."""
    text = f"{post.title}\n\n{post.text}" if post.title else post.text
    return Content(text=text, format=TextFormat.PLAIN).to_json()
