"""Errors about writing and posts, as sentences: what happened and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.hearing import SENTENCES as HEARING
from bot.posts.labels import PLATFORMS, language_label
from bot.router import Router
from bot.texts import Texts
from core.posts.platforms import Platform

Params = Mapping[str, Any]


def problem_sentence(error: Mapping[str, Any], t: Texts) -> Markup:
    """A stored error (`{"code", "params"}`) in words."""
    sentence = SENTENCES.get(str(error["code"]))
    if sentence is None:
        return t("Something didn't work on our side. Please try again.")
    return sentence(t, error.get("params", {}))


def register_sentences(router: Router) -> None:
    router.errors(SENTENCES)


def _platform(params: Params) -> str:
    name = params.get("platform")
    return PLATFORMS[Platform(name)] if name in set(Platform) else ""


def _too_long(t: Texts, params: Params) -> Markup:
    return t(
        "That is too long for {platform}: {length} of {limit} characters. Please shorten it by {over}.",
        platform=_platform(params),
        length=params["length"],
        limit=params["limit"],
        over=int(params["length"]) - int(params["limit"]),
    )


def _forbidden(t: Texts, params: Params) -> Markup:
    return t(
        "{platform} doesn't take these characters: {characters}. Please leave them out.",
        platform=_platform(params),
        characters=" ".join(params.get("characters", ())),
    )


def _too_many_tags(t: Texts, params: Params) -> Markup:
    return t(
        "Too many tags for {platform}: {count}, and {limit} are allowed.",
        platform=_platform(params),
        count=params.get("count", "?"),
        limit=params.get("limit", "?"),
    )


def _instruction_too_long(t: Texts, params: Params) -> Markup:
    return t(
        "That is too long to tell me what to change: {limit} characters are enough. "
        "If it is the new text itself, begin it with “=”.",
        limit=params["limit"],
    )


def _unable(t: Texts, params: Params) -> Markup:
    return t(
        "The offline writer can't do that: it only rearranges your own sentences. It can do: shorter, longer, "
        "hook first, no emojis, no hashtags, add hashtags, replace “old” with “new”, add “…”. "
        "To write it yourself, begin your message with “=”."
    )


def _rate_limited(t: Texts, params: Params) -> Markup:
    return t("The writing service has too much to do right now. Please try again in a minute.")


def _kept_language(t: Texts, params: Params) -> Markup:
    return t(
        "The offline writer doesn't translate: this is in {language}.", language=language_label(params["language"], t)
    )


def _check_figures(t: Texts, params: Params) -> Markup:
    figures = ", ".join(params.get("figures", ()))
    return t("Please check these figures, they aren't in your source: {figures}", figures=figures)


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    **HEARING,
    "post.empty": lambda t, _: t("There is no text in that. Please send the text of the post."),
    "post.too_long": _too_long,
    "post.title_missing": lambda t, _: t("YouTube needs a title: put it on the first line, and the description below."),
    "post.title_too_long": lambda t, params: t(
        "The title is too long: {length} of {limit} characters.",
        length=params.get("length", "?"),
        limit=params.get("limit", "?"),
    ),
    "post.too_many_hashtags": _too_many_tags,
    "post.too_many_mentions": _too_many_tags,
    "post.forbidden_characters": _forbidden,
    "posts.not_found": lambda t, _: t("That post isn't there any more, or it isn't yours."),
    "posts.batch_not_found": lambda t, _: t("Those drafts aren't there any more, or they aren't yours."),
    "posts.already_requested": lambda t, _: t("I'm on it already."),
    "posts.no_platform": lambda t, _: t("At least one platform has to stay."),
    "posts.rewrite_running": lambda t, _: t("I'm still working on the last change. One moment."),
    "posts.nothing_to_undo": lambda t, _: t("This is the first version."),
    "posts.changed_meanwhile": lambda t, _: t("You changed the post meanwhile, so I left it as it is."),
    "posts.cant_listen": lambda t, _: t(
        "I can't listen here: no transcription service is set up. Please type what to change."
    ),
    "posts.nothing_heard": lambda t, _: t("I heard no words in that. Please say it again, or type it."),
    "posts.spoken_too_long": lambda t, params: t(
        "That is too long: say what to change in at most {n} minutes.", n=int(params["limit_s"]) // 60
    ),
    "posts.edit_needs_text": lambda t, _: t("I need words for that: tell me what to change, or /cancel."),
    "posts.instruction_too_long": _instruction_too_long,
    "brands.not_found": lambda t, _: t(
        "The brand is gone, or you may not write with it any more. Press Change options and choose another."
    ),
    "text.not_able": _unable,
    "text.instruction_not_understood": _unable,
    "text.timeout": lambda t, _: t("The writing service took too long. Please try again."),
    "text.unavailable": lambda t, _: t("The writing service doesn't answer right now. Please try again in a minute."),
    "text.rate_limited": _rate_limited,
    "text.key_refused": lambda t, _: t("The writing service refuses our key. We have to mend that; please tell us."),
    "text.no_credit": lambda t, _: t("The writing service's credit is used up. We have to mend that; please tell us."),
    "text.bad_request": lambda t, _: t("The writing service can't do that as it is set up here. Please tell us."),
    "text.refused": lambda t, _: t("The writing service declined this text. Try other words, or write it yourself."),
    "text.unusable_answer": lambda t, _: t("The writing service's answer made no sense. Please try again."),
    "internal": lambda t, params: t(
        "Something went wrong on our side. Please try again; if it stays so, tell us this number: {reference}.",
        reference=params.get("reference", "?"),
    ),
    "work.timed_out": lambda t, _: t("This took too long, so I stopped it. Please try again."),
    "work.attempts_exhausted": lambda t, _: t(
        "Trouble on our side cut this off in the middle again and again, so I stopped. Please try again."
    ),
    "work.cancelled": lambda t, _: t("You stopped it."),
}

NOTES: dict[str, Callable[[Texts, Params], Markup]] = {
    "text.kept_language": _kept_language,
    "text.shortened": lambda t, _: t("Shortened."),
    "text.lengthened": lambda t, _: t("Lengthened with sentences from your source."),
    "text.hook_moved": lambda t, _: t("The strongest sentence stands first."),
    "text.emojis_removed": lambda t, _: t("Emojis removed."),
    "text.hashtags_removed": lambda t, _: t("Hashtags removed."),
    "text.hashtags_added": lambda t, _: t("Hashtags added."),
    "text.links_removed": lambda t, _: t("Links removed."),
    "text.replaced": lambda t, p: t("“{old}” is “{new}” now.", old=p.get("old", ""), new=p.get("new", "")),
    "text.removed": lambda t, p: t("Removed: {text}", text=p.get("text", "")),
    "text.added": lambda t, p: t("Added: {text}", text=p.get("text", "")),
    "text.not_done": lambda t, p: t("Not done, because I didn't understand it: {text}", text=p.get("text", "")),
    "text.spoken": lambda t, _: t("Made to be read aloud: no hashtags, links or emojis."),
    "text.check_figures": _check_figures,
    "text.taboo": lambda t, p: t(
        "Your brand avoids these words, and they stand here: {words}", words=", ".join(p.get("words", ()))
    ),
    "text.not_signed": lambda t, _: t("There was no room for the brand's signature."),
    "text.unchanged": lambda t, _: t("There was nothing to change."),
}


def note_sentence(note: Mapping[str, Any], t: Texts) -> Markup | None:
    """What the engine wants said about a draft; None for what has no words here."""
    sentence = NOTES.get(str(note["code"]))
    return sentence(t, note.get("params", {})) if sentence is not None else None
