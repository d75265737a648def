"""What roles and the parts of a brand are called."""

from markupsafe import Markup

from bot.texts import Texts
from core.brands.models import Role
from core.brands.service import Part
from core.brands.style import Trait


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


def trait_label(trait: Trait, t: Texts) -> Markup:
    return {
        Trait.TONE: t("Tone"),
        Trait.LENGTH: t("Length"),
        Trait.EMOJIS: t("Emojis"),
        Trait.HASHTAGS: t("Hashtags"),
        Trait.OPENINGS: t("Openings"),
        Trait.CLOSINGS: t("Endings"),
        Trait.SAMPLES: t("Sample lines"),
        Trait.TABOO: t("Words to avoid"),
    }[trait]
