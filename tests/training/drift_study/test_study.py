"""The study on the project's own texts, with few streams: what it says of the methods comes out anyhow."""

import json

import pytest

from training.drift_study.command import main

SCENARIOS = ["null", "null-sparse", "rate-20-at-50", "topic", "meaning"]
BASELINES = ["PSI > 0.1", "PSI > 0.2", "KS p < 0.05", "Wasserstein > 0.1"]


@pytest.fixture(scope="module", autouse=True)
def _own_texts():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATA_DIR", raising=False)
        yield


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    out = tmp_path_factory.mktemp("study")
    code = main(
        ["--streams", "2", "--out", str(out), "--cache", str(out / "cache"), "--scenario", *SCENARIOS]
    )
    found = json.loads((out / "study.json").read_text(encoding="utf-8"))
    return code, {one["scenario"]: one for one in found["scenarios"]}, out


def test_every_floor_is_met(study):
    code, scenarios, _ = study
    assert [name for name, one in scenarios.items() if one["met"] is False] == []
    assert [name for name, one in scenarios.items() if one["met"]] == ["null", "rate-20-at-50", "topic"]
    assert code == 0


def test_without_drift_the_check_stays_silent_and_fixed_thresholds_do_not(study):
    methods = study[1]["null"]["methods"]
    assert methods["drift check"]["false_alarm_rate"] == 0
    assert all(methods[name]["false_alarm_rate"] >= 0.75 for name in BASELINES)


def test_a_shift_is_found_in_every_stream(study):
    for name in ("rate-20-at-50", "topic", "meaning"):
        assert study[1][name]["methods"]["drift check"]["found_rate"] == 1


def test_the_summary_has_a_row_for_each_scenario(study):
    rows = (study[2] / "study.md").read_text(encoding="utf-8").splitlines()
    assert rows[0].split(" | ")[1:] == ["drift check", *BASELINES[:-1], f"{BASELINES[-1]} |"]
    assert rows[2].startswith("| no drift: 20,000 tweets, 8 an hour | 0.0% | 100.0% |")
    assert len(rows) == 2 + len(SCENARIOS)


def test_the_pictures_are_drawn(study):
    for name in ("false_alarms.png", "delays.png"):
        assert (study[2] / name).read_bytes().startswith(b"\x89PNG")


def test_the_same_seed_gives_the_same_figures_in_one_process_or_two(study, tmp_path):
    _, scenarios, first = study
    again = ["--streams", "2", "--out", str(tmp_path), "--cache", str(first / "cache"), "--jobs", "2"]
    main([*again, "--scenario", "topic"])
    found = json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))["scenarios"]
    assert found == [scenarios["topic"]]


def test_a_scenario_that_does_not_exist_is_refused(capsys, tmp_path):
    assert main(["--cache", str(tmp_path), "--scenario", "weather"]) == 2
    assert "no scenario weather; there are " in capsys.readouterr().err
