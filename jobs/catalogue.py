"""All jobs that have a row, by their target: what the sweeper may enqueue again."""

from core.posts import service as posts
from core.posts import writing
from core.queue import JobSpec


def work_specs() -> dict[str, JobSpec]:
    """Target -> spec. A test looks that every job is in it."""
    specs = (writing.WRITE, posts.REWRITE)
    return {spec.target: spec for spec in specs}
