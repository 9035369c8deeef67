"""Calls that wait together are computed together, and everybody gets what is theirs."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from function_app.gathering import Gathering, Texts, Values
from function_app.predictor import Predictor
from tests.function_app.waiting import wait_until


class Lengths:
    """A model that gives each text's length, when it is let; a text `bad` fails the run that it is in."""

    def __init__(self) -> None:
        self.runs: list[list[str]] = []
        self.go_on = threading.Event()

    def __call__(self, texts: Texts, outputs: Sequence[str]) -> Values:
        self.runs.append(texts.tolist())
        self.go_on.wait(10)
        if "bad" in texts:
            raise ValueError("bad")
        return [np.array([len(text) for text in texts]) for _ in outputs]


@pytest.fixture
def model() -> Lengths:
    return Lengths()


def gathering(model: Lengths, at_once: int = 1, least: int = 0) -> Gathering:
    def counted(text: str) -> int:
        return min(max(len(text), least), 100)

    return Gathering(model, at_once=at_once, most_characters=200, counted=counted)


def ask(gathered: Gathering, model: Lengths, *calls: Sequence[str], **outputs: str) -> list[Future[Values]]:
    """Let the calls come one after the other while the first one is computed, and then let it go on.

    `outputs` names what a call asks for by its number; the others ask for "a".
    """
    pool = ThreadPoolExecutor(len(calls))
    found: list[Future[Values]] = []

    def all_are_in() -> bool:
        return len(model.runs) + len(gathered._waiting) == len(found)

    for number, texts in enumerate(calls):
        names = outputs.get(f"call_{number}", "a").split()
        found.append(pool.submit(gathered, np.array(texts, dtype=object), names))
        wait_until(all_are_in)
    model.go_on.set()
    pool.shutdown()
    return found


def lengths(found: Sequence[Future[Values]]) -> list[list[int]]:
    return [one.result()[0].tolist() for one in found]


def test_a_call_alone_is_computed_at_once(model: Lengths) -> None:
    model.go_on.set()
    gathered = gathering(model)
    found = [gathered(np.array([text], dtype=object), ("a",)) for text in ("x", "yy")]
    assert [values[0].tolist() for values in found] == [[1], [2]]
    assert model.runs == [["x"], ["yy"]]


def test_calls_that_wait_are_one_run(model: Lengths) -> None:
    found = ask(gathering(model), model, ["x"], ["yy"], ["z", "zzz"], [""])
    assert lengths(found) == [[1], [2], [1, 3], [0]]
    assert model.runs == [["x"], ["yy", "z", "zzz", ""]]


def test_texts_of_other_lengths_run_apart_in_the_order_of_their_first(model: Lengths) -> None:
    long = "l" * 90
    found = ask(gathering(model), model, ["x"], [long], ["y"], [long + "l"], ["z"])
    assert lengths(found) == [[1], [90], [1], [91], [1]]
    assert model.runs == [["x"], [long, long + "l"], ["y", "z"]]


def test_a_run_does_not_become_too_large(model: Lengths) -> None:
    found = ask(gathering(model), model, ["x"], *(["y" * 60] for _ in range(5)))
    assert lengths(found)[1:] == [[60]] * 5
    assert [len(run) for run in model.runs] == [1, 3, 2]


def test_short_texts_count_as_much_as_they_are_said_to(model: Lengths) -> None:
    ask(gathering(model, least=50), model, *(["y"] for _ in range(6)))
    assert [len(run) for run in model.runs] == [1, 4, 1]


def test_calls_for_other_outputs_run_apart(model: Lengths) -> None:
    found = ask(gathering(model), model, ["x"], ["y"], ["z"], ["w"], call_0="a b", call_2="a b")
    assert [len(one.result()) for one in found] == [2, 1, 2, 1]
    assert model.runs == [["x"], ["y", "w"], ["z"]]


def test_an_error_is_only_for_the_call_that_it_belongs_to(model: Lengths) -> None:
    gathered = gathering(model)
    found = ask(gathered, model, ["x"], ["yy"], ["bad"], ["zz"])
    with pytest.raises(ValueError, match="bad"):
        found[2].result()
    assert lengths([found[0], found[1], found[3]]) == [[1], [2], [2]]
    assert gathered(np.array(["w"], dtype=object), ("a",))[0].tolist() == [1]
    with pytest.raises(ValueError, match="bad"):
        gathered(np.array(["bad"], dtype=object), ("a",))
    assert gathered(np.array(["w"], dtype=object), ("a",))[0].tolist() == [1]


def test_as_many_runs_as_there_are_places_compute_at_a_time(model: Lengths) -> None:
    found = ask(gathering(model, at_once=2), model, ["x"], ["y"], ["z"], ["w"])
    assert lengths(found) == [[1]] * 4
    assert model.runs[:2] == [["x"], ["y"]]
    assert sorted(text for run in model.runs[2:] for text in run) == ["w", "z"]


def test_under_load_everybody_gets_the_scores_of_their_own_texts(predictor: Predictor) -> None:
    words = ["love", "worst", "not", "good", "the", "plane"]
    generator = np.random.default_rng(5)
    sizes = generator.integers(0, 30, size=(300, 2)).tolist()
    calls = [[" ".join(generator.choice(words, size=size)) for size in pair] for pair in sizes]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(predictor.probability, calls))
    for texts, found in zip(calls, together, strict=True):
        np.testing.assert_allclose(found, predictor.probability(texts), atol=1e-6, rtol=0)
