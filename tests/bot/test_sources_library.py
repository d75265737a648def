"""/sources: listed, found, renamed, deleted and back, used together."""

from sqlalchemy import select

from bot.sources.actions import (
    AskSourceTitle,
    DeleteSource,
    OpenSource,
    OpenSourcePage,
    PickSource,
    ReadWords,
    Shelf,
    StopReading,
    TypeWords,
    UndeleteSource,
)
from core import ids
from core.podcasts.models import Podcast
from core.posts.models import Batch
from core.sources.models import Source
from core.sources.reading import SourceKind
from tests.bot.chat import Chat
from tests.bot.podcasts import labels, pressed
from tests.factories import make_source, make_user
from web.sandbox.client import SeenMessage

RYE = "Rye bread\nIt is dark, and keeps for a week."
SALT = "Salt from the sea\nWe take it from the bay, and dry it in the sun."
LONG = "Oats and milk\n" + "They make a breakfast that lasts until noon. " * 10


async def kept(chat: Chat, *texts: str) -> SeenMessage:
    """The list behind these."""
    for text in texts:
        await chat.say(text)
    return await chat.say("/sources")


async def rows(chat: Chat) -> list[Source]:
    async with chat.application.deps.sessions() as session:
        return list(await session.scalars(select(Source).order_by(Source.id)))


async def test_an_empty_list_says_what_it_is_for(chat: Chat) -> None:
    empty = await chat.say("/sources")
    assert "None yet" in empty.text
    assert "🔎 Search" in labels(empty)


async def test_sources_are_listed_by_their_titles_the_newest_first(chat: Chat) -> None:
    shelf = await kept(chat, RYE, SALT)
    assert "2 sources" in shelf.text
    assert labels(shelf)[:2] == ["📝 Salt from the sea", "📝 Rye bread"]
    card = await pressed(chat, shelf, "📝 Rye bread")
    assert "keeps for a week" in card.text
    assert {"✍️ Write posts", "✏️ Rename", "🗑 Delete", "‹ Sources"} <= set(labels(card))
    assert "2 sources" in (await pressed(chat, card, "‹ Sources")).text


async def test_they_are_found_by_words_of_title_and_text(chat: Chat) -> None:
    shelf = await kept(chat, RYE, SALT)
    await chat.press(shelf, "🔎 Search")
    found = await chat.say("bay  SALT")
    assert "With “bay SALT”" in found.text
    assert labels(found)[0] == "📝 Salt from the sea"
    assert "📝 Rye bread" not in labels(found)
    assert "2 sources" in (await pressed(chat, found, "✖️ All of them")).text
    assert "none like that" in (await chat.say("/sources butter")).text


async def test_they_are_sorted_by_kind_and_paged(chat: Chat) -> None:
    shelf = await kept(chat, *(f"Note {n}\nSomething about bread, and more." for n in range(7)))
    assert "1/2" in labels(shelf)
    second = await pressed(chat, shelf, "›")
    assert labels(second)[0] == "📝 Note 0"
    files = await pressed(chat, second, "Files")
    assert "none like that" in files.text
    assert "📝 Note 6" in labels(await pressed(chat, files, "Texts"))


async def test_one_is_called_something_else(chat: Chat) -> None:
    card = await pressed(chat, await kept(chat, RYE), "📝 Rye bread")
    await chat.press(card, "✏️ Rename")
    assert "between 1 and 80" in (await chat.say("x" * 81)).text
    assert "called “Dark bread”" in (await chat.say("Dark  bread")).text
    assert [source.title for source in await rows(chat)] == ["Dark bread"]


async def test_deleted_at_once_with_a_way_back(chat: Chat) -> None:
    card = await pressed(chat, await kept(chat, RYE), "📝 Rye bread")
    gone = await pressed(chat, card, "🗑 Delete")
    assert "is deleted" in gone.text
    assert "None yet" in (await chat.say("/sources")).text
    assert "keeps for a week" in (await pressed(chat, gone, "↩️ Undo")).text


