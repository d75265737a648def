"""Posts that recur: choosing how often, looking at what comes, changing single times."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: the choice of times shows this feature's buttons, and this feature goes back to it.
    from bot.series import choosing, handlers, sentences

    choosing.register(router)
    handlers.register(router)
    sentences.register(router)
