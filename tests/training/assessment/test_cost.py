"""What a bundle takes is measured apart from the process that asks."""

import json

import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.function_app.handmade import write_bundle
from training.assessment import cost
from training.assessment.cost import CostError


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "bundle")


def test_a_process_of_its_own_measures(bundle):
    ours = bytearray(400_000_000)  # must not count
    found = cost.measure(bundle, rounds=1)
    assert ours
    assert found.bytes == (bundle / "model.onnx").stat().st_size
    assert 20 < found.peak_mb < 400
    assert found.load_ms > 0
    assert [one.tokens for one in found.latency] == list(cost.LENGTHS)
    assert all(0 < one.p50 <= one.p99 for one in found.latency)
    assert found.batch_texts_per_second > 0


def test_texts_have_the_tokens_that_are_asked_for(bundle):
    predictor = Predictor(read_bundle(bundle))
    for tokens in cost.LENGTHS:
        texts = cost._texts(predictor, tokens)
        assert len(set(texts)) == cost.TEXTS
        assert set(predictor.predict(texts).tokens.tolist()) == {tokens}


def test_a_broken_bundle_is_named(bundle):
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["files"]["model.onnx"]["sha256"] = "0" * 64
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CostError, match=r"model\.onnx"):
        cost.measure(bundle)


def test_the_command_prints_a_table(bundle, capsys):
    assert cost.main([str(bundle), "--rounds", "1"]) == 0
    shown = capsys.readouterr().out
    assert "one text of 24 tokens" in shown
    assert "texts/s" in shown
