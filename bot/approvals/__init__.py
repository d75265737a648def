"""Asking others before a post goes out."""

from bot.router import Router


def register(router: Router) -> None:
    # Not above: the screens show the posts' cards, which show this feature's actions.
    from bot.approvals import answering, asking, people, sentences

    asking.register(router)
    answering.register(router)
    people.register(router)
    sentences.register(router)
