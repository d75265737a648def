"""An invoice's link in the chat page: what it says, and the payment."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Sandbox


async def test_a_link_to_an_invoice_says_what_it_costs_and_pays(page: Page, sandbox: Sandbox) -> None:
    chat_id = await sandbox.start()
    link = await sandbox.call(
        "createInvoiceLink", title="Postaify Pro", description="Pro for 30 days.", payload="plan:pro", currency="XTR",
        prices=[{"label": "Pro", "amount": 1000}], subscription_period=2_592_000,
    )  # fmt: skip
    keyboard = {"inline_keyboard": [[{"text": "Pay ⭐ 1,000", "url": link}]]}
    await sandbox.call("sendMessage", chat_id=chat_id, text="Pro", reply_markup=keyboard)
    await page.goto(sandbox.url)
    await page.get_by_role("link", name="Pay ⭐ 1,000").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("⭐ 1,000 now, and again every 30 days.")
    await dialog.get_by_role("button", name="Pay ⭐ 1,000").click()
    asked = await sandbox.update("pre_checkout_query")
    await sandbox.call("answerPreCheckoutQuery", pre_checkout_query_id=asked["id"], ok=True)
    await expect(page.locator(".toast")).to_have_text("Paid")
    assert (await sandbox.update("message"))["successful_payment"]["total_amount"] == 1000
