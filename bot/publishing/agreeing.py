"""What has to be agreed to is shown once more where that is missing: it was changed after it had been agreed to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.context import Context
from bot.publishing.actions import Preview
from core import ids
from core.errors import InvalidInput


@asynccontextmanager
async def unless_unagreed(context: Context, video_post_id: ids.VideoPostId) -> AsyncIterator[None]:
    """Beside telling that something has to be agreed to, open the last look, where it can be."""
    try:
        yield
    except InvalidInput as error:
        if any(lack["code"] == "publishing.consent_missing" for lack in error.params.get("lacks", ())):
            await context.perform(Preview(video_post_id))
        raise
