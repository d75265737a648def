"""Plans and usage in the chat, and the screen for a limit that was reached."""

from bot.billing import handlers
from bot.billing.actions import ShowPlan, ShowPlans, ShowUsage
from bot.router import Router


def register(router: Router) -> None:
    router.command("plan", handlers.show_plan, menu="Your plan, and the others")
    router.command("usage", handlers.show_usage)
    router.press(ShowPlan, handlers.on_show_plan)
    router.press(ShowPlans, handlers.on_show_plans)
    router.press(ShowUsage, handlers.on_show_usage)
    router.error_screen("plan_limit_reached", handlers.limit_reached)
