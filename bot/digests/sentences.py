"""What can go wrong with digests, in words."""

from bot.digests import screens, watch_screens
from bot.router import Router
from core.digests.queries import DigestNotFound, IssueNotFound
from core.digests.service import NoRoomToRun
from core.digests.watching import NoRoomToWatch


def register(router: Router) -> None:
    router.error(DigestNotFound.code, lambda t, _: t("This digest isn't there any more. Yours are under /digest."))
    router.error(IssueNotFound.code, lambda t, _: t("This issue is no longer kept. Open /digest for what is new."))
    router.error_screen(NoRoomToRun.code, lambda context, params: screens.no_room(context.texts, params))
    router.error_screen(NoRoomToWatch.code, lambda context, params: watch_screens.no_room(context.texts, params))
    router.error("digests.deleted", lambda t, _: t("This digest is deleted. Open /digest to make another one."))
    router.error("digests.not_offered", lambda t, _: t("That can't be chosen. Open /digest and choose again."))
    router.error(
        "digests.last_network", lambda t, _: t("A digest looks at one network at least. Choose another one first.")
    )
    router.error(
        "digests.keywords",
        lambda t, params: t(
            "A digest has 1 to {most} keywords; these are {n}. Please send them again, with commas between them.",
            most=params["most"],
            n=params["keywords"],
        ),
    )
