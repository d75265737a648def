"""What falls due with time, carried out in its order at the moment at which it was due."""

from web.sandbox.stripe.account import Account


def catch_up(account: Account) -> None:
    """Everything that is due by the sandbox's present."""
