"""Templates: kept from a draft or a text, changed, and made into drafts with their variables filled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from core import ids
from core.accounts.service import user_of
from core.brands.queries import brand_for
from core.db import Json, ReadSession
from core.errors import InvalidInput, LimitReached
from core.posts.makeup import LONGEST_TEXT, entities_of
from core.posts.making import NewDraft, make_draft
from core.posts.models import Post
from core.posts.platforms import Platform, is_blank
from core.posts.queries import post_of
from core.telegram.content import Entity
from core.telegram.markup import utf16_length
from core.templates.models import Template
from core.templates.queries import TemplateNotFound, count_templates, template_of
from core.templates.variables import VALUE_LIMIT, Known, date_value, filled, filled_rich, variables_in
from core.tx import Tx

TEMPLATES_MAX = 200
NAME_LIMIT = 60
KEPT = timedelta(days=7)
"""How long a deleted one can come back."""
NO_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a template needs to become a draft."""

    known: Mapping[str, str]
    """What is filled in by itself."""
    asked: Sequence[str]
    """What its owner is asked for, in order."""
    has_date: bool


async def save_post(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Template:
    """Keep a post as a template, with all that goes with it. Raises PostNotFound, LimitReached ("templates.full")."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    await _check_room(tx, owner_id)
    template = Template(
        id=ids.new(),
        owner_id=owner_id,
        name=_name_for(post.title or post.text),
        platform=post.platform,
        title=post.title,
        text=post.text,
        entities=list(post.entities),
        media=list(post.media),
        buttons=list(post.buttons),
        first_comment=post.first_comment,
        language=post.language,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(template)
    await tx.session.flush()
    return template


async def save_text(tx: Tx, *, owner_id: ids.UserId, text: str, entities: Sequence[Entity], language: str) -> Template:
    """Keep a text as a template for Telegram. Raises InvalidInput, LimitReached ("templates.full")."""
    _check_text(text)
    await _check_room(tx, owner_id)
    template = Template(
        id=ids.new(),
        owner_id=owner_id,
        name=_name_for(text),
        platform=Platform.TELEGRAM,
        text=text,
        entities=_rows(entities),
        language=language,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(template)
    await tx.session.flush()
    return template


async def rename(tx: Tx, *, owner_id: ids.UserId, template_id: ids.TextTemplateId, name: str) -> Template:
    """Raises InvalidInput ("templates.bad_name", with limit)."""
    template = await template_of(tx.session, owner_id=owner_id, template_id=template_id, lock=True)
    plain = " ".join(name.split())
    if is_blank(plain) or len(plain) > NAME_LIMIT:
        raise InvalidInput("templates.bad_name", limit=NAME_LIMIT)
    template.name, template.updated_at = plain, tx.now
    return template


async def replace_text(
    tx: Tx, *, owner_id: ids.UserId, template_id: ids.TextTemplateId, text: str, entities: Sequence[Entity]
) -> Template:
    """Other words; what was made of it before stays. Raises InvalidInput."""
    template = await template_of(tx.session, owner_id=owner_id, template_id=template_id, lock=True)
    _check_text(text)
    template.text, template.entities, template.updated_at = text, _rows(entities), tx.now
    return template


async def delete_template(tx: Tx, *, owner_id: ids.UserId, template_id: ids.TextTemplateId) -> Template:
    """For a week it can come back; what has been gone for longer is forgotten now."""
    template = await template_of(tx.session, owner_id=owner_id, template_id=template_id, lock=True)
    template.deleted_at = tx.now
    await tx.session.execute(delete(Template).where(Template.owner_id == owner_id, Template.deleted_at < tx.now - KEPT))
    return template


async def restore_template(tx: Tx, *, owner_id: ids.UserId, template_id: ids.TextTemplateId) -> Template:
    """Take a deletion back. Raises TemplateNotFound."""
    mine = select(Template).where(Template.id == template_id, Template.owner_id == owner_id)
    template = await tx.session.scalar(mine.with_for_update())
    if template is None:
        raise TemplateNotFound(template_id=str(template_id))
    template.deleted_at = None
    return template


async def needs_of(session: ReadSession, template: Template) -> Needs:
    """What is filled in by itself, and what is asked for: the brand's name too, for who has none."""
    names = variables_in(*_texts(template))
    brand = await brand_for(session, owner_id=template.owner_id) if Known.BRAND in names else None
    known = {str(Known.BRAND): brand.name} if brand is not None else {}
    asked = [name for name in names if name not in known and name != Known.DATE]
    return Needs(known, asked, has_date=Known.DATE in names)


async def use_template(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    template_id: ids.TextTemplateId,
    values: Mapping[str, str],
    keep_date: bool = False,
) -> Post:
    """A draft with the variables filled. `keep_date`: {date} stays, for a post that recurs, where each time has its
    own.

    Raises InvalidInput ("templates.missing" with `name`), and with the platform's first problem when the filled text
    breaks its limits.
    """
    template = await template_of(tx.session, owner_id=owner_id, template_id=template_id, lock=True)
    needs = await needs_of(tx.session, template)
    missing = next((name for name in needs.asked if name not in values), None)
    if missing is not None:
        raise InvalidInput("templates.missing", name=missing)
    user = await user_of(tx.session, owner_id)
    today = date_value(tx.now, user.time_zone or NO_ZONE, template.language)
    given = {**values, **needs.known, **({} if keep_date else {str(Known.DATE): today})}
    text, entities = filled_rich(template.text, entities_of(template.entities), given, for_good=not keep_date)
    post = await make_draft(
        tx,
        owner_id=owner_id,
        draft=NewDraft(
            platform=Platform(template.platform),
            title=filled(template.title, given),
            text=text,
            entities=_rows(entities),
            media=list(template.media),
            buttons=[[_filled_button(button, given) for button in row] for row in template.buttons],
            first_comment=filled(template.first_comment, given),
            language=template.language,
        ),
    )
    template.uses += 1
    return post


def check_value(name: str, value: str) -> str:
    """What was typed for a variable. Raises InvalidInput ("templates.bad_value" with limit, "templates.bad_link")."""
    plain = value.strip()
    if is_blank(plain) or len(plain) > VALUE_LIMIT:
        raise InvalidInput("templates.bad_value", name=name, limit=VALUE_LIMIT)
    if name == Known.LINK and (urlsplit(plain).scheme not in ("http", "https") or " " in plain):
        raise InvalidInput("templates.bad_link", name=name)
    return plain


def _filled_button(button: Json, values: Mapping[str, str]) -> Json:
    return {**button, "text": filled(button["text"], values), "url": filled(button["url"], values)}


def _texts(template: Template) -> list[str]:
    buttons = [button[name] for row in template.buttons for button in row for name in ("text", "url")]
    return [template.title, template.text, *buttons, template.first_comment]


def _rows(entities: Sequence[Entity]) -> list[Json]:
    return [entity.to_json() for entity in entities]


def _name_for(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= NAME_LIMIT else words[: NAME_LIMIT - 1].rstrip() + "…"


def _check_text(text: str) -> None:
    if is_blank(text):
        raise InvalidInput("templates.empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise InvalidInput("post.too_long", platform=Platform.TELEGRAM, length=utf16_length(text), limit=LONGEST_TEXT)


async def _check_room(tx: Tx, owner_id: ids.UserId) -> None:
    if await count_templates(tx.session, owner_id=owner_id) >= TEMPLATES_MAX:
        raise LimitReached("templates.full", limit=TEMPLATES_MAX)
