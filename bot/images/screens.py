"""Pictures: the card with choices, and what is asked on the way. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from bot.deliveries.actions import OpenCard
from bot.images.actions import (
    AskPrompt,
    Choice,
    ChooseColor,
    ChoosePassage,
    ListImages,
    MakeImage,
    NewImage,
    SetImageOption,
    SetPassage,
    ShowImageOptions,
    SignCard,
)
from bot.images.labels import ASPECTS, color_label, engine_label, layout_label, quality_label, style_label
from bot.keyboards import ticked
from bot.screens import Button, Keyboard, Screen, clipped, lines, rows_of
from bot.texts import Texts
from core import ids
from core.billing.queries import Entitlement
from core.db import Json
from core.images.options import BRAND_COLOR, ImageOptions
from core.pictures.quote import COLORS, CardLayout
from core.providers.images import Aspect, ImageEngine, ImageStyle, Quality

SHOWN_CHARACTERS = 500
PASSAGE_SHOWN = 330


@dataclass(frozen=True, slots=True)
class Card:
    """What the card needs beside the picture's data. `engines`: who makes pictures; `passages`: whether there are
    other sentences to choose; `too_long`: that the words have no room on the card."""

    engines: Sequence[ImageEngine]
    entitlement: Entitlement
    brand_name: str = ""
    brand_has_colors: bool = False
    passages: bool = False
    too_long: bool = False


def image_id_of(data: Mapping[str, object]) -> ids.ImageId:
    return ids.ImageId(UUID(str(data["image_id"])))


def choosing(data: Json, card: Card, t: Texts) -> Screen:
    """`data` is core.images.showing.image_data."""
    options = ImageOptions.from_json(data["options"])
    typeset = options.engine is ImageEngine.TYPESET
    body = [
        t("🖼 <b>A quote card</b>") if typeset else t("🖼 <b>A picture</b>"),
        t("<blockquote>{prompt}</blockquote>", prompt=_clipped(data["prompt"])),
        _explained(options.engine, t),
        *([_too_long(card, t)] if card.too_long else []),
        *_left(card.entitlement, t),
    ]
    image_id = image_id_of(data)
    rows = [
        _engine_row(image_id, options, card, t),
        _row(image_id, Choice.ASPECT, [(each, ASPECTS[each]) for each in Aspect], options.aspect),
        *(_card_rows(image_id, options, card, t) if typeset else _model_rows(image_id, options, t)),
        _words_row(image_id, card, t, typeset=typeset),
        _last_row(image_id, data, card, t),
    ]
    return Screen(lines(body), [row for row in rows if row])


def _clipped(prompt: str) -> str:
    return prompt if len(prompt) <= SHOWN_CHARACTERS else f"{prompt[: SHOWN_CHARACTERS - 1].rstrip()}…"


def _explained(engine: ImageEngine, t: Texts) -> Markup:
    if engine is ImageEngine.TYPESET:
        return t("I set these words on a card myself; no image model is asked. Reply to this with other words.")
    return t("An image model paints this. Reply to this message to say it otherwise.")


def _too_long(card: Card, t: Texts) -> Markup:
    if card.passages:
        return t("⚠️ All of that has no room on this card in letters that can be read. Choose a sentence of it.")
    return t("⚠️ All of that has no room on this card in letters that can be read. Please reply with shorter words.")


def _left(entitlement: Entitlement, t: Texts) -> list[Markup]:
    if entitlement.left is None:
        return []
    return [t.plural("{n} image left this month", "{n} images left this month", entitlement.left)]


def _row(image_id: ids.ImageId, choice: Choice, labels: Sequence[tuple[str, str]], chosen: str) -> list[Button]:
    return [Button(ticked(label, value == chosen), SetImageOption(image_id, choice, value)) for value, label in labels]


def _engine_row(image_id: ids.ImageId, options: ImageOptions, card: Card, t: Texts) -> list[Button]:
    """Only when there is a choice."""
    if len(card.engines) < 2:
        return []
    labels = [(engine, engine_label(engine, t)) for engine in card.engines]
    return _row(image_id, Choice.ENGINE, labels, options.engine)


def _model_rows(image_id: ids.ImageId, options: ImageOptions, t: Texts) -> Keyboard:
    styles = [(each, style_label(each, t)) for each in ImageStyle]
    qualities = [(each, quality_label(each, t)) for each in Quality]
    return [
        _row(image_id, Choice.STYLE, styles, options.style),
        _row(image_id, Choice.QUALITY, qualities, options.quality),
    ]


def _card_rows(image_id: ids.ImageId, options: ImageOptions, card: Card, t: Texts) -> Keyboard:
    layouts = [(each, layout_label(each, t)) for each in CardLayout]
    color = shown_color(options, card)
    row = [Button(color_label(color, t), ChooseColor(image_id))]
    if card.brand_name:
        label = t("Signed {brand}", brand=clipped(card.brand_name, 24))
        row.append(Button(ticked(label, options.signed), SignCard(image_id, not options.signed)))
    return [_row(image_id, Choice.LAYOUT, layouts, options.layout), row]


def shown_color(options: ImageOptions, card: Card) -> str:
    """The one that counts: without a brand's, the plain one does."""
    return "blue" if options.color == BRAND_COLOR and not card.brand_has_colors else options.color


