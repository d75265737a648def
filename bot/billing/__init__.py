"""Plans and usage in the chat, paying for a plan, and the screen for a limit that was reached."""

from bot.billing import handlers, paying, stars, support
from bot.billing.actions import (
    ChangeByCard,
    ConfirmChange,
    FixCard,
    KeepPlan,
    ManageCard,
    PayByCard,
    PayWithStars,
    ResumeCard,
    ResumeStars,
    ShowBigger,
    ShowBilling,
    ShowPlan,
    ShowPlans,
    ShowUsage,
    StartTrial,
    StopCard,
    StopStars,
    StopTrial,
)
from bot.billing.sentences import SENTENCES
from bot.router import Router


def register(router: Router) -> None:
    router.command("plan", handlers.show_plan, menu="Your plan, and the others")
    router.command("usage", handlers.show_usage)
    router.command("billing", paying.show_billing)
    router.press(ShowPlan, handlers.on_show_plan)
    router.press(ShowPlans, handlers.on_show_plans)
    router.press(ShowBigger, handlers.on_show_bigger)
    router.press(ShowUsage, handlers.on_show_usage)
    router.press(StartTrial, handlers.on_start_trial)
    router.press(StopTrial, handlers.on_stop_trial)
    router.press(ShowBilling, paying.on_show_billing)
    router.press(PayByCard, paying.on_pay_by_card)
    router.press(ChangeByCard, paying.on_change_by_card)
    router.press(ConfirmChange, paying.on_confirm_change)
    router.press(KeepPlan, paying.on_keep_plan)
    router.press(FixCard, paying.on_fix_card)
    router.press(ManageCard, paying.on_manage_card)
    router.press(StopCard, paying.on_stop_card)
    router.press(ResumeCard, paying.on_resume_card)
    router.press(PayWithStars, paying.on_pay_with_stars)
    router.press(StopStars, paying.on_stop_stars)
    router.press(ResumeStars, paying.on_resume_stars)
    router.service(lambda update: update.pre_checkout_query is not None, stars.before_payment)
    router.service(lambda update: update.message is not None and bool(update.message.successful_payment), stars.on_paid)
    router.service(
        lambda update: update.message is not None and bool(update.message.refunded_payment), stars.on_refunded
    )
    router.error_screen("plan_limit_reached", handlers.limit_reached)
    router.errors(SENTENCES)
    support.register(router)
