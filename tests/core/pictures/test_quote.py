"""Quote cards: in all scripts and layouts, always readable, never cut."""

import io
import itertools
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InvalidInput
from core.pictures.contrast import READABLE, WHITE, contrast, ink_on, luminance, readable
from core.pictures.quote import COLORS, CardLayout, Look, draw_quote, fits, shade_of, sizes_of
from core.pictures.setting import block_in, left_out, pieces_of
from core.pictures.type import Type
from tests.core.pictures.scripts import WORDS

SQUARE = (1080, 1080)
colors = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(("script", "layout"), list(zip(WORDS, itertools.cycle(CardLayout), strict=False)))
def test_every_script_is_set(script: str, layout: CardLayout) -> None:
    card = draw_quote(WORDS[script], Look(layout, name="Pão & 面包"), SQUARE)
    with Image.open(io.BytesIO(card.png)) as opened:
        assert (opened.format, opened.size) == ("PNG", SQUARE)
    assert card.left_out == ""


@pytest.mark.parametrize("script", WORDS)
@pytest.mark.parametrize("width", [300, 800, 1700])
def test_lines_keep_to_the_width_and_lose_nothing(script: str, width: int) -> None:
    type_ = Type()
    block = block_in(WORDS[script], width, 900, type_, sizes_of(1.0))
    assert block is not None
    assert max(type_.width(line, block.size, bold=block.bold) for line in block.lines) <= width
    assert "".join(block.lines).replace(" ", "") == WORDS[script].replace(" ", "")
    assert block.height <= 900


def test_a_longer_text_is_smaller_and_one_that_has_no_room_is_refused() -> None:
    sizes = []
    for times in (1, 3, 6):
        block = block_in(WORDS["latin"] * times, 860, 700, Type(), sizes_of(1.0))
        assert block is not None
        sizes.append(block.size)
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= 34
    long = WORDS["latin"] * 20
    assert not fits(long, Look(), SQUARE)
    with pytest.raises(InvalidInput) as raised:
        draw_quote(long, Look(), SQUARE)
    assert (raised.value.error_code, raised.value.params["characters"]) == ("card.too_long", len(long))


@pytest.mark.parametrize(("layout", "size"), [("bold", (1080, 1080)), ("paper", (1920, 1080)), ("frame", (1080, 1920))])
def test_what_fits_is_drawn_and_what_does_not_is_not(layout: str, size: tuple[int, int]) -> None:
    """At the border between the two, too."""
    look = Look(CardLayout(layout), name="Bakery")
    low, high = 60, 700
    assert fits("loaf " * low, look, size)
    assert not fits("loaf " * high, look, size)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits("loaf " * middle, look, size) else (low, middle)
    assert draw_quote("loaf " * low, look, size).png
    with pytest.raises(InvalidInput):
        draw_quote("loaf " * high, look, size)


def test_a_word_without_end_is_refused_and_not_cut() -> None:
    assert not fits("a" * 300, Look(), SQUARE)


def test_paragraphs_stay_apart() -> None:
    block = block_in("One.\n\nTwo.", 800, 800, Type(), [60])
    assert block is not None
    assert block.lines == ("One.", "Two.")
    assert block.rises[1] > block.line_height


def test_lines_end_where_each_script_lets_them() -> None:
    assert pieces_of("3D prints 🍞 — good") == ["3D ", "prints 🍞 — ", "good"]
    assert all(piece[0] not in "、。" for piece in pieces_of(WORDS["japanese"]))
    assert len(pieces_of(WORDS["thai"])) > 8
    assert "".join(pieces_of(WORDS["thai"])) == WORDS["thai"]


@given(ground=colors)
@example(ground=(128, 128, 128))
def test_black_or_white_can_be_read_on_any_colour(ground: tuple[int, int, int]) -> None:
    assert contrast(ink_on(ground), ground) >= READABLE
    assert contrast(readable((120, 130, 90), ground), ground) >= READABLE
    deep, ink = shade_of(ground)
    assert min(contrast(ink, ground), contrast(ink, deep)) >= READABLE


