import time

from core.backoff import Backoff


def test_delays_double_up_to_the_longest() -> None:
    backoff = Backoff(first_s=1, longest_s=5)
    assert [backoff.next_delay_s() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.next_delay_s() == 1


def test_a_start_is_due_once_per_delay() -> None:
    backoff = Backoff(first_s=0.05, longest_s=1)
    assert not backoff.due()
    time.sleep(0.06)
    assert backoff.due()
    assert not backoff.due()


def test_a_stable_life_forgets_earlier_deaths() -> None:
    backoff = Backoff(first_s=1, longest_s=60, stable_s=0.05)
    backoff.next_delay_s()
    backoff.settle()
    assert backoff.next_delay_s() == 2
    time.sleep(0.06)
    backoff.settle()
    assert backoff.next_delay_s() == 1
