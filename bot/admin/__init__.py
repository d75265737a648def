"""What only admins see: /admin and what is behind it. Each press is looked at again: who was one may be none by now."""

from bot.admin import broadcasts, handlers
from bot.router import Router


def register(router: Router) -> None:
    handlers.register(router)
    broadcasts.register(router)
