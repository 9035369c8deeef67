"""The comparison and the choice, on runs in a real MLflow."""

import mlflow
import pytest

from tests.training.assessment.made import answers, made, predictions
from training import selection, tracking
from training.assessment import kept
from training.assessment.choice import Budget
from training.selection import SelectionError

ROWS = 200


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    return tracking.connect()


def finished(client, candidate, accuracy, *, data="d1", registered=True, assessed=True, **options):
    with mlflow.start_run(tags={"candidate": candidate}) as run:
        mlflow.log_params({"data_sha256": data, **options})
        mlflow.log_metrics(
            {
                "validation/mean/accuracy": accuracy,
                "test/mean/accuracy": accuracy - 0.01,
                "test/airline/accuracy": accuracy + 0.02,
                "test/airline/rows": 1234,
                "train_seconds": 90,
            }
        )
    if registered:
        if not client.search_registered_models():
            client.create_registered_model(tracking.REGISTERED_MODEL)
        client.create_model_version(
            tracking.REGISTERED_MODEL, source="file:///nowhere", run_id=run.info.run_id
        )
    if assessed:
        validation = predictions(tweets=answers(ROWS, int(ROWS * accuracy)))
        kept.keep(client, made(candidate, validation, run_id=run.info.run_id))
    return run.info.run_id


def select(client, **problems):
    return selection.select(client, selection.contenders(client), Budget(), problems=problems)


def test_the_best_mean_validation_accuracy_is_selected(client):
    finished(client, "slow", 0.70)
    best = finished(client, "quick", 0.85)
    choice = select(client)
    assert (choice.selected, choice.run_id) == ("quick", best)
    assert selection.selected(client, best) == choice
    assert set(choice.verdicts) == {"quick", "slow"}
    chosen = client.get_model_version_by_alias(tracking.REGISTERED_MODEL, tracking.SELECTED)
    assert chosen.run_id == best


def test_only_the_newest_run_of_a_candidate_counts(client):
    finished(client, "quick", 0.95)
    newest = finished(client, "quick", 0.70)
    assert [contender.run_id for contender in selection.contenders(client)] == [newest]


def test_one_run_can_be_named(client):
    first = finished(client, "quick", 0.95)
    finished(client, "quick", 0.70)
    assert selection.of_run(client, first[:8]).run_id == first
    with pytest.raises(SelectionError, match="no-such-run"):
        selection.of_run(client, "no-such-run")


def test_candidates_can_be_named(client):
    finished(client, "slow", 0.80)
    finished(client, "quick", 0.85, data="d2")
    assert [one.candidate for one in selection.contenders(client, ["slow"])] == ["slow"]
    with pytest.raises(SelectionError, match="python -m training train quack"):
        selection.contenders(client, ["quack"])


def test_what_was_not_assessed_is_not_chosen_from(client):
    finished(client, "slow", 0.70)
    finished(client, "quick", 0.85, assessed=False)
    with pytest.raises(SelectionError, match="python -m training assess quick"):
        select(client)
    choice = select(client, quick="the graph does not score as the trained model")
    assert choice.selected == "slow"
    assert choice.verdicts["quick"] == "not assessed: the graph does not score as the trained model"


def test_with_nothing_assessed_every_problem_is_told(client):
    finished(client, "quick", 0.85, assessed=False)
    with pytest.raises(SelectionError, match="quick is not assessed: no room"):
        select(client, quick="no room")


def test_the_table_shows_every_data_set_of_every_candidate(client):
    finished(client, "slow", 0.80)
    finished(client, "quick", 0.85)
    lines = selection.table(selection.contenders(client)).splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [
        ["quick", "airline"],
        ["quick", "mean"],
        ["slow", "airline"],
        ["slow", "mean"],
    ]
    assert "1,234" in lines[2]
    assert "0.8700" in lines[2]
    assert "1.5 min" in lines[3]


def test_verdicts_tell_options_that_differ_from_those_of_the_selected_run(client):
    finished(client, "slow", 0.70, train_rows=20_000, human_weight=5.0)
    finished(client, "slower", 0.65, train_rows="None", balanced="")
    finished(client, "quick", 0.85)
    verdicts = select(client).verdicts
    assert verdicts["slow"].endswith("; trained with human_weight=5.0, train_rows=20000")
    assert "trained with" not in verdicts["slower"] + verdicts["quick"]


def test_runs_on_different_data_are_not_compared(client):
    finished(client, "slow", 0.80)
    finished(client, "quick", 0.85, data="d2")
    with pytest.raises(SelectionError, match="different data"):
        select(client)


def test_without_a_run_it_says_what_to_do(client):
    with pytest.raises(SelectionError, match="python -m training train"):
        select(client)


def test_a_run_without_a_registered_model_is_named(client):
    run_id = finished(client, "quick", 0.85, registered=False)
    with pytest.raises(SelectionError, match=run_id):
        select(client)
