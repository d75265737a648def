"""What is said at the door, and the settings."""

from collections.abc import Collection, Sequence
from datetime import datetime

from markupsafe import Markup

from bot.accounts.actions import (
    ChooseLanguage,
    ChooseLatePolicy,
    FollowLanguage,
    ShowExample,
    ShowLanguages,
    ShowLatePolicies,
    ShowPlatforms,
    ShowSettings,
    ShowTimeZones,
    UsePlatform,
)
from bot.accounts.phrases import accepted
from bot.accounts.time_zone_screens import chosen_line
from bot.emails.actions import ShowEmail
from bot.keyboards import ticked
from bot.posts.labels import PLATFORMS, language_label
from bot.router import Command
from bot.screens import Button, Screen, lines, rows_of
from bot.texts import LANGUAGES, Texts
from core import languages as known_languages
from core.accounts.models import LatePolicy
from core.posts.platforms import Platform

GROUPS = (
    ("new", "posts", "podcast", "voice", "brands"),
    ("calendar", "queue", "import", "channels"),
    ("viral", "digest", "analyze", "script"),
    ("publish", "videos", "connect"),
    ("plan", "usage", "settings"),
)
"""Commands that /help shows together, in this order."""


def welcome(first_name: str, t: Texts) -> Screen:
    """The first thing that anybody sees."""
    text = lines(
        [
            t("👋 Hello {name}! I turn what you already have into posts, and deliver them on time.", name=first_name),
            "",
            accepted(t),
            "",
            t("Nothing at hand? See how it goes with an example."),
        ]
    )
    return Screen(text, [[Button(t("✨ Show me"), ShowExample())]])


def help_screen(commands: Sequence[Command], t: Texts) -> Screen:
    """What can be sent, then the commands: grouped, those without a description at the end."""
    described = {command.name: command for command in commands if command.description}
    grouped = {name for group in GROUPS for name in group}
    rest = tuple(name for name in described if name not in grouped and name != "help")
    others = " ".join(f"/{command.name}" for command in commands if not command.description)
    parts: list[str] = [
        accepted(t),
        t("<b>Reply</b> to a draft to change it."),
    ]
    for group in (*GROUPS, rest):
        shown = [described[name] for name in group if name in described]
        if shown:
            parts += ["", *(t("/{name} – {what}", name=each.name, what=t(each.description)) for each in shown)]
    return Screen(
        lines([*parts, "", t("Also: {commands}", commands=others)]), [[Button(t("✨ Show me"), ShowExample())]]
    )


def cancelled(about: str | None, t: Texts) -> Screen:
    """`about` as in `Context.ended_question`. Takes a keyboard away that the question may have brought."""
    if about is None:
        return Screen(t("There is nothing to cancel: I wasn't waiting for anything."), reply_keyboard=())
    if not about:
        return Screen(t("Cancelled. I don't wait for an answer any more."), reply_keyboard=())
    return Screen(t("Cancelled: {what}.", what=t(about)), reply_keyboard=())


def unknown_command(name: str, near: str | None, t: Texts) -> Screen:
    if near is None:
        return Screen(t("I don't know /{name}. All that I can do is in /help.", name=name))
    return Screen(t("I don't know /{name}. Did you mean /{near}?", name=name, near=near))


def talk_in_private(username: str, t: Texts) -> Screen:
    link = f"https://t.me/{username}?start=group"
    return Screen(t("That is between you and me: let's talk in private."), [[Button(t("Open the chat"), url=link)]])


def settings(
    *,
    language: str,
    time_zone: str | None,
    platforms: Collection[Platform],
    late_policy: LatePolicy,
    email: Markup | None,
    now: datetime,
    t: Texts,
) -> Screen:
    """What is chosen now, and a button to change each. `email`: its line, where mail can be had at all."""
    zone = chosen_line(time_zone, now, t) if time_zone else t("not chosen yet")
    text = lines(
        [
            t("⚙️ <b>Settings</b>"),
            "",
            t("🗣 Language: {language}", language=language_label(language, t)),
            t("🕐 Time zone: {zone}", zone=zone),
            t("📣 New posts are for: {platforms}", platforms=_names(platforms)),
            t("🔌 After I was down: {choice}", choice=_late_label(late_policy, t)),
            *([email] if email is not None else []),
        ]
    )
    buttons = [
        [Button(t("🗣 Language"), ShowLanguages()), Button(t("🕐 Time zone"), ShowTimeZones())],
        [Button(t("📣 Platforms"), ShowPlatforms()), Button(t("🔌 After I was down"), ShowLatePolicies())],
        [Button(t("✉️ E-mail"), ShowEmail())] if email is not None else [],
    ]
    return Screen(text, buttons)


