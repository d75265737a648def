"""The day of a post that repeats another one: its own, where the other one says `{date}`."""

from core.posts.makeup import entities_of
from core.posts.models import Post
from core.templates.variables import Known, date_value, filled, filled_rich, variables_in


def has_date(post: Post) -> bool:
    """Whether each copy of it says another day."""
    return Known.DATE in variables_in(post.title, post.text, post.first_comment)


def fill_date(post: Post, zone: str | None) -> None:
    """Let a copy say the day on which it goes out, by its owner's clock. Without effect when it has no time."""
    if post.due_at is None:
        return
    values = {str(Known.DATE): date_value(post.due_at, zone or "UTC", post.language)}
    post.title, post.first_comment = filled(post.title, values), filled(post.first_comment, values)
    post.text, entities = filled_rich(post.text, entities_of(post.entities), values)
    post.entities = [entity.to_json() for entity in entities]
