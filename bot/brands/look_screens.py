"""How a brand looks: its colours, its logo, and a card that shows both. Pure."""

from markupsafe import Markup

from bot.brands.actions import ShowBrand
from bot.brands.look_actions import AskColors, AskLogo, ClearColors, ClearLogo
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.brands.models import Role
from core.brands.queries import Access


def look(access: Access, card: bytes, t: Texts) -> Screen:
    """Only who may change a brand is shown how."""
    brand = access.brand
    colors = ", ".join(brand.colors)
    text = lines(
        [
            t("🎨 <b>{brand}</b>: how its cards look", brand=brand.name),
            t("Colours: {colors}", colors=colors) if colors else t("Colours: none of its own yet"),
            t("Logo: there") if brand.logo_key else t("Logo: none yet"),
        ]
    )
    back = [Button(t("‹ Back"), ShowBrand(brand.id))]
    if not access.may(Role.EDITOR):
        return Screen(text, [back], picture=card)
    rows = [[Button(t("🎨 Colours"), AskColors(brand.id)), Button(t("🖼 Logo"), AskLogo(brand.id))]]
    away = []
    if brand.colors:
        away.append(Button(t("No colours"), ClearColors(brand.id)))
    if brand.logo_key:
        away.append(Button(t("No logo"), ClearLogo(brand.id)))
    return Screen(text, [*rows, away, back], picture=card)


def sample(brand_name: str, t: Texts) -> Markup:
    """What stands on the card that shows the look."""
    return t("This is how a card of {brand} looks.", brand=brand_name)


def ask_colors(t: Texts) -> Screen:
    return Screen(
        t(
            "Send me one colour or two as web colours, the main one first: for example <code>#7a1fa2 #ffcc00</code>. "
            "/cancel leaves them as they are."
        )
    )


def ask_logo(t: Texts) -> Screen:
    return Screen(
        t(
            "Send me the logo as a picture. A PNG sent as a file keeps its transparent ground. "
            "/cancel leaves it as it is."
        )
    )