def languages(chosen: str | None, t: Texts) -> Screen:
    """The languages that the bot speaks, each by its own name. None is chosen when it is Telegram's."""
    follow = Button(ticked(t("As in Telegram"), chosen is None), FollowLanguage())
    buttons = [
        Button(ticked(known_languages.name(code, shown_in=code).capitalize(), code == chosen), ChooseLanguage(code))
        for code in LANGUAGES
    ]
    text = lines(
        [
            t("🗣 <b>In which language shall I speak?</b>"),
            "",
            t("Posts are written in the language of what you send, whatever you choose here."),
        ]
    )
    return Screen(text, [[follow], *rows_of(buttons, columns=2), [_back(t)]])


def platforms(chosen: Collection[Platform], t: Texts) -> Screen:
    """Each press switches one on or off."""
    buttons = [
        Button(ticked(label, platform in chosen), UsePlatform(platform, platform not in chosen))
        for platform, label in PLATFORMS.items()
    ]
    text = t("📣 <b>Where do your posts go?</b>\n\nNew posts are written for these. You can change it for each one.")
    return Screen(text, [*rows_of(buttons, columns=2), [_back(t)]])


def late_policies(chosen: LatePolicy, t: Texts) -> Screen:
    """What becomes of posts that missed their time."""
    buttons = [
        [Button(ticked(_late_label(policy, t), policy is chosen), ChooseLatePolicy(policy))] for policy in LatePolicy
    ]
    text = lines(
        [
            t("🔌 <b>When I was down, and a post missed its time by over 10 minutes?</b>"),
            "",
            t("Shorter delays and Telegram's own limits don't count: then it goes out as soon as it can."),
        ]
    )
    return Screen(text, [*buttons, [_back(t)]])


def _late_label(policy: LatePolicy, t: Texts) -> Markup:
    return {
        LatePolicy.SEND: t("🚀 Send it late"),
        LatePolicy.ASK: t("❓ Ask me"),
        LatePolicy.SKIP: t("⏭ Skip it"),
    }[policy]


def terms(t: Texts) -> Markup:
    return lines(
        [
            t("<b>Terms</b>"),
            "",
            t("What you send stays yours, and so does what is written from it."),
            t("Posts are written by software: read them before they go out. You answer for what you publish."),
            t("Don't send what you have no right to use, and nothing that is against the law or Telegram's rules."),
            t("A plan that is paid is renewed until you end it, with /billing; then you keep it until its end."),
            t("The service comes as it is. When something fails, I say so; more I can't promise."),
        ]
    )


def privacy(model: str | None, t: Texts, *, painted: bool = False) -> Markup:
    """`model` is who writes, when it isn't this server itself; `painted`: whether a service paints images."""
    written = (
        t("To write posts, their texts are sent to a language model ({model}), and to nobody else.", model=model)
        if model
        else t("Posts are written on the server that runs this bot: your texts are sent to nobody else.")
    )
    goes_out = t("What you have painted goes to an image service, as you word it; quote cards don't.")
    painter = [goes_out] if painted else []
    return lines(
        [
            t("<b>Privacy</b>"),
            "",
            t("I keep your Telegram id, name, language and time zone, what you sent me, and your posts."),
            t("Of the channels that you connect I keep the newest posts, to learn your voice from."),
            written,
            *painter,
            t("Whoever takes a payment has your card, not I: I keep what was paid, when, and for which plan."),
            t("Links that you send are opened to read the article. No advertising, no selling of data."),
            t("Whoever runs this bot can give you all of it, or delete it."),
        ]
    )


def _names(platforms: Collection[Platform]) -> str:
    return ", ".join(label for platform, label in PLATFORMS.items() if platform in platforms)


def _back(t: Texts) -> Button:
    return Button(t("‹ Settings"), ShowSettings())
