"""Templates: the list, one of them, and what is asked for when it is used."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.keyboards import pager
from bot.posts.labels import platform_label
from bot.posts.makeup_labels import media_label
from bot.screens import Button, Screen, clipped, lines
from bot.templates.actions import (
    DeleteTemplate,
    EditTemplate,
    ListTemplates,
    NewTemplate,
    RenameTemplate,
    RestoreTemplate,
    ShowTemplate,
    UseTemplate,
)
from bot.texts import Texts
from core.db import Paged
from core.posts.makeup import entities_of
from core.telegram.markup import utf16_length
from core.telegram.rendering import html_of
from core.templates.models import Template
from core.templates.service import Needs
from core.templates.variables import Known, meant

SHOWN_UNITS = 2_500
LABEL_CHARACTERS = 40


def templates(found: Paged[Template], t: Texts) -> Screen:
    body = [
        t("💾 <b>Templates</b>"),
        t("Texts that you use again and again. {example} in a text is filled in each time.", example="{date}"),
        *([] if found.items else ["", t("None yet. Save a draft under ✨ More, or press ➕ New.")]),
    ]
    rows = [[Button(clipped(each.name, LABEL_CHARACTERS), ShowTemplate(each.id))] for each in found.items]
    turn = pager(found.number, found.pages, ListTemplates)
    return Screen(lines(body), [*rows, turn, [Button(t("➕ New"), NewTemplate())]])


def template(kept: Template, needs: Needs, t: Texts, *, saved: bool = False) -> Screen:
    """One of them: what it says, and what happens to its variables. `saved`: just now."""
    text = Markup(html_of(kept.text, entities_of(kept.entities), units=SHOWN_UNITS))  # noqa: S704
    body = [
        *([t("✅ Saved as a template.")] if saved else []),
        t("💾 <b>{name}</b> · {platform}", name=kept.name, platform=platform_label(kept.platform)),
        "",
        *([Markup("<b>{}</b>").format(kept.title)] if kept.title else []),
        text + (Markup(" …") if utf16_length(kept.text) > SHOWN_UNITS else Markup()),
        "",
        *_goes_along(kept, t),
        *_variables(needs, t),
    ]
    return Screen(
        lines(body),
        [
            [Button(t("📝 Use it"), UseTemplate(kept.id))],
            [Button(t("✏️ Edit"), EditTemplate(kept.id)), Button(t("🏷 Rename"), RenameTemplate(kept.id))],
            [Button(t("🗑 Delete"), DeleteTemplate(kept.id)), Button(t("‹ Templates"), ListTemplates(1))],
        ],
    )


def _goes_along(kept: Template, t: Texts) -> list[Markup]:
    kinds: dict[str, int] = {}
    for each in kept.media:
        kinds[each["kind"]] = kinds.get(each["kind"], 0) + 1
    buttons = sum(len(row) for row in kept.buttons)
    return [
        *([media_label(kinds, t)] if kinds else []),
        *([t.plural("🔘 {n} button", "🔘 {n} buttons", buttons)] if buttons else []),
    ]


def _variables(needs: Needs, t: Texts) -> list[Markup]:
    told = []
    if needs.has_date:
        told.append(t("📅 {variable}: the day, filled in when you use it.", variable="{date}"))
    if Known.BRAND in needs.known:
        told.append(t("🏷 {variable}: {name}", variable="{brand}", name=needs.known[Known.BRAND]))
    if needs.asked:
        told.append(t("❓ I ask you for: {names}", names=_braced(needs.asked)))
    for name in needs.asked:
        near = meant(name)
        if near is not None:
            told.append(
                t(
                    "⚠️ I don't know {unknown}. Did you mean {known}? Otherwise I ask you for it.",
                    unknown=f"{{{name}}}",
                    known=f"{{{near}}}",
                )
            )
    if not told:
        told.append(t("No variables. Write {date}, {brand}, {link} or one of your own, such as {guest}.", **_EXAMPLES))
    return told


_EXAMPLES = {name: f"{{{name}}}" for name in ("date", "brand", "link", "guest")}


def _braced(names: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def ask_text(t: Texts) -> Screen:
    body = [
        t("Send me the text of the template, formatted as you like."),
        t("{date}, {brand} and {link} are variables; any other name in braces I ask you for.", **_EXAMPLES),
        t("To have braces stand in the text, double them: {literal}. /cancel leaves it.", literal="{{date}}"),
    ]
    return Screen(lines(body))


def ask_name(kept: Template, t: Texts) -> Screen:
    return Screen(t("What should “{name}” be called? /cancel leaves it as it is.", name=kept.name))


def ask_other_text(kept: Template, t: Texts) -> Screen:
    return Screen(
        t("Send me the new text of “{name}”, all of it. /cancel leaves it as it is.", name=kept.name),
        [[Button(t("📋 Copy the present text"), copy=kept.text)]] if 0 < utf16_length(kept.text) <= 256 else [],
    )


def deleted(kept: Template, t: Texts) -> Screen:
    """With a way back."""
    return Screen(
        t("🗑 Deleted: {text}", text=kept.name),
        [[Button(t("Undo"), RestoreTemplate(kept.id)), Button(t("‹ Templates"), ListTemplates(1))]],
    )


def ask_value(name: str, *, number: int, total: int, t: Texts) -> Screen:
    """For one variable."""
    asked = t("What should stand for <b>{name}</b>?", name=f"{{{name}}}")
    if name == Known.LINK:
        asked = t("Which link should stand for <b>{name}</b>? It begins with https://.", name="{link}")
    if name == Known.BRAND:
        asked = t("You have no brand yet. What should stand for <b>{name}</b>?", name="{brand}")
    step = t("{n} of {total}. /cancel makes no draft.", n=number, total=total)
    return Screen(lines([asked, step]))


def choose_date(kept: Template, today: str, t: Texts) -> Screen:
    """Today's date for a post that goes out once; each time its own for one that recurs."""
    return Screen(
        t("Which day should stand for {date}?", date="{date}"),
        [
            [Button(t("📅 Today: {day}", day=today), UseTemplate(kept.id, keep_date=False))],
            [Button(t("🔁 The day of each repetition"), UseTemplate(kept.id, keep_date=True))],
            [Button(t("‹ Back"), ShowTemplate(kept.id))],
        ],
    )
