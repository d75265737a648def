"""Whether what somebody typed is one address. Pure: whether mail arrives there is shown by the link sent to it."""

import re
from typing import Final

import idna

from core.errors import InvalidInput

CHARACTERS_MOST: Final = 254
"""https://www.rfc-editor.org/errata/eid1690"""
SEVERAL: Final = re.compile(r"@.*[,;\s].*@", re.DOTALL)


class AddressInvalid(InvalidInput):
    """Codes: emails.address_invalid, emails.address_too_long, emails.several_addresses, emails.address_not_ascii."""

    code = "emails.address_invalid"


def read_address(typed: str) -> str:
    """The address as mail servers know it: without white space around it, a domain of another script in its ASCII form.

    `shown_address` gives it back as people write it. Raises AddressInvalid.
    """
    from email_validator import EmailNotValidError, validate_email

    text = typed.strip().removeprefix("mailto:").removeprefix("<").removesuffix(">")
    if SEVERAL.search(text):
        raise AddressInvalid("emails.several_addresses")
    if len(text) > CHARACTERS_MOST:
        raise AddressInvalid("emails.address_too_long", limit=CHARACTERS_MOST)
    local, _, _ = text.rpartition("@")
    if local and not local.isascii():
        raise AddressInvalid("emails.address_not_ascii")
    try:
        found = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=True
        )
    except EmailNotValidError as exc:
        raise AddressInvalid from exc
    ascii_email = found.ascii_email or ""
    if len(ascii_email) > CHARACTERS_MOST:
        raise AddressInvalid("emails.address_too_long", limit=CHARACTERS_MOST)
    return ascii_email


def shown_address(address: str) -> str:
    """With the domain in its own script."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except idna.IDNAError:
        return address
