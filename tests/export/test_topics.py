"""Cells of what tweets are about."""

import csv
from pathlib import Path

import numpy as np
import pytest

from export.description import description
from export.text_graph import Normaliser, session
from export.topics import NO_TOPICS, Topics, fit_topics

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "tweets.csv"
ENDINGS = [f"{first}{second}" for first in "abcdefgh" for second in "klmnpqrs"]
SUBJECTS = {name: [f"{name}{ending}" for ending in ENDINGS] for name in ("bag", "food", "game")}
EVERYWHERE = [f"word{ending}" for ending in ENDINGS]


def made_up(texts: int, *, seed: int) -> tuple[list[str], list[str]]:
    """Texts of three subjects, and the subject of each; a word in five is one that all subjects have."""
    generator = np.random.default_rng(seed)
    subjects = [str(name) for name in generator.choice(list(SUBJECTS), size=texts)]
    return [
        " ".join([*generator.choice(SUBJECTS[name], size=4), generator.choice(EVERYWHERE)])
        for name in subjects
    ], subjects


def cells_of(topics: Topics, texts: list[str]) -> np.ndarray:
    return session(description(topics)).run(["topic"], {"normalised": np.array(texts, dtype=object)})[0]


@pytest.fixture(scope="module")
def topics() -> Topics:
    texts, _ = made_up(1_500, seed=1)
    return fit_topics(texts, ["one"] * len(texts), seed=7)


def test_cells_are_about_one_subject(topics):
    texts, subjects = made_up(1_000, seed=2)
    cells = cells_of(topics, texts)
    assert set(cells) <= set(range(len(topics.cells)))
    pure = 0
    for cell in set(cells):
        _, counts = np.unique(np.array(subjects)[cells == cell], return_counts=True)
        pure += counts.max()
    assert pure / len(texts) > 0.95


def test_a_cell_is_named_by_its_words(topics):
    known = {word: name for name, words in SUBJECTS.items() for word in words}
    named = {known[cell[0]] for cell in topics.cells if cell[0] in known}
    assert named == set(SUBJECTS)
    assert all(len(cell) == 6 for cell in topics.cells)


def test_the_same_texts_give_the_same_cells(topics):
    texts, _ = made_up(1_500, seed=1)
    again = fit_topics(texts, ["one"] * len(texts), seed=7)
    assert (again.words, again.cells) == (topics.words, topics.cells)
    assert again.scores.tobytes() == topics.scores.tobytes()


def test_a_small_data_set_has_a_say():
    many, _ = made_up(3_000, seed=1)
    few = ["tractor harvest barley"] * 30 + ["barley plough tractor"] * 30
    farm = {"tractor", "harvest", "barley", "plough"}

    def cells_about_farms(groups: list[str]) -> int:
        return sum(cell[0] in farm for cell in fit_topics([*many, *few], groups, seed=7).cells)

    one = cells_about_farms(["one"] * 3_060)
    assert cells_about_farms(["many"] * 3_000 + ["few"] * 60) > max(one, 1)


def test_the_project_s_corpus_is_enough():
    with CORPUS.open(encoding="utf-8", newline="") as file:
        texts = Normaliser()([row["text"] for row in csv.DictReader(file)])
    topics = fit_topics(texts, ["corpus"] * len(texts), seed=7)
    assert len(topics.cells) >= 4
    assert topics.scores.shape == (len(topics.words), len(topics.cells))
    cells = cells_of(topics, texts)
    assert (cells == len(topics.cells)).mean() < 0.5


@pytest.mark.parametrize("texts", [[], [""], ["a b c"], ["some words"] * 20, ["the and you"] * 500])
def test_too_few_texts_or_words_give_no_topics(texts):
    topics = fit_topics(texts, ["one"] * len(texts), seed=7)
    assert topics is NO_TOPICS
    assert cells_of(topics, ["some words", ""]).tolist() == [1, 1]
