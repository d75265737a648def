import socket

import pytest

from core.ports import HeldPort, NoFreePort, free_port


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


def test_a_held_port_is_nobody_elses_until_it_is_let_go() -> None:
    first = HeldPort("127.0.0.1", 20000)
    second = HeldPort("127.0.0.1", first.port)
    try:
        assert second.port > first.port
        first.release()
        third = HeldPort("127.0.0.1", first.port)
        third.release()
        assert third.port == first.port
    finally:
        first.release()
        second.release()


def test_a_port_on_which_somebody_listens_cant_be_held() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        held = HeldPort("127.0.0.1", taken.getsockname()[1])
        held.release()
        assert held.port > taken.getsockname()[1]


def test_who_listens_on_a_held_port_all_the_same_is_noticed() -> None:
    held = HeldPort("127.0.0.1", 20000)
    try:
        with socket.socket() as stranger:
            assert held.is_free()
            stranger.bind(("127.0.0.1", held.port))
            stranger.listen()
            assert not held.is_free()
    finally:
        held.release()