async def test_what_was_made_of_it_is_told_before(chat: Chat) -> None:
    await chat.say(RYE)
    async with chat.application.deps.tx() as tx:
        (source,) = (await tx.session.scalars(select(Source))).all()
        tx.session.add(
            Podcast(
                id=ids.new(),
                owner_id=source.owner_id,
                source_ids=[str(source.id)],
                options={},
                status="ready",
                created_at=tx.now,
                updated_at=tx.now,
            )
        )
    asked = await pressed(chat, await pressed(chat, await chat.say("/sources"), "📝 Rye bread"), "🗑 Delete")
    assert "1 podcast was made from it" in asked.text
    assert "is deleted" in (await pressed(chat, asked, "Yes, delete it")).text


async def test_the_same_text_brings_a_deleted_one_back(chat: Chat) -> None:
    await pressed(chat, await pressed(chat, await kept(chat, RYE), "📝 Rye bread"), "🗑 Delete")
    assert "before" not in (await chat.say(RYE)).text
    assert [source.deleted_at for source in await rows(chat)] == [None]


async def test_posts_are_written_from_several_together(chat: Chat) -> None:
    choosing = await pressed(chat, await kept(chat, RYE, SALT), "🧩 Use several")
    one = await pressed(chat, choosing, "📝 Rye bread")
    assert "✍️ Write posts" not in labels(one)
    both = await pressed(chat, one, "📝 Salt from the sea")
    assert {"✓ 📝 Rye bread", "✓ 📝 Salt from the sea"} <= set(labels(both))
    options = await pressed(chat, both, "✍️ Write posts")
    together = (await rows(chat))[-1]
    assert (together.kind, together.title) == (SourceKind.COMBINED, "Rye bread + Salt from the sea")
    assert together.text == f"{RYE}\n\n{SALT}"
    async with chat.application.deps.sessions() as session:
        batch = (await session.scalars(select(Batch))).one()
    assert batch.source_id == together.id
    assert "Rye bread + Salt" in options.text


async def test_a_podcast_takes_several_together(chat: Chat) -> None:
    choosing = await pressed(chat, await kept(chat, LONG, SALT), "🧩 Use several")
    both = await pressed(chat, await pressed(chat, choosing, "📝 Salt from the sea"), "📝 Oats and milk")
    await chat.press(both, "🎙 Podcast")
    async with chat.application.deps.sessions() as session:
        podcast = (await session.scalars(select(Podcast))).one()
    long, salt = await rows(chat)
    assert podcast.source_ids == [str(salt.id), str(long.id)]


async def test_chosen_again_it_is_out_and_leaving_forgets_all(chat: Chat) -> None:
    choosing = await pressed(chat, await kept(chat, RYE, SALT), "🧩 Use several")
    out = await pressed(chat, await pressed(chat, choosing, "📝 Rye bread"), "✓ 📝 Rye bread")
    assert "0 chosen" in out.text
    await pressed(chat, out, "📝 Rye bread")
    left = await pressed(chat, out, "‹ Sources")
    assert "0 chosen" in (await pressed(chat, left, "🧩 Use several")).text


async def test_too_much_together_is_refused_in_words(chat: Chat) -> None:
    await chat.person.upload(("a.txt", b"Bread and time. " * 3_000))
    await chat.person.upload(("b.txt", b"Salt and time. " * 3_000))
    await chat.handle_updates()
    choosing = await pressed(chat, await chat.say("/sources"), "🧩 Use several")
    first, second, *_ = labels(choosing)
    both = await pressed(chat, await pressed(chat, choosing, first), second)
    told = await chat.press(both, "✍️ Write posts")
    assert "50,000 characters" in str(told)


async def test_somebody_elses_is_not_found(chat: Chat) -> None:
    shelf = await kept(chat, RYE)
    async with chat.application.deps.tx() as tx:
        other = await make_source(tx, await make_user(tx))
    for action in (
        OpenSource(other.id),
        AskSourceTitle(other.id),
        DeleteSource(other.id, True),
        UndeleteSource(other.id),
        PickSource(other.id, 1, Shelf.ALL, False),
        ReadWords(other.id),
        TypeWords(other.id),
        OpenSourcePage(other.id),
    ):
        assert "isn't yours" in str(await chat.press_data(shelf, action.encode())), action
    assert "nothing to cancel" in str(await chat.press_data(shelf, StopReading(other.id).encode()))
    assert "📝 Rye bread" in labels(await chat.say("/sources"))
    assert other.title not in (await chat.say("/sources crumbs")).text
