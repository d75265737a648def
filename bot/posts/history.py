"""/posts: the list of posts with its filters and its search."""

from bot.context import Context
from bot.inline import START
from bot.posts import screens
from bot.posts.actions import FilterPosts, SearchPosts, ShowPosts
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core.db import Page
from core.posts import queries
from core.posts.queries import PostFilter
from core.publishing.queries import video_posts

SEARCH_PROMPT = "posts.search"
SEARCH_LIFE_S = 7 * 24 * 3600
SEARCH_LIMIT = 100


def register(router: Router) -> None:
    router.command("posts", on_posts, menu="Your posts and drafts")
    router.press(ShowPosts, on_show)
    router.press(FilterPosts, on_filter)
    router.press(SearchPosts, on_search)
    router.prompt(SEARCH_PROMPT, on_search_answer)
    router.link(START, on_link)


async def on_posts(context: Context) -> None:
    """`/posts` shows all, `/posts words` searches."""
    if context.arguments:
        await _search(context, context.arguments)
    else:
        await context.send(await _history(context, ShowPosts(page=1)))


async def on_link(context: Context, rest: str) -> None:
    """From the button over what inline mode offers."""
    await context.send(await _history(context, ShowPosts(page=1)))


async def on_show(context: Context, press: ShowPosts) -> None:
    await context.show(await _history(context, press))


async def on_filter(context: Context, press: FilterPosts) -> None:
    async with context.deps.read() as session:
        counts = await queries.count_by_status(session, owner_id=context.actor.id)
    await context.show(screens.filters(press, counts, context.texts))


async def on_search(context: Context, press: SearchPosts) -> None:
    await context.ask(SEARCH_PROMPT)
    await context.send(Screen(context.texts("Which words should be in the post?")))


async def on_search_answer(context: Context, prompt: Prompt) -> None:
    words = context.text
    if not words.strip():
        await context.ask(prompt.name)
        await context.send(Screen(context.texts("Please send the words as text, or /cancel.")))
        return
    await _search(context, words)


async def _search(context: Context, words: str) -> None:
    await context.deps.redis.set(_search_key(context), words.strip()[:SEARCH_LIMIT], ex=SEARCH_LIFE_S)
    await context.send(await _history(context, ShowPosts(page=1, found=True)))


async def _history(context: Context, shown: ShowPosts) -> Screen:
    search = await _last_search(context) if shown.found else ""
    chosen = PostFilter(status=shown.status, platform=shown.platform, search=search)
    async with context.deps.read() as session:
        page = await queries.posts(session, owner_id=context.actor.id, page=Page(shown.page), chosen=chosen)
        videos = await video_posts(session, owner_id=context.actor.id, page=Page(1, 1))
    return screens.history(
        page.items,
        page=page.number,
        pages=page.pages,
        total=page.total,
        shown=shown,
        search=search,
        t=context.texts,
        videos=videos.total,
    )


async def _last_search(context: Context) -> str:
    stored = await context.deps.redis.get(_search_key(context))
    return stored.decode() if isinstance(stored, bytes) else stored or ""


def _search_key(context: Context) -> str:
    return f"posts.search:{context.chat_id}"
