"""Brands: the list, one of them, and the questions about what it says."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.brands.actions import (
    AskPart,
    ClearPart,
    DeleteBrand,
    EditBrand,
    LeaveBrand,
    NewBrand,
    RestoreBrand,
    ShowBrand,
    ShowBrands,
    ShowHashtags,
    ShowMembers,
    ShowVoice,
    SkipPart,
    UseByDefault,
)
from bot.brands.labels import part_label, role_label, role_sentence
from bot.brands.look_actions import ShowLook
from bot.keyboards import ticked
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.texts import Texts
from core.billing.queries import Entitlement
from core.brands.models import Brand, Role
from core.brands.queries import Access
from core.brands.service import LIMITS, Part


def brands(found: Sequence[Access], room: Entitlement, t: Texts) -> Screen:
    """All that the user may see, their own first."""
    new = [Button(t("➕ New brand"), NewBrand())]
    if not found:
        return Screen(_none(t), [new])
    of_limit = [t("{used} of {limit} on your plan", used=room.used, limit=room.limit)] if room.limit else []
    text = lines([t("🏷 <b>Your brands</b>"), *of_limit, "", *(_entry(each, t) for each in found)])
    entries = [Button(each.brand.name, ShowBrand(each.brand.id)) for each in found]
    return Screen(text, [*rows_of(entries, columns=2), new])


def _none(t: Texts) -> Markup:
    return t(
        "🏷 <b>No brand yet.</b>\n\n"
        "A brand is a voice: who you are, whom you speak to, and how your posts sound. I can learn it from posts "
        "that you forward to me, and then write drafts and podcasts in it. You can share it with others."
    )


def _entry(access: Access, t: Texts) -> Markup:
    default = t(" · by default") if access.is_default else ""
    role = Markup(" · {}").format(role_label(access.role, t)) if access.role is not Role.OWNER else ""
    return Markup("• <b>{}</b>{}{}").format(access.brand.name, role, default)


def brand(access: Access, *, members: int, groups: int, voice: Markup, t: Texts) -> Screen:
    """One brand as a member sees it. `voice`: its voice in a line."""
    shown = access.brand
    about: list[str] = [Markup("🏷 <b>{}</b>").format(shown.name)]
    if shown.description:
        about.append(Markup.escape(shown.description))
    about += ["", *_facts(shown, t), voice]
    about.append(t.plural("# {n} group of hashtags", "# {n} groups of hashtags", groups))
    about.append(t.plural("👥 {n} person has access", "👥 {n} people have access", members))
    about += ["", role_sentence(access.role, t)]
    if access.is_default:
        about.append(t("New texts are in its voice, unless you say otherwise."))
    return Screen(lines(about), _keyboard(access, t))


def _facts(shown: Brand, t: Texts) -> list[Markup]:
    facts = [t("🎯 Speaks to: {audience}", audience=shown.audience)] if shown.audience else []
    if shown.signature:
        facts.append(t("✒️ Signs with: {signature}", signature=shown.signature))
    return facts


def _keyboard(access: Access, t: Texts) -> Keyboard:
    brand_id = access.brand.id
    rows: list[list[Button]] = []
    if access.may(Role.EDITOR):
        by_default = ticked(t("Use by default"), access.is_default)
        rows.append(
            [
                Button(t("✏️ Edit"), EditBrand(brand_id)),
                Button(by_default, UseByDefault(brand_id, not access.is_default)),
            ]
        )
    rows.append([Button(t("🗣 Voice"), ShowVoice(brand_id)), Button(t("# Hashtags"), ShowHashtags(brand_id))])
    rows.append([Button(t("🎨 Look"), ShowLook(brand_id)), Button(t("👥 Members"), ShowMembers(brand_id))])
    if access.role is Role.OWNER:
        rows.append([Button(t("🗑 Delete"), DeleteBrand(brand_id)), _back(t)])
    else:
        rows.append([Button(t("🚪 Leave"), LeaveBrand(brand_id, sure=False)), _back(t)])
    return rows


def _back(t: Texts) -> Button:
    return Button(t("‹ Brands"), ShowBrands())


def editing(access: Access, t: Texts) -> Screen:
    """What can be changed, with what it is now."""
    shown = access.brand
    text = [t("✏️ <b>{brand}</b>: what shall I change?", brand=shown.name), ""]
    for part in Part:
        said = getattr(shown, part) or t("nothing yet")
        text.append(Markup("<b>{}</b>: {}").format(part_label(part, t), said))
    buttons = [Button(part_label(part, t), AskPart(shown.id, part)) for part in Part]
    return Screen(lines(text), [*rows_of(buttons, columns=2), [Button(t("‹ Back"), ShowBrand(shown.id))]])


def ask_name(t: Texts) -> Screen:
    """The beginning of a brand."""
    return Screen(
        t("🏷 What is the brand called? Send me its name, of up to {limit} characters.", limit=LIMITS[Part.NAME])
    )


def ask_part(shown: Brand, part: Part, t: Texts, *, first_time: bool = False) -> Screen:
    """What the next message will be taken for. `first_time`: it is about to be made, so this can be left out."""
    text = [_question(shown, part, t)]
    limit = t("Up to {limit} characters.", limit=LIMITS[part])
    rows: list[list[Button]] = []
    if first_time:
        rows.append([Button(t("Skip"), SkipPart(shown.id, part))])
    else:
        limit += t(" /cancel leaves it as it is.")
        if getattr(shown, part) and part is not Part.NAME:
            rows.append([Button(t("🗑 Remove it"), ClearPart(shown.id, part))])
    return Screen(lines([*text, limit]), rows)


def _question(shown: Brand, part: Part, t: Texts) -> Markup:
    match part:
        case Part.NAME:
            return t("What shall {brand} be called?", brand=shown.name)
        case Part.DESCRIPTION:
            return t("What is {brand}? A sentence or two, as you would tell a new colleague.", brand=shown.name)
        case Part.AUDIENCE:
            return t("Whom does {brand} speak to? For example: <i>people who bake at home</i>.", brand=shown.name)
        case Part.SIGNATURE:
            return t(
                "With what do posts of {brand} end? For example a line with your name and link. It is put under each "
                "new draft where the platform has room for it.",
                brand=shown.name,
            )


def deleted(shown: Brand, t: Texts) -> Screen:
    """With a way back."""
    return Screen(
        t("🗑 Deleted: {brand}. Your posts stay. For a week you can take it back.", brand=shown.name),
        [[Button(t("↩️ Undo"), RestoreBrand(shown.id)), _back(t)]],
    )
