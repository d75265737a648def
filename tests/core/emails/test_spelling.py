import pytest

from core.emails.spelling import AddressInvalid, read_address, shown_address

LONG = "a@" + ".".join(["x" * 63] * 4) + ".com"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann.Lee+news@Example.COM\n", "Ann.Lee+news@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("ann@bücher.example.de", "ann@xn--bcher-kva.example.de"),
        ("ann@例え.jp", "ann@xn--r8jz45g.jp"),
        ("ann@faß.de", "ann@xn--fa-hia.de"),
    ],
)
def test_addresses_are_read_as_mail_servers_know_them(typed: str, read: str) -> None:
    assert read_address(typed) == read


def test_domains_are_shown_in_their_own_script() -> None:
    assert shown_address("ann@xn--bcher-kva.de") == "ann@bücher.de"
    assert shown_address("ann@example.com") == "ann@example.com"
    assert shown_address("ann@xn--zzzz-!.de") == "ann@xn--zzzz-!.de"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ann", "emails.address_invalid"),
        ("@example.com", "emails.address_invalid"),
        ("ann@", "emails.address_invalid"),
        ("ann@localhost", "emails.address_invalid"),
        ("ann@example", "emails.address_invalid"),
        ("ann@[127.0.0.1]", "emails.address_invalid"),
        ("ann@example..com", "emails.address_invalid"),
        ("ann lee@example.com", "emails.address_invalid"),
        ("ann@exa\u200bmple.com", "emails.address_invalid"),
        ("ann@example.com\x00", "emails.address_invalid"),
        (f"{'a' * 65}@example.com", "emails.address_invalid"),
        ("a@b.com, c@d.com", "emails.several_addresses"),
        ("a@b.com c@d.com", "emails.several_addresses"),
        ("a@b.com\nBcc: c@d.com", "emails.several_addresses"),
        (LONG, "emails.address_too_long"),
        ("bücher@example.com", "emails.address_not_ascii"),
    ],
)
def test_what_is_no_single_address_is_refused(typed: str, code: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        read_address(typed)
    assert caught.value.error_code == code
