"""The address for mail: which, whether it is verified, what went wrong, and what is written about."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from bot.accounts.actions import ShowSettings
from bot.emails.actions import (
    AskAddress,
    AskRemoval,
    ChooseMail,
    KeepPresent,
    RemoveAddress,
    SendLinkAgain,
    ShowEmail,
)
from bot.keyboards import ticked
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.emails.kinds import Category
from core.emails.models import EmailAddress
from core.emails.queries import wants
from core.emails.spelling import shown_address
from core.providers.email_resend_webhook import Fate

HOURS = 24


def email(row: EmailAddress | None, t: Texts) -> Screen:
    """Everything about mail, in the state that it is in."""
    if row is None or not (row.address or row.pending):
        return _nothing(t)
    text = lines([t("✉️ <b>E-mail</b>"), "", *_state(row, t)])
    return Screen(text, [*_switches(row, t), *_ways(row, t), [_back(t)]])


def _nothing(t: Texts) -> Screen:
    text = lines(
        [
            t("✉️ <b>E-mail</b>"),
            "",
            t("You haven't given me an address, and you needn't: all that matters comes here."),
            "",
            t(
                "With one, I also write about your trial and plan, send receipts, and tell you of published posts "
                "if you like. No advertising."
            ),
        ]
    )
    return Screen(text, [[Button(t("✏️ Give an address"), AskAddress())], [_back(t)]])


def _state(row: EmailAddress, t: Texts) -> Iterator[Markup]:
    if row.address is not None:
        yield t("✅ I write to <b>{address}</b>.", address=shown_address(row.address))
    if row.problem is not None:
        yield from _trouble(row.problem, t)
    elif row.pending is not None:
        yield from _waiting(row.pending, t)
    if row.address is not None:
        yield Markup()
        yield t("Receipts always come. Choose the rest:")


def _waiting(pending: str, t: Texts) -> Iterator[Markup]:
    yield t(
        "⏳ I've sent a link to <b>{address}</b>. Open it and press the button there.", address=shown_address(pending)
    )
    yield t.plural(
        "It works once, for {n} hour. Before that, nothing else is sent there.",
        "It works once, for {n} hours. Before that, nothing else is sent there.",
        HOURS,
    )


def _trouble(problem: Mapping[str, Any], t: Texts) -> Iterator[Markup]:
    address = shown_address(problem["address"])
    if problem["code"] == Fate.COMPLAINED:
        yield t(
            "⚠️ Mail to <b>{address}</b> was marked as spam there, so I don't write there any more.", address=address
        )
        yield t("Was that a mistake? Then send the link again, or give another address.")
        return
    if problem["code"] == Fate.BOUNCED:
        yield t("⚠️ Mail to <b>{address}</b> came back: it can't be delivered there.", address=address)
    else:
        yield t("⚠️ Mail to <b>{address}</b> was refused for good.", address=address)
    detail = problem.get("params", {}).get("detail")
    if detail:
        yield t("The mail server says: <i>{words}</i>", words=detail)
    yield t("I don't write there any more. Is it spelt right? Then send the link again, or give another address.")


def _switches(row: EmailAddress, t: Texts) -> list[list[Button]]:
    if row.address is None:
        return []
    labels = {Category.PLAN: t("Trial and plan"), Category.POSTS: t("Published posts")}
    return [
        [Button(ticked(label, wants(row, category)), ChooseMail(category, not wants(row, category)))]
        for category, label in labels.items()
    ]


def _ways(row: EmailAddress, t: Texts) -> list[list[Button]]:
    rows = []
    if row.pending is not None:
        rows.append([Button(t("🔁 Send the link again"), SendLinkAgain())])
    if row.pending is not None and row.address is not None:
        rows.append([Button(t("↩️ Keep {address}", address=shown_address(row.address)), KeepPresent())])
    return [*rows, [Button(t("✏️ Another address"), AskAddress()), Button(t("🗑 Remove"), AskRemoval())]]


def ask(t: Texts) -> Screen:
    """The question that the next message answers."""
    text = lines(
        [
            t("✏️ <b>Which address?</b>"),
            "",
            t("Write it here, like <code>name@example.com</code>. I send a link there to see that it is yours."),
        ]
    )
    return Screen(text, [[Button(t("‹ E-mail"), ShowEmail())]])


def ask_removal(address: str, t: Texts) -> Screen:
    text = lines(
        [
            t("🗑 <b>Remove {address}?</b>", address=shown_address(address)),
            "",
            t("Nothing is sent there any more. You can give an address again at any time."),
        ]
    )
    return Screen(text, [[Button(t("🗑 Remove"), RemoveAddress()), Button(t("‹ Keep it"), ShowEmail())]])


def verified(data: Mapping[str, Any], t: Texts) -> Screen:
    """Told when the link was opened."""
    text = t("✅ <b>{address}</b> is confirmed. I write there from now on.", address=shown_address(data["address"]))
    return Screen(text, [[Button(t("✉️ Choose what about"), ShowEmail())]])


def refused(data: Mapping[str, Any], t: Texts) -> Screen:
    """Told when a mail server has refused the address."""
    return Screen(lines(_trouble(data, t)), [[Button(t("✉️ E-mail"), ShowEmail())]])


def _back(t: Texts) -> Button:
    return Button(t("‹ Settings"), ShowSettings())
