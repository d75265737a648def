"""What roles and the parts of a brand are called."""

from markupsafe import Markup

from bot.texts import Texts
from core.brands.models import Role
from core.brands.service import Part


def role_label(role: Role, t: Texts) -> Markup:
    return {Role.OWNER: t("owner"), Role.EDITOR: t("editor"), Role.VIEWER: t("viewer")}[role]


def role_sentence(role: Role, t: Texts) -> Markup:
    """What a member with this role may do."""
    return {
        Role.OWNER: t("This brand is yours."),
        Role.EDITOR: t("You are an editor: you write and schedule with this brand, and change what it says."),
        Role.VIEWER: t("You are a viewer: you may look at this brand."),
    }[role]


def part_label(part: Part, t: Texts) -> Markup:
    return {
        Part.NAME: t("Name"),
        Part.DESCRIPTION: t("What it is"),
        Part.AUDIENCE: t("Audience"),
        Part.SIGNATURE: t("Signature"),
    }[part]
