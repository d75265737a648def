"""What is encrypted can be read in its place only, with any of the keys, and not when anything was changed."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from core import ids
from core.crypto import Cipher, Undecipherable, build_cipher, place_of
from core.settings import Environment, Settings

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
PLACE = place_of("connections", "access_token", ids.new())


def cipher(keys: str, *, home: Path, environment: Environment = Environment.PRODUCTION) -> Cipher:
    made = Settings.load(_env_file=None, POSTAIFY_HOME=home, ENCRYPTION_KEYS=keys)
    return build_cipher(made.model_copy(update={"environment": environment}))


@pytest.fixture
def both(tmp_path: Path) -> Cipher:
    return cipher(f"new:{NEW},old:{OLD}", home=tmp_path)


@given(secret=st.text())
def test_whatever_is_encrypted_comes_back(secret: str) -> None:
    made = cipher(f"new:{NEW}", home=Path("/nowhere"))
    assert made.decrypt(made.encrypt(SecretStr(secret), place=PLACE), place=PLACE).get_secret_value() == secret


def test_the_first_key_encrypts_and_all_decrypt(tmp_path: Path, both: Cipher) -> None:
    before = cipher(f"old:{OLD}", home=tmp_path).encrypt(SecretStr("token"), place=PLACE)
    assert before.startswith("1.old.")
    assert both.decrypt(before, place=PLACE) == SecretStr("token")
    assert both.encrypt(SecretStr("token"), place=PLACE).startswith("1.new.")


def test_the_same_secret_never_looks_the_same(both: Cipher) -> None:
    texts = {both.encrypt(SecretStr("token"), place=PLACE) for _ in range(100)}
    assert len(texts) == 100


def test_another_place_cannot_read_it(both: Cipher) -> None:
    text = both.encrypt(SecretStr("token"), place=PLACE)
    for other in (place_of("connections", "access_token", ids.new()), PLACE.replace("access", "refresh"), ""):
        with pytest.raises(Undecipherable):
            both.decrypt(text, place=other)


def test_a_key_that_is_gone_is_named(tmp_path: Path, both: Cipher) -> None:
    text = both.encrypt(SecretStr("token"), place=PLACE)
    with pytest.raises(Undecipherable) as caught:
        cipher(f"old:{OLD}", home=tmp_path).decrypt(text, place=PLACE)
    assert caught.value.params["key_id"] == "new"


def test_another_key_of_the_same_name_opens_nothing(tmp_path: Path, both: Cipher) -> None:
    text = both.encrypt(SecretStr("token"), place=PLACE)
    with pytest.raises(Undecipherable):
        cipher(f"new:{OLD}", home=tmp_path).decrypt(text, place=PLACE)


def test_every_changed_character_is_noticed(both: Cipher) -> None:
    text = both.encrypt(SecretStr("a token of some length"), place=PLACE)
    for at, was in enumerate(text):
        for other in {"A", "B", "=", chr(ord(was) ^ 1)} - {was}:
            with pytest.raises(Undecipherable):
                both.decrypt(text[:at] + other + text[at + 1 :], place=PLACE)


@pytest.mark.parametrize("text", ["", "1", "1.new", "1.new.", "1.new.AAAA", "1.new.!!!", "2.new.AAAA", "new.AAAA", "ü"])
def test_what_was_never_encrypted_is_refused(both: Cipher, text: str) -> None:
    with pytest.raises(Undecipherable):
        both.decrypt(text, place=PLACE)


def test_a_home_keeps_its_own_key_in_development(tmp_path: Path) -> None:
    first = cipher("", home=tmp_path, environment=Environment.DEVELOPMENT)
    text = first.encrypt(SecretStr("token"), place=PLACE)
    assert text.startswith("1.home.")
    with_key = cipher(f"new:{NEW}", home=tmp_path, environment=Environment.DEVELOPMENT)
    assert with_key.current == "new"
    assert with_key.decrypt(text, place=PLACE) == SecretStr("token")
    with pytest.raises(Undecipherable):
        cipher("", home=tmp_path / "another", environment=Environment.DEVELOPMENT).decrypt(text, place=PLACE)


def test_production_never_uses_a_key_of_the_home(tmp_path: Path) -> None:
    assert list(cipher(f"new:{NEW}", home=tmp_path).keys) == ["new"]
