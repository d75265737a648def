"""Who has access to a brand, and the invites that make somebody a member."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from bot.brands.actions import (
    ChangeRole,
    Invite,
    JoinBrand,
    LeaveBrand,
    RemoveMember,
    ShowBrand,
    ShowBrands,
    ShowMember,
    ShowMembers,
    WithdrawInvite,
)
from bot.brands.labels import role_label
from bot.screens import Button, Screen, lines, rows_of
from bot.texts import Texts
from core import ids
from core.brands.invites import Invitation
from core.brands.members import GIVEN, Member
from core.brands.models import Brand, BrandInvite, Role
from core.brands.queries import Access

Data = Mapping[str, Any]


def members(access: Access, found: Sequence[Member], invites: Sequence[BrandInvite], t: Texts) -> Screen:
    """Everybody with access. `invites`: those that still work, for the owner."""
    text = [t("👥 <b>{brand}</b>: who has access", brand=access.brand.name), ""]
    text += [Markup("• {} · {}").format(each.name, role_label(each.role, t)) for each in found]
    rows: list[list[Button]] = []
    if access.role is Role.OWNER:
        others = [Button(each.name, ShowMember(access.brand.id, each.user_id)) for each in found[1:]]
        rows += rows_of(others, columns=2)
        if invites:
            text += ["", t.plural("{n} invite waits to be used.", "{n} invites wait to be used.", len(invites))]
            rows += [[Button(_withdraw_label(each, t), WithdrawInvite(each.id))] for each in invites]
        rows.append([Button(_invite_label(role, t), Invite(access.brand.id, role)) for role in GIVEN])
    return Screen(lines(text), [*rows, [Button(t("‹ Back"), ShowBrand(access.brand.id))]])


def _invite_label(role: Role, t: Texts) -> Markup:
    return t("➕ Invite an editor") if role is Role.EDITOR else t("➕ Invite a viewer")


def _withdraw_label(invite: BrandInvite, t: Texts) -> Markup:
    if invite.role == Role.EDITOR:
        return t("🚫 Withdraw the invite for an editor")
    return t("🚫 Withdraw the invite for a viewer")


def member(access: Access, shown: Member, t: Texts) -> Screen:
    """One member, as the owner sees them."""
    text = t(
        "<b>{name}</b> · {role} of {brand}", name=shown.name, role=role_label(shown.role, t), brand=access.brand.name
    )
    brand_id, user_id = access.brand.id, shown.user_id
    other = Role.VIEWER if shown.role is Role.EDITOR else Role.EDITOR
    change = t("Make a viewer") if other is Role.VIEWER else t("Make an editor")
    return Screen(
        text,
        [
            [Button(change, ChangeRole(brand_id, user_id, other))],
            [Button(t("🚫 Remove"), RemoveMember(brand_id, user_id, sure=False)), _back(brand_id, t)],
        ],
    )


def ask_remove(access: Access, shown: Member, t: Texts) -> Screen:
    """Before somebody loses access."""
    text = t(
        "Shall {name} lose access to {brand}? That is so at once; what they wrote stays theirs.",
        name=shown.name,
        brand=access.brand.name,
    )
    yes = Button(t("🚫 Yes, remove"), RemoveMember(access.brand.id, shown.user_id, sure=True))
    return Screen(text, [[yes, _back(access.brand.id, t)]])


def invite(brand: Brand, role: Role, link: str, t: Texts) -> Screen:
    """The link, to be passed on. It is told once."""
    who = t("an editor") if role is Role.EDITOR else t("a viewer")
    text = lines(
        [
            t("✉️ <b>Invite to {brand}</b>, as {role}", brand=brand.name, role=who),
            "",
            Markup("<code>{}</code>").format(link),
            "",
            t("Pass the link on to one person: it works once, and for three days. Whoever opens it first gets in."),
        ]
    )
    return Screen(text, [[Button(t("📋 Copy"), copy=link), _back(brand.id, t)]])


def invitation(seen: Invitation, token: str, t: Texts) -> Screen:
    """What the link asks whoever opened it."""
    may = (
        t("As an editor you write and schedule in its voice, and can change what it says.")
        if seen.role is Role.EDITOR
        else t("As a viewer you can look at it.")
    )
    text = lines(
        [
            t("🏷 {host} invites you to the brand <b>{brand}</b>.", host=seen.host, brand=seen.brand.name),
            may,
            t("{host} will see your name; your own posts and sources stay yours alone.", host=seen.host),
        ]
    )
    return Screen(text, [[Button(t("✅ Join"), JoinBrand(token)), Button(t("No, thanks"), ShowBrands())]])


def ask_leave(brand: Brand, t: Texts) -> Screen:
    """Only a new invite leads back."""
    return Screen(
        t("Leave {brand}? To come back you need a new invite. What you wrote stays yours.", brand=brand.name),
        [[Button(t("🚪 Yes, leave"), LeaveBrand(brand.id, sure=True)), Button(t("‹ Back"), ShowBrand(brand.id))]],
    )


def left(brand: Brand, t: Texts) -> Screen:
    return Screen(t("🚪 You have left {brand}.", brand=brand.name), [[Button(t("‹ Brands"), ShowBrands())]])


def _back(brand_id: ids.BrandId, t: Texts) -> Button:
    return Button(t("‹ Members"), ShowMembers(brand_id))


def _joined(data: Data, t: Texts) -> Screen:
    role = role_label(Role(data["role"]), t)
    text = t("👥 {name} has joined {brand} · {role}", name=data["name"], brand=data["brand"], role=role)
    return Screen(text, [[_back(_brand_id(data), t)]])


def _left(data: Data, t: Texts) -> Screen:
    text = t("👥 {name} has left {brand}.", name=data["name"], brand=data["brand"])
    return Screen(text, [[_back(_brand_id(data), t)]])


def _removed(data: Data, t: Texts) -> Screen:
    text = t("🏷 You have no access to the brand {brand} any more: its owner has removed you.", brand=data["brand"])
    return Screen(lines([text, t("What you wrote with it stays yours.")]), [[Button(t("‹ Brands"), ShowBrands())]])


def _role_changed(data: Data, t: Texts) -> Screen:
    if data["role"] == Role.EDITOR:
        text = t("🏷 You are an editor of {brand} now: you may write with it.", brand=data["brand"])
    else:
        text = t("🏷 You are a viewer of {brand} now: you may look at it.", brand=data["brand"])
    return Screen(text, [[Button(t("Show the brand"), ShowBrand(_brand_id(data)))]])


def _brand_id(data: Data) -> ids.BrandId:
    return ids.BrandId(UUID(data["brand_id"]))


RENDERERS: Final[dict[str, Callable[[Data, Texts, datetime], Screen]]] = {
    "brands.joined": lambda data, t, _: _joined(data, t),
    "brands.left": lambda data, t, _: _left(data, t),
    "brands.removed": lambda data, t, _: _removed(data, t),
    "brands.role_changed": lambda data, t, _: _role_changed(data, t),
}
