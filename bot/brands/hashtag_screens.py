"""A brand's groups of hashtags."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.brands.actions import (
    ChangeHashtags,
    DeleteHashtagGroup,
    NewHashtagGroup,
    RenameHashtagGroup,
    ShowBrand,
    ShowHashtagGroup,
    ShowHashtags,
)
from bot.screens import Button, Screen, lines, rows_of
from bot.texts import Texts
from core.brands.hashtags import HASHTAGS_MOST
from core.brands.models import Brand, HashtagGroup, Role
from core.brands.queries import Access


def groups(access: Access, found: Sequence[HashtagGroup], t: Texts) -> Screen:
    """All groups with what is in them."""
    brand_id = access.brand.id
    text: list[str] = [t("# <b>{brand}</b>: hashtags", brand=access.brand.name), ""]
    text += [Markup("<b>{}</b>: {}").format(group.name, " ".join(group.hashtags)) for group in found]
    if not found:
        text.append(t("No group yet. A group goes under a draft with one press: More, then Hashtags."))
    rows = rows_of([Button(group.name, ShowHashtagGroup(group.id)) for group in found], columns=2)
    if access.may(Role.EDITOR):
        rows.append([Button(t("➕ New group"), NewHashtagGroup(brand_id))])
    return Screen(lines(text), [*rows, [Button(t("‹ Back"), ShowBrand(brand_id))]])


def group(shown: HashtagGroup, access: Access, t: Texts) -> Screen:
    """One group."""
    text = lines([Markup("# <b>{}</b>").format(shown.name), Markup.escape(" ".join(shown.hashtags))])
    back = Button(t("‹ Back"), ShowHashtags(access.brand.id))
    if not access.may(Role.EDITOR):
        return Screen(text, [[back]])
    change = [Button(t("✏️ Hashtags"), ChangeHashtags(shown.id)), Button(t("✏️ Name"), RenameHashtagGroup(shown.id))]
    return Screen(text, [change, [Button(t("🗑 Delete"), DeleteHashtagGroup(shown.id, sure=False)), back]])


def ask_delete(shown: HashtagGroup, t: Texts) -> Screen:
    """Before it is gone."""
    yes = Button(t("🗑 Yes, delete"), DeleteHashtagGroup(shown.id, sure=True))
    text = t("Delete the hashtags “{name}”? Drafts that have them keep them.", name=shown.name)
    return Screen(text, [[yes, Button(t("‹ Back"), ShowHashtagGroup(shown.id))]])


def ask_name(brand: Brand, t: Texts) -> Screen:
    """The beginning of a group."""
    return Screen(t("What shall the group of {brand} be called? For example: <i>recipes</i>.", brand=brand.name))


def ask_new_name(shown: HashtagGroup, t: Texts) -> Screen:
    return Screen(t("What shall “{name}” be called? /cancel leaves it as it is.", name=shown.name))


def ask_hashtags(name: str, t: Texts) -> Screen:
    """What is in it."""
    return Screen(
        t("Send me the hashtags of “{name}”, up to {limit}: <i>#bread #porto</i>.", name=name, limit=HASHTAGS_MOST)
    )