def test_contrast_is_the_one_of_the_standard() -> None:
    assert contrast(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)  # the known grey that just fails
    assert luminance((255, 0, 0)) == pytest.approx(0.2126)


SOME_GROUNDS = [COLORS["amber"], COLORS["violet"], (0, 0, 0), (255, 255, 255), (128, 128, 128)]


@pytest.mark.parametrize(
    ("ground", "layout"),
    [*((ground, "bold") for ground in SOME_GROUNDS), (SOME_GROUNDS[0], "paper"), (SOME_GROUNDS[0], "frame")],
)
def test_the_words_stand_out_on_the_finished_card(ground: tuple[int, int, int], layout: str) -> None:
    """Looked up in the pixels: the letters' own colour against the corner's and the middle's surroundings."""
    card = draw_quote("IIII IIII", Look(CardLayout(layout), ground), SQUARE)
    with Image.open(io.BytesIO(card.png)) as opened:
        band = opened.convert("RGB").crop((140, 480, 940, 640))
    found = band.getcolors(band.width * band.height) or []
    common = [color for _, color in sorted(found, reverse=True)[:40] if isinstance(color, tuple)]
    best = max(contrast((*one[:3],), (*other[:3],)) for one, other in itertools.combinations(common, 2))
    assert best >= READABLE


def test_what_no_font_has_is_told() -> None:
    assert left_out("Bread ꔀ 🇵🇹 and 🍞") == "ꔀ🇵🇹"
    assert left_out("👩🏽‍🍳 bakes 1️⃣ loaf\u200b") == ""
    assert draw_quote("Bread ꔀ", Look(), SQUARE).left_out == "ꔀ"
    with pytest.raises(InvalidInput) as raised:
        draw_quote("🍞 …", Look(), SQUARE)
    assert raised.value.error_code == "card.nothing_to_set"


def logo(color: tuple[int, int, int], *, size: tuple[int, int] = (300, 100)) -> bytes:
    stored = io.BytesIO()
    Image.new("RGBA", size, (*color, 255)).save(stored, "PNG")
    return stored.getvalue()


@pytest.mark.parametrize("layout", list(CardLayout))
@pytest.mark.parametrize("color", [(37, 99, 235), (10, 10, 10)])
def test_a_logo_is_seen_on_any_ground(layout: CardLayout, color: tuple[int, int, int]) -> None:
    """Where it would vanish it stands on a plate: around it, something else begins."""
    with_logo = draw_quote("Bread needs time.", Look(layout, logo=logo(color)), SQUARE)
    with Image.open(io.BytesIO(with_logo.png)) as opened:
        shown = opened.convert("RGB")
        places = [(x, y) for x in range(0, 1080, 4) for y in range(880, 1080, 2) if shown.getpixel((x, y)) == color]
        assert len(places) > 200
        edge = min(places)
        beside = shown.getpixel((edge[0] - 6, edge[1] + 10))
        assert isinstance(beside, tuple)
        assert contrast(color, (beside[0], beside[1], beside[2])) > 1.5


@pytest.mark.parametrize("content", [b"", b"no picture", logo((1, 2, 3), size=(5000, 5000))], ids=["", "text", "huge"])
def test_a_logo_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        draw_quote("Bread", Look(logo=content), SQUARE)


def test_any_text_is_set_or_has_no_room() -> None:
    """Whatever people send: nothing of it breaks, and what is set keeps to its box."""
    chance, type_ = random.Random(7), Type()
    alphabet = "ab ñЖעا日ก한 \n\t🍞🇵🇹\u200d\u202e—“”0%\u0301क्षि"
    for _ in range(150):
        text = "".join(chance.choices(alphabet, k=chance.randint(1, 60)))
        block = block_in(text, 500, 300, type_, [90, 60, 40])
        if block is not None:
            assert max(type_.width(line, block.size, bold=block.bold) for line in block.lines) <= 500
            assert block.height <= 300
