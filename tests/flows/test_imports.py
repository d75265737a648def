"""A month's posts in one file: from the file to the calendar, over real processes."""

import pytest

from tests.file_server import File, serving_files
from tests.flows.house import House
from tests.pictures import picture
from web.sandbox.client import Person

pytestmark = pytest.mark.process

FILE = (
    "text;when;target;media url\r\n"
    '"Brot, das den Ofen bezahlt.\r\nMit ""Krümeln"".";in 2 hours;me;\r\n'
    "New opening hours;tomorrow 18:30;;\r\n"
    "Recipe of the week;in 3 days;;{site}/bread\r\n"
)


async def test_a_file_becomes_posts_that_stand_in_the_calendar(house: House, person: Person) -> None:
    async with serving_files({"/bread": File(picture())}) as site:
        await imported(house, person, FILE.format(site=site).encode("utf-8-sig"))


async def imported(house: House, person: Person, file: bytes) -> None:
    await person.send_text("/settings")
    settings = await person.wait_for_message("Time zone")
    await person.press(settings, "Time zone")
    cities = await person.wait_until_edited(settings, lambda seen: any("Berlin" in one.text for one in seen.buttons))
    await person.press(cities, "Berlin")
    await person.wait_until_edited(settings, "Berlin")

    [sent] = await person.upload(("posts.csv", file))
    preview = await person.wait_for_message("3 posts are ready", after=sent.id)
    assert 'Brot, das den Ofen bezahlt. Mit "Krümeln".' in preview.text
    assert preview.buttons[0].text == "✅ Import 3 posts"
    await person.press(preview, "Import 3 posts")
    done = await person.wait_until_edited(preview, "3 posts are scheduled")

    await person.press(done, "Calendar")
    calendar = await person.wait_until_edited(done, "3 posts are coming")
    assert calendar.body["photo"]
    assert "New opening hours" in calendar.text
    rows = await house.rows(
        "SELECT deliveries.status FROM deliveries JOIN users ON users.id = owner_id WHERE telegram_user_id = $1",
        person.id,
    )
    assert [row["status"] for row in rows] == ["scheduled"] * 3

    await person.press(calendar, "Export")
    exported = await person.wait_for_message("3 posts are coming: as a table", after=calendar.id)
    assert exported.body["document"]["file_name"] == "schedule.csv"
