"""Templates: kept with all that goes with them, filled when used, checked after filling."""

import pytest

from core.brands.service import Wanted, create_brand
from core.errors import InvalidInput
from core.posts import details
from core.posts.content import message_of
from core.posts.platforms import Draft, Platform
from core.posts.service import replace_text as replace_post
from core.telegram.content import Button, Entity
from core.templates.queries import TemplateNotFound, template_of
from core.templates.service import (
    check_value,
    delete_template,
    needs_of,
    rename,
    restore_template,
    save_post,
    save_text,
    use_template,
)
from core.tx import Tx
from tests.factories import make_post, make_posts, make_user


async def test_a_draft_is_kept_with_its_formatting_and_buttons_and_used_again(tx: Tx) -> None:
    owner = await make_user(tx, time_zone="Europe/Berlin")
    post = await make_post(tx, owner)
    await replace_post(
        tx,
        owner_id=owner.id,
        post_id=post.id,
        draft=Draft("{date}: {guest} bakes"),
        entities=[Entity(type="bold", offset=8, length=7)],
    )
    rows = [[Button(text="{guest}", url="https://example.com/")]]
    await details.set_buttons(tx, owner_id=owner.id, post_id=post.id, rows=rows)
    template = await save_post(tx, owner_id=owner.id, post_id=post.id)
    needs = await needs_of(tx.session, template)
    assert (needs.asked, needs.has_date) == (["guest"], True)
    made = await use_template(tx, owner_id=owner.id, template_id=template.id, values={"guest": "Bo"})
    assert made.text == "21 November 2026: Bo bakes"
    assert made.entities == [{"type": "bold", "offset": 18, "length": 2}]
    assert made.buttons == [[{"text": "Bo", "url": "https://example.com/"}]]
    assert message_of(made).text == made.text


async def test_what_is_missing_is_told_and_no_draft_is_made(tx: Tx) -> None:
    owner = await make_user(tx)
    template = await save_text(tx, owner_id=owner.id, text="{brand} {link}", entities=(), language="en")
    assert (await needs_of(tx.session, template)).asked == ["brand", "link"]
    with pytest.raises(InvalidInput) as missing:
        await use_template(tx, owner_id=owner.id, template_id=template.id, values={"brand": "Oven"})
    assert missing.value.params == {"name": "link"}


async def test_the_default_brand_is_filled_in(tx: Tx) -> None:
    owner = await make_user(tx)
    await create_brand(tx, owner_id=owner.id, wanted=Wanted("Oven Bread"))
    template = await save_text(tx, owner_id=owner.id, text="We are {brand}.", entities=(), language="en")
    made = await use_template(tx, owner_id=owner.id, template_id=template.id, values={})
    assert made.text == "We are Oven Bread."


async def test_limits_are_checked_after_the_filling(tx: Tx) -> None:
    owner = await make_user(tx)
    [post] = await make_posts(tx, owner, ["Hello {guest}"], platform=Platform.TWITTER)
    template = await save_post(tx, owner_id=owner.id, post_id=post.id)
    with pytest.raises(InvalidInput) as long:
        await use_template(tx, owner_id=owner.id, template_id=template.id, values={"guest": "x" * 300})
    assert (long.value.error_code, long.value.params["length"]) == ("post.too_long", 306)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("guest", " \n", "templates.bad_value"),
        ("guest", "x" * 1_001, "templates.bad_value"),
        ("link", "example.com", "templates.bad_link"),
        ("link", "https://a b", "templates.bad_link"),
    ],
)
def test_what_cannot_stand_for_a_variable(name: str, value: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_value(name, value)
    assert refused.value.error_code == code


async def test_the_day_can_stay_for_what_recurs(tx: Tx) -> None:
    owner = await make_user(tx)
    template = await save_text(tx, owner_id=owner.id, text="{date} {{date}}", entities=(), language="en")
    made = await use_template(tx, owner_id=owner.id, template_id=template.id, values={}, keep_date=True)
    assert made.text == "{date} {{date}}"


async def test_renamed_deleted_and_back_and_nobody_elses(tx: Tx) -> None:
    owner, other = await make_user(tx), await make_user(tx)
    template = await save_text(tx, owner_id=owner.id, text="Hello", entities=(), language="en")
    await rename(tx, owner_id=owner.id, template_id=template.id, name="  Monday\nmail ")
    assert template.name == "Monday mail"
    with pytest.raises(InvalidInput):
        await rename(tx, owner_id=owner.id, template_id=template.id, name="x" * 61)
    with pytest.raises(TemplateNotFound):
        await template_of(tx.session, owner_id=other.id, template_id=template.id)
    with pytest.raises(TemplateNotFound):
        await restore_template(tx, owner_id=other.id, template_id=template.id)
    await delete_template(tx, owner_id=owner.id, template_id=template.id)
    with pytest.raises(TemplateNotFound):
        await template_of(tx.session, owner_id=owner.id, template_id=template.id)
    await restore_template(tx, owner_id=owner.id, template_id=template.id)
    assert (await template_of(tx.session, owner_id=owner.id, template_id=template.id)).id == template.id
