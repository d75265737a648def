"""A brand's colours and logo as people meet them, and the cards that have them."""

import io

import pytest
from PIL import Image

from bot.app import Application
from bot.brands.look_actions import AskColors, ShowLook
from core.brands import look
from core.brands.models import Brand
from core.brands.queries import BrandNotFound
from core.brands.service import Wanted, create_brand
from core.errors import InvalidInput
from core.images import tidying
from core.storage.keys import key_for
from tests.bot.chat import Chat
from tests.factories import make_user


def logo(size: tuple[int, int] = (60, 40)) -> bytes:
    """A green bar on a transparent ground, with empty edges."""
    stored = io.BytesIO()
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste((10, 160, 60, 255), (10, 10, size[0] - 10, size[1] - 10))
    picture.save(stored, "PNG")
    return stored.getvalue()


async def brand_of(application: Application, chat: Chat) -> Brand:
    await chat.say("/start")
    user = await chat.user()
    async with application.deps.tx() as tx:
        return (await create_brand(tx, owner_id=user.id, wanted=Wanted("Oven"))).brand


async def test_colours_are_read_shown_and_taken_away(application: Application, chat: Chat) -> None:
    brand = await brand_of(application, chat)
    await chat.press_data(await chat.last(), ShowLook(brand.id).encode())
    shown = await chat.last()
    assert "none of its own yet" in shown.text
    await chat.press(shown, "🎨 Colours")
    assert "no colour in that" in (await chat.say("something warm")).text
    shown = await chat.say("#7A1FA2 and fc0 please")
    assert "#7a1fa2, #ffcc00" in shown.text
    assert shown.body["photo"]
    await chat.press(shown, "No colours")
    assert "none of its own yet" in (await chat.person.refresh(shown)).text


async def test_a_logo_is_kept_without_its_empty_edges(application: Application, chat: Chat) -> None:
    brand = await brand_of(application, chat)
    await chat.press_data(await chat.last(), ShowLook(brand.id).encode())
    await chat.press(await chat.last(), "🖼 Logo")
    await chat.person.upload(("notes.png", b"no picture"), kind="document")
    await chat.handle_updates()
    assert "can't read that as a picture" in (await chat.last()).text
    await chat.person.upload(("logo.png", logo()), kind="document")
    await chat.handle_updates()
    shown = await chat.last()
    assert "Logo: there" in shown.text
    async with application.deps.sessions() as session:
        found = await session.get_one(Brand, brand.id)
        assert found.logo_key is not None
        stray = key_for(brand.owner_id, look.LOGOS, "stray", "png")
        assert await tidying.unnamed(session, [found.logo_key, stray]) == [stray]
    content = b"".join([piece async for piece in application.deps.storage.read(found.logo_key)])
    with Image.open(io.BytesIO(content)) as stored:
        assert (stored.format, stored.size) == ("PNG", (40, 20))
    await chat.press(shown, "No logo")
    assert "Logo: none yet" in (await chat.person.refresh(shown)).text


@pytest.mark.parametrize(
    ("written", "colors"),
    [("#7a1fa2", ["#7a1fa2"]), ("FC0", ["#ffcc00"]), ("#000 #ffffff", ["#000000", "#ffffff"])],
)
def test_colours_are_understood_as_people_write_them(written: str, colors: list[str]) -> None:
    assert look.colors_in(written) == colors


@pytest.mark.parametrize("written", ["", "red", "#12", "#1234567", "#111 #222 #333"])
def test_what_is_no_colour_is_told(written: str) -> None:
    with pytest.raises(InvalidInput):
        look.colors_in(written)


async def test_somebody_elses_brand_is_not_found(application: Application, chat: Chat) -> None:
    brand = await brand_of(application, chat)
    async with application.deps.tx() as tx:
        other = await make_user(tx)
        for attempt in (
            look.set_colors(tx, user_id=other.id, brand_id=brand.id, colors=["#000000"]),
            look.set_logo(tx, user_id=other.id, brand_id=brand.id, key=None),
        ):
            with pytest.raises(BrandNotFound):
                await attempt
        theirs = (await create_brand(tx, owner_id=other.id, wanted=Wanted("Mill"))).brand
    answer = await chat.press_data(await chat.last(), AskColors(theirs.id).encode())
    assert answer is not None
    assert "no access" in answer.text
