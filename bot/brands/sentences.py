"""What can be wrong with brands, as sentences: what happened, and what to do."""

from typing import Any

from markupsafe import Markup

from bot.brands.labels import part_label, role_label
from bot.router import Router, Sentence
from bot.texts import Texts
from core.brands.models import Role
from core.brands.service import Part

SENTENCES: dict[str, Sentence] = {
    "brands.not_found": lambda t, _: t("That brand is gone, or you have no access to it (any more). See /brands."),
    "brands.member_not_found": lambda t, _: t("That person has no access any more. Open Members anew."),
    "brands.hashtags_not_found": lambda t, _: t("Those hashtags are gone. Open the brand's hashtags anew."),
    "brands.role_too_low": lambda t, params: t(
        "You are a {role} of this brand, and that takes an {least}. Its owner can change your role.",
        role=role_label(Role(params["role"]), t),
        least=role_label(Role(params["least"]), t),
    ),
    "brands.one_owner": lambda t, _: t("A brand has one owner, and that stays so. The owner can delete it."),
    "brands.no_name": lambda t, _: t("A name needs at least one character. Please send it again, or /cancel."),
    "brands.needs_text": lambda t, _: t("I need that as text. Please write it, or /cancel."),
    "brands.too_long": lambda t, params: _too_long(t, params),
    "brands.no_colors": lambda t, _: t("I found no colour in that. Please send one like #7a1fa2, or /cancel."),
    "brands.too_many_colors": lambda t, params: t(
        "That are too many colours: a brand has up to {most}. Please send the main one first.", most=params["most"]
    ),
    "brands.logo_too_big": lambda t, params: t(
        "That file is too big for a logo: up to {limit} MB are enough. Please send a smaller one.",
        limit=params["limit_mb"],
    ),
    "picture.unreadable": lambda t, _: t(
        "I can't read that as a picture. Please send a PNG, JPEG or WebP, or /cancel."
    ),
    "brands.invite_not_found": lambda t, _: t(
        "This invite doesn't work (any more). Ask whoever sent it for a new link."
    ),
    "brands.invite_used": lambda t, _: t(
        "This invite was used already: each works once. Ask whoever sent it for a new link."
    ),
    "brands.invite_expired": lambda t, _: t(
        "This invite is over three days old and doesn't work any more. Ask whoever sent it for a new link."
    ),
    "brands.already_member": lambda t, _: t("You have access to this brand already. See /brands."),
    "brands.example_length": lambda t, params: t(
        "That has {characters} characters: a post to learn from has {least} to {most}. Please send another one.",
        **params,
    ),
    "brands.too_few_examples": lambda t, params: t(
        "To learn a voice takes at least {least} posts. Open the brand's Voice and forward some.", least=params["least"]
    ),
    "brands.already_learning": lambda t, _: t("I'm on it already."),
    "brands.not_a_length": lambda t, params: t("Please send a number from {least} to {most}, or /cancel.", **params),
    "brands.not_emojis": lambda t, params: t(
        "Please send a number of at most {most}, emojis, or both. Or /cancel.", most=params["most"]
    ),
    "brands.not_hashtags": lambda t, params: t(
        "Please send a number of at most {most}, hashtags, or both. Or /cancel.", most=params["most"]
    ),
    "brands.entry_too_long": lambda t, params: t(
        "That is too long: {length} of {limit} characters. Please send a shorter one, or /cancel.", **params
    ),
    "brands.too_many_entries": lambda t, params: t(
        "Those are {count}, and {limit} are enough. Please send fewer, or /cancel.", **params
    ),
    "brands.no_hashtags": lambda t, _: t("I need at least one hashtag: <i>#bread #porto</i>. Or /cancel."),
    "brands.not_a_hashtag": lambda t, params: t(
        "“{word}” can't be a hashtag: letters, digits and _ only. Please send them again, or /cancel.",
        word=params["word"],
    ),
    "brands.too_many_hashtags": lambda t, params: t(
        "Those are {count} hashtags, and a group has at most {limit}. Please send fewer, or /cancel.", **params
    ),
    "brands.group_name_too_long": lambda t, params: t(
        "That is too long: {length} of {limit} characters. Please send a shorter one, or /cancel.", **params
    ),
    "brands.too_many_groups": lambda t, params: t(
        "A brand has at most {limit} groups of hashtags. Delete one first.", limit=params["limit"]
    ),
    "brands.too_many_invites": lambda t, params: t(
        "{limit} invites wait to be used already. Withdraw one first.", limit=params["limit"]
    ),
    "brands.too_many_members": lambda t, params: t(
        "{limit} people have access to this brand, and more it can't have. Its owner can remove somebody first.",
        limit=params["limit"],
    ),
}


def register(router: Router) -> None:
    router.errors(SENTENCES)


def _too_long(t: Texts, params: dict[str, Any]) -> Markup:
    return t(
        "{part}: that is too long, {length} of {limit} characters. Please send a shorter one, or /cancel.",
        part=part_label(Part(params["part"]), t),
        length=params["length"],
        limit=params["limit"],
    )
