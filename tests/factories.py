"""Rows that tests begin with, made through the public verbs. Each call makes a new one."""

from collections.abc import Sequence
from itertools import count

from core.accounts.models import User
from core.accounts.service import choose_time_zone, welcome_user
from core.brands.models import Brand
from core.brands.service import Wanted, create_brand
from core.channels.models import Channel, ChannelKind
from core.channels.service import SeenChat, connect_channel
from core.db import TelegramId
from core.posts.models import Batch, Post
from core.posts.options import WritingOptions
from core.posts.platforms import Draft, Platform
from core.posts.writing import Place, WrittenDraft, open_batch, record_written
from core.sources.models import Source
from core.sources.reading import read_text
from core.sources.service import keep_source
from core.tx import Tx

_numbers = count(1_000)

ARTICLE = (
    "Small bakeries lose bread every evening. Ours in Porto threw away a fifth of what it baked. "
    "Then we moved the last bake from noon to four and sold the rest as bags of crumbs. "
    "Waste fell to three percent within a month, and the crumbs pay for the electricity of the oven."
)


async def make_user(tx: Tx, *, telegram_user_id: int | None = None, time_zone: str | None = None) -> User:
    """Somebody who has said hello. Without a time zone, as after first contact."""
    number = telegram_user_id or next(_numbers)
    user = await welcome_user(
        tx, telegram_user_id=TelegramId(number), first_name=f"User {number}", username=f"user{number}", language="en"
    )
    if time_zone is not None:
        await choose_time_zone(tx, user_id=user.id, time_zone=time_zone)
        await tx.session.refresh(user)
    return user


async def make_source(tx: Tx, owner: User, text: str | None = None) -> Source:
    """A text that the owner has sent; another one each time unless given."""
    return await keep_source(tx, owner_id=owner.id, reading=read_text(text or f"{ARTICLE} Note {next(_numbers)}."))


async def make_batch(tx: Tx, owner: User, *, source: Source | None = None, variants: int = 3) -> Batch:
    """An options card that waits for Generate."""
    source = source or await make_source(tx, owner)
    options = WritingOptions(platforms=(Platform.TELEGRAM,), variants=variants)
    return await open_batch(tx, owner_id=owner.id, source_id=source.id, options=options)


async def make_posts(
    tx: Tx, owner: User, texts: Sequence[str], *, platform: Platform = Platform.TELEGRAM
) -> list[Post]:
    """Drafts of one batch, as the offline writer leaves them."""
    batch = await make_batch(tx, owner, variants=len(texts))
    written = [WrittenDraft(platform=platform, draft=Draft(text=text)) for text in texts]
    made = await record_written(
        tx,
        owner_id=owner.id,
        batch_id=batch.id,
        place=Place(owner.telegram_user_id, TelegramId(next(_numbers)), owner.language),
        written=written,
        language="en",
        engine="offline draft",
    )
    return list(made)


async def make_post(tx: Tx, owner: User, text: str = "Bread that pays for the oven.") -> Post:
    """One draft."""
    return (await make_posts(tx, owner, [text]))[0]


async def make_channel(
    tx: Tx,
    owner: User,
    *,
    chat_id: int | None = None,
    kind: ChannelKind = ChannelKind.CHANNEL,
    title: str = "Oven news",
) -> Channel:
    """A chat that the owner has connected; another one each time unless given."""
    number = TelegramId(chat_id or -1_000_000_000_000 - next(_numbers))
    return await connect_channel(tx, owner_id=owner.id, seen=SeenChat(number, kind, title, None))


async def make_brand(tx: Tx, owner: User, name: str = "Oven Bread") -> Brand:
    """The owner's only one on the free plan."""
    return (await create_brand(tx, owner_id=owner.id, wanted=Wanted(name))).brand
