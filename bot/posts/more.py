"""What else can be done with a draft."""

from bot.context import Context
from bot.posts import more_screens
from bot.posts.actions import ShowMore
from bot.router import Router
from core.posts.queries import post_of


def register(router: Router) -> None:
    router.press(ShowMore, on_more)


async def on_more(context: Context, press: ShowMore) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    await context.show(more_screens.more(post, context.texts))
