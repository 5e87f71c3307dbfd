"""Whose turn it is: one at a time, people and mail before work, and nobody for ever."""

import threading

from bot.store.turn import Turn


def queue(turn: Turn, order: list[str], name: str, *, patient: bool) -> threading.Thread:
    waiting = threading.Event()

    def wait() -> None:
        waiting.set()
        assert turn.take(10, patient=patient)
        order.append(name)
        turn.give_back()

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(5)
    return thread


def test_the_urgent_go_before_the_patient() -> None:
    """Whoever came first among the patient still waits for everybody who cannot."""
    turn, order = Turn(), []
    assert turn.take(1, patient=True)
    threads = [queue(turn, order, "work", patient=True) for _ in range(3)]
    threads += [queue(turn, order, "mail", patient=False) for _ in range(3)]
    while turn._urgent < 3:
        threading.Event().wait(0.001)
    turn.give_back()
    for each in threads:
        each.join(10)
    assert order == ["mail"] * 3 + ["work"] * 3


def test_patience_ends() -> None:
    """After a second the patient are urgent too: a flood of mail starves no letter."""
    turn = Turn()
    turn._urgent = 1  # somebody urgent always waits
    assert turn.take(5, patient=True)


def test_who_never_gets_it_is_told() -> None:
    """A turn that is not given back ends in False, not in waiting."""
    turn = Turn()
    assert turn.take(1, patient=False)
    assert not turn.take(0.01, patient=False)
    assert not turn.take(0.01, patient=True)