def _words_row(image_id: ids.ImageId, card: Card, t: Texts, *, typeset: bool) -> list[Button]:
    row = [Button(t("✏️ Other words"), AskPrompt(image_id))]
    if typeset and card.passages:
        row.append(Button(t("💬 Choose a sentence"), ChoosePassage(image_id)))
    return row


def _last_row(image_id: ids.ImageId, data: Json, card: Card, t: Texts) -> list[Button]:
    make = [] if card.too_long else [Button(t("🖼 Make it"), MakeImage(image_id))]
    if data["post_id"]:
        return [*make, Button(t("‹ The draft"), OpenCard(ids.PostId(UUID(data["post_id"]))))]
    return [*make, Button(t("🗂 My images"), ListImages(1))]


def colors(data: Json, card: Card, t: Texts) -> Screen:
    """The brand's, where it has any, and plain ones."""
    options, image_id = ImageOptions.from_json(data["options"]), image_id_of(data)
    offered = [*([BRAND_COLOR] if card.brand_has_colors else []), *COLORS]
    chosen = shown_color(options, card)
    buttons = [
        Button(ticked(color_label(each, t), each == chosen), SetImageOption(image_id, Choice.COLOR, each))
        for each in offered
    ]
    back = [Button(t("‹ Back"), ShowImageOptions(image_id))]
    return Screen(t("Which colour? The letters are made to be read on it."), [*rows_of(buttons, columns=3), back])


def passages(data: Json, found: Sequence[str], t: Texts) -> Screen:
    """Sentences of the text, each as it is."""
    image_id = image_id_of(data)
    listed = [t("<b>{n}.</b> {text}", n=number, text=text[:PASSAGE_SHOWN]) for number, text in enumerate(found, 1)]
    buttons = [Button(str(number + 1), SetPassage(image_id, number)) for number in range(len(found))]
    body = [t("💬 <b>Which sentence stands on the card?</b>"), "", *listed]
    return Screen(lines(body), [buttons, [Button(t("‹ Back"), ShowImageOptions(image_id))]])


def ask_words(data: Json, t: Texts) -> Screen:
    if ImageOptions.from_json(data["options"]).engine is ImageEngine.TYPESET:
        return Screen(t("Send me the words for the card. /cancel leaves it as it is."))
    return Screen(t("Tell me what the picture is to show. /cancel leaves it as it is."))


def start(engines: Sequence[ImageEngine], entitlement: Entitlement, t: Texts, *, has_images: bool) -> Screen:
    """/image alone."""
    only_cards = list(engines) == [ImageEngine.TYPESET]
    what = (
        t("Send me the words, and I set them on a card. Or reply /image to a message that has them.")
        if only_cards
        else t("Tell me what it is to show, or send the words for a quote card. Or reply /image to a message.")
    )
    more = [t("<i>No image model is set up here, so I make quote cards: your words, set in type.</i>")]
    body = [t("🖼 <b>An image</b>"), what, *(more if only_cards else []), *_left(entitlement, t)]
    return Screen(lines(body), [[Button(t("🗂 My images"), ListImages(1))]] if has_images else [])


def new_image(t: Texts) -> Button:
    return Button(t("🖼 New image"), NewImage())
