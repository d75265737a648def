"""Who may be asked, and choosing whom to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from bot.approvals.actions import (
    AcceptInvite,
    AskThem,
    ChooseGroup,
    ChooseNeeded,
    DeclineInvite,
    EndInvite,
    MakeInvite,
    NameMembers,
    RemovePerson,
    RestorePerson,
    ShowApproval,
    ShowPeople,
    ToggleSeat,
)
from bot.channels.actions import ShowChannels
from bot.channels.labels import channel_label
from bot.keyboards import ticked
from bot.posts.actions import ShowCard
from bot.screens import Button, Screen, clipped, lines, rows_of
from bot.texts import Texts
from core import ids
from core.approvals.models import Approval, Approver
from core.channels.models import Channel

NAME_CHARACTERS = 24


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be asked; whether they are, this time."""

    row: Approver
    name: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class SharedBrand:
    """A brand with members who could be asked."""

    brand_id: ids.BrandId
    name: str


def choose(approval: Approval, people: Sequence[Person], groups: Sequence[Channel], t: Texts) -> Screen:
    """Whom to ask about a post, where, and how many have to agree."""
    asked = sum(person.asked for person in people)
    body = [
        t("✅ <b>Who should agree before this goes out?</b>"),
        t("Until enough of them have pressed Approve, it stays on hold. An edit asks them anew."),
        "",
        *_how_many(approval, people, asked, t),
        *([] if groups else [t("To ask in a group, connect it first, or press /connect there.")]),
    ]
    back = Button(t("‹ Back"), ShowCard(approval.post_id))
    rows = [
        *rows_of([_tick(approval, person) for person in people], columns=2),
        _needed_row(approval, asked, t),
        *_places(approval, groups, t),
        [Button(t("👤 Name people"), ShowPeople(approval.post_id))],
        [Button(t("📨 Ask them"), AskThem(approval.id)), back] if asked else [back],
    ]
    return Screen(lines(body), rows)


def _how_many(approval: Approval, people: Sequence[Person], asked: int, t: Texts) -> list[Markup]:
    if not people:
        return [t("Nobody is named yet: press 👤 Name people, and send them your link.")]
    if not asked:
        return [t("Tick those whom you want to ask.")]
    return [t.plural("{needed} of {n} has to agree.", "{needed} of {n} have to agree.", asked, needed=approval.needed)]


def _tick(approval: Approval, person: Person) -> Button:
    label = ticked(clipped(person.name, NAME_CHARACTERS), person.asked)
    return Button(label, ToggleSeat(approval.id, person.row.id))


def _needed_row(approval: Approval, asked: int, t: Texts) -> list[Button]:
    """Only where there is something to choose."""
    if asked < 2:
        return []
    return [
        Button(ticked(t("{n} of {all}", n=n, all=asked).unescape(), n == approval.needed), ChooseNeeded(approval.id, n))
        for n in range(1, min(asked, 5) + 1)
    ]


def _places(approval: Approval, groups: Sequence[Channel], t: Texts) -> list[list[Button]]:
    private = Button(
        ticked(t("💬 Each in private").unescape(), approval.channel_id is None), ChooseGroup(approval.id, None)
    )
    there = [
        Button(ticked(channel_label(group), group.id == approval.channel_id), ChooseGroup(approval.id, group.id))
        for group in groups
    ]
    return [
        *rows_of([private, *there], columns=2),
        *([] if groups else [[Button(t("👥 Connect a group"), ShowChannels(1))]]),
    ]


def people(
    named: Sequence[Person], brands: Sequence[SharedBrand], *, post_id: ids.PostId | None, has_link: bool, t: Texts
) -> Screen:
    """Everybody who may be asked."""
    body = [
        t("👥 <b>Who may approve your posts</b>"),
        t("They open your link once, and can be asked from then on. They see nothing but the posts you ask about."),
        "",
        *(Markup("• {}").format(person.name) for person in named),
        *([] if named else [t("Nobody yet.")]),
    ]
    rows = [
        [Button(t("✖ {name}", name=clipped(each.name, NAME_CHARACTERS)), RemovePerson(each.row.id))] for each in named
    ]
    members = [
        [Button(t("➕ Members of {brand}", brand=clipped(brand.name, NAME_CHARACTERS)), NameMembers(brand.brand_id))]
        for brand in brands
    ]
    ends = [Button(t("⛔ End the link"), EndInvite())] if has_link else []
    back = [[Button(t("‹ Back"), ShowApproval(post_id))]] if post_id is not None else []
    return Screen(lines(body), [*rows, *members, [Button(t("🔗 Get the link"), MakeInvite()), *ends], *back])


def invite(link: str, t: Texts) -> Screen:
    """The link, to be sent to those who should approve."""
    body = [
        t("🔗 <b>Your link</b>"),
        Markup("<code>{}</code>").format(link),
        "",
        t("Send it to those who should approve your posts. It works for a week; the link before it works no more."),
        t("You are told of everybody who accepts, and can remove them."),
    ]
    share = f"https://t.me/share/url?url={quote(link, safe='')}"
    return Screen(
        lines(body),
        [
            [Button(t("📤 Send it to somebody"), url=share), Button(t("📋 Copy"), copy=link)],
            [Button(t("👥 Who may approve"), ShowPeople())],
        ],
    )


def invited(owner_name: str, secret: str, t: Texts) -> Screen:
    """For whoever opened the link: nobody is named without saying yes."""
    return Screen(
        t(
            "👋 {name} asks you to look at posts before they go out. You get each one here, or see it in a group that "
            "you share, with buttons to approve it or to want changes.",
            name=owner_name,
        ),
        [[Button(t("✅ Yes, I'll do that"), AcceptInvite(secret)), Button(t("No, thanks"), DeclineInvite())]],
    )


def accepted(owner_name: str, t: Texts) -> Screen:
    return Screen(t("✅ Thank you. {name} can ask you about posts now.", name=owner_name))


def declined(t: Texts) -> Screen:
    return Screen(t("All right: nobody asks you. If you change your mind, open the link again."))


def joined(data: Mapping[str, Any], t: Texts) -> Screen:
    """Told to the owner."""
    name = f"{data['name']} (@{data['username']})" if data.get("username") else data["name"]
    return Screen(
        t("👤 {name} may approve your posts now.", name=name), [[Button(t("👥 Who may approve"), ShowPeople())]]
    )


def removed(approver_id: ids.ApproverId, name: str, t: Texts) -> Screen:
    """With a way back."""
    return Screen(
        t("Removed: {name} can't be asked any more. What was asked before can still be answered.", name=name),
        [[Button(t("↩️ Undo"), RestorePerson(approver_id)), Button(t("👥 Who may approve"), ShowPeople())]],
    )
