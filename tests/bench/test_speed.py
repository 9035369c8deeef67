"""What the README's figures of speed come from prints them all, and measures what it says."""

import re
import time

import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.bench.speed import LENGTHS, latency, main
from tests.bench.texts import MODEL, texts_of


@pytest.fixture(scope="module")
def model() -> Predictor:
    return Predictor(read_bundle(MODEL))


@pytest.mark.parametrize("tokens", LENGTHS)
def test_texts_have_the_length_that_is_named(model: Predictor, tokens: int) -> None:
    texts = texts_of(tokens, model)
    assert len(texts) == 100
    assert abs(model.predict(texts).tokens.mean() - tokens) <= 0.1 * tokens


def test_a_call_s_time_is_what_is_told() -> None:
    found = latency(lambda _: time.sleep(0.002), ["a"] * 20, rounds=3)
    assert 2 <= found.p50 <= found.p99


def test_every_figure_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rounds", "1"]) == 0
    shown = capsys.readouterr().out
    figures = re.findall(r"^(.+?)  +p50 +([\d.]+) ms +p99 +([\d.]+) ms$", shown, re.MULTILINE)
    assert [name for name, *_ in figures] == ["8 tokens", "24 tokens", "60 tokens", "24 tokens, explained"]
    assert all(0 < float(p50) <= float(p99) for _, p50, p99 in figures)
    assert re.search(r"^batches of 1,000 +[\d,]+ texts/s$", shown, re.MULTILINE)
    assert re.search(r"^model\.onnx +[\d.]+ MB$", shown, re.MULTILINE)
