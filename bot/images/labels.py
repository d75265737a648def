"""Words for what can be chosen about pictures."""

from markupsafe import Markup

from bot.texts import Texts
from core.images.options import BRAND_COLOR
from core.pictures.quote import CardLayout
from core.providers.images import Aspect, ImageEngine, ImageStyle, Quality

ASPECTS = {Aspect.SQUARE: "1:1", Aspect.WIDE: "16:9", Aspect.TALL: "9:16"}
DOTS = {
    "blue": "🔵",
    "teal": "🩵",
    "green": "🟢",
    "amber": "🟡",
    "red": "🔴",
    "pink": "🩷",
    "violet": "🟣",
    "graphite": "⚫",
    BRAND_COLOR: "⭐",
}


def engine_label(engine: ImageEngine, t: Texts) -> Markup:
    match engine:
        case ImageEngine.TYPESET:
            return t("Quote card")
        case ImageEngine.FAL:
            return t("Painted by fal.ai")
        case ImageEngine.OPENAI:
            return t("Painted by a model")


def style_label(style: ImageStyle, t: Texts) -> Markup:
    return {
        ImageStyle.PHOTOGRAPHIC: t("Photo"),
        ImageStyle.DIGITAL_ART: t("Digital art"),
        ImageStyle.NONE: t("As I say"),
    }[style]


def quality_label(quality: Quality, t: Texts) -> Markup:
    return {Quality.FAST: t("Fast"), Quality.BETTER: t("Better"), Quality.BEST: t("Best")}[quality]


def layout_label(layout: CardLayout, t: Texts) -> Markup:
    return {CardLayout.BOLD: t("Full colour"), CardLayout.PAPER: t("Paper"), CardLayout.FRAME: t("Frame")}[layout]


def color_label(color: str, t: Texts) -> Markup:
    names = {
        "blue": t("Blue"),
        "teal": t("Teal"),
        "green": t("Green"),
        "amber": t("Amber"),
        "red": t("Red"),
        "pink": t("Pink"),
        "violet": t("Violet"),
        "graphite": t("Graphite"),
        BRAND_COLOR: t("My brand's"),
    }
    return Markup("{} {}").format(DOTS[color], names[color])
