from itertools import chain, repeat

from core.backoff import Backoff


def at(*moments: float) -> Backoff:
    """One that begins at 0 and then looks at the clock at these moments."""
    seen = chain([0.0], moments, repeat(float("nan")))
    return Backoff(first_s=1, longest_s=5, stable_s=30, clock=lambda: next(seen))


def test_delays_double_up_to_the_longest() -> None:
    backoff = at()
    assert [backoff.next_delay_s() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.next_delay_s() == 1


def test_a_start_is_due_once_per_delay() -> None:
    backoff = at(10, 10.9, 11, 11, 12.9, 13)
    assert [backoff.due() for _ in range(6)] == [False, False, True, False, False, True]


def test_a_stable_life_forgets_earlier_deaths() -> None:
    backoff = at(29, 31)
    backoff.next_delay_s()
    backoff.settle()
    assert backoff.next_delay_s() == 2
    backoff.settle()
    assert backoff.next_delay_s() == 1
