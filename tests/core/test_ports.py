import socket

import pytest

from core.ports import NoFreePort, free_port


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_zero_means_any() -> None:
    assert free_port("127.0.0.1", 0) > 1023


def test_an_address_of_another_machine_has_no_free_port() -> None:
    with pytest.raises(NoFreePort, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1", 65000)
