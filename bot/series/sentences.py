"""What can go wrong with posts that recur, as sentences."""

from bot.router import Router
from bot.screens import lines
from bot.series.choosing_screens import examples


def register(router: Router) -> None:
    router.error(
        "when.recurrence_not_understood", lambda t, _: lines([t("I don't understand how often."), examples(t)])
    )
    router.error("when.too_often", lambda t, _: t("A post goes out at most once an hour. Please choose fewer times."))
    router.error(
        "when.too_many_times", lambda t, params: t("That is too often: at most {limit} times.", limit=params["limit"])
    )
    router.error(
        "when.times_dont_fit",
        lambda t, _: t("I can't keep several times on several days of every few weeks. Please make two series of it."),
    )
    router.error(
        "when.ends_before_start", lambda t, _: t("That ends before the first time. Please choose a later last day.")
    )
    router.error("when.never", lambda t, _: t("That never comes. Please choose other days."))
    router.error("when.bad_rule", lambda t, _: t("I don't know that kind of repetition. Please choose another."))
    router.error("series.not_found", lambda t, _: t("That series isn't there any more, or it isn't yours."))
    router.error("series.over", lambda t, _: t("It has nothing ahead any more. Press Change to give it new times."))
    router.error("series.not_running", lambda t, _: t("It doesn't run at the moment. Resume it first."))
    router.error(
        "series.occurrence_gone", lambda t, _: t("That one is out, on its way, or not among the next ones any more.")
    )
    router.error(
        "series.is_a_copy",
        lambda t, _: t("This post is one of a series itself. Duplicate it, and let the duplicate repeat."),
    )
    router.error("series.choice_gone", lambda t, _: t("That choice is too old. Please press Repeat on the post again."))
