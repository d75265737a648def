"""The settings: each shows what is chosen now, and a press changes it in place."""

from functools import partial

from bot.accounts import screens
from bot.accounts.actions import (
    ChooseLanguage,
    ChooseLatePolicy,
    FollowLanguage,
    ShowLanguages,
    ShowLatePolicies,
    ShowPlatforms,
    ShowSettings,
    UsePlatform,
)
from bot.context import Context
from bot.emails.labels import settings_line
from bot.menus import translate_menu
from bot.router import Router
from bot.screens import Screen, Toast
from bot.texts import LANGUAGES, supported_language
from core.accounts import service as accounts
from core.accounts.models import LatePolicy, User
from core.emails.models import EmailAddress
from core.emails.queries import email_address_of
from core.posts.platforms import Platform


def register(router: Router) -> None:
    router.command("settings", show_settings, menu="Language, time zone, platforms")
    router.press(ShowSettings, on_show_settings)
    router.press(ShowLanguages, on_show_languages)
    router.press(ChooseLanguage, partial(on_choose_language, router))
    router.press(FollowLanguage, partial(on_follow_language, router))
    router.press(ShowPlatforms, on_show_platforms)
    router.press(UsePlatform, on_use_platform)
    router.press(ShowLatePolicies, on_show_late_policies)
    router.press(ChooseLatePolicy, on_choose_late_policy)
    router.error("accounts.no_platform", lambda t, _: t("Keep at least one: that is what new posts are written for."))
    router.error("accounts.unknown_language", lambda t, _: t("I don't speak that language yet."))


async def show_settings(context: Context) -> None:
    async with context.deps.read() as session:
        user = await accounts.user_of(session, context.actor.id)
        email = await email_address_of(session, owner_id=user.id)
    await context.show(_settings(context, user, email))


async def on_show_settings(context: Context, press: ShowSettings) -> None:
    await show_settings(context)


async def on_show_languages(context: Context, press: ShowLanguages) -> None:
    actor = context.actor
    await context.show(screens.languages(actor.language if actor.language_chosen else None, context.texts))


async def on_choose_language(router: Router, context: Context, press: ChooseLanguage) -> None:
    async with context.deps.tx() as tx:
        user = await accounts.choose_language(tx, user_id=context.actor.id, language=press.language, offered=LANGUAGES)
    await _speak(router, context, user)


async def on_follow_language(router: Router, context: Context, press: FollowLanguage) -> None:
    theirs = context.update.effective_user
    language = supported_language(theirs.language_code if theirs is not None else None)
    async with context.deps.tx() as tx:
        user = await accounts.follow_language(tx, user_id=context.actor.id, language=language)
    await _speak(router, context, user)


async def _speak(router: Router, context: Context, user: User) -> None:
    """Go on in the language that was just chosen."""
    context.adopt(language=user.language, language_chosen=user.language_chosen)
    await show_settings(context)
    await translate_menu(context, router)


async def on_show_platforms(context: Context, press: ShowPlatforms) -> None:
    async with context.deps.read() as session:
        user = await accounts.user_of(session, context.actor.id)
    await context.show(_platforms(context, user))


async def on_use_platform(context: Context, press: UsePlatform) -> None:
    async with context.deps.tx() as tx:
        user = await accounts.use_platform(tx, user_id=context.actor.id, platform=press.platform, wanted=press.wanted)
    await context.toast(Toast(context.texts("Saved.")))
    await context.show(_platforms(context, user))


async def on_show_late_policies(context: Context, press: ShowLatePolicies) -> None:
    async with context.deps.read() as session:
        user = await accounts.user_of(session, context.actor.id)
    await context.show(screens.late_policies(LatePolicy(user.late_policy), context.texts))


async def on_choose_late_policy(context: Context, press: ChooseLatePolicy) -> None:
    async with context.deps.tx() as tx:
        user = await accounts.choose_late_policy(tx, user_id=context.actor.id, policy=press.policy)
        email = await email_address_of(tx.session, owner_id=user.id)
    await context.toast(Toast(context.texts("Saved.")))
    await context.show(_settings(context, user, email))


def _settings(context: Context, user: User, email: EmailAddress | None) -> Screen:
    return screens.settings(
        language=user.language,
        time_zone=user.time_zone,
        platforms=[Platform(name) for name in user.platforms],
        late_policy=LatePolicy(user.late_policy),
        email=settings_line(email, context.texts) if context.deps.mailer is not None else None,
        now=context.deps.clock.now(),
        t=context.texts,
    )


def _platforms(context: Context, user: User) -> Screen:
    return screens.platforms([Platform(name) for name in user.platforms], context.texts)
