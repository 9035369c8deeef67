"""What the commands say when they are given the wrong thing: one line on stderr and exit code 2."""

import gzip
from pathlib import Path

import pytest

from training.__main__ import main
from training.arguments import MOST_EMOTICONS
from training.data import emoticons


@pytest.fixture(autouse=True)
def own_tracking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def table(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_a_table_without_the_columns_names_those_it_has(capsys, tmp_path):
    path = table(tmp_path / "tweets.csv", "tweet,mood", "hello,good")
    error = refused(capsys, "data", "--data", path)
    assert "tweets.csv: needs the columns text, label; found 'tweet', 'mood'" in error


def test_an_unknown_label_is_named_with_its_row(capsys, tmp_path):
    path = table(tmp_path / "tweets.csv", "text,label", "hello,positive", "bye,meh")
    error = refused(capsys, "data", "--data", path)
    assert "tweets.csv: row 2: label 'meh'" in error


@pytest.mark.parametrize("lines", [("text,label",), ()], ids=["header only", "nothing at all"])
def test_an_empty_set_is_refused(capsys, tmp_path, lines):
    path = tmp_path / "tweets.csv"
    path.write_text("\n".join(lines))
    assert "tweets.csv" in refused(capsys, "data", "--data", str(path))


def test_a_missing_data_set_says_where_it_was_looked_for(capsys, tmp_path):
    error = refused(capsys, "data", "--data", "sentiment140")
    assert str(tmp_path) in error
    assert "training.1600000.processed.noemoticon.csv" in error


def test_a_broken_archive_is_refused(capsys, tmp_path):
    path = tmp_path / "tweets.csv.gz"
    path.write_bytes(gzip.compress(b"text,label\nhello,positive\n" * 1000)[:60])
    assert "tweets.csv.gz" in refused(capsys, "data", "--data", str(path))


def test_one_class_alone_cannot_be_trained_on(capsys, tmp_path):
    path = table(tmp_path / "tweets.csv", "text,label", *(f"hello number {n},positive" for n in range(60)))
    assert "negative and positive" in refused(capsys, "train", "tfidf_logreg", "--data", path)


def test_an_unknown_candidate_is_told_which_there_are(capsys, tmp_path):
    assert "naive_bayes, tfidf_logreg" in refused(capsys, "train", "perceptron")


@pytest.mark.parametrize("setting", ["epochs", "epoch=2", "epochs=many", "family=linear"])
def test_a_hyperparameter_that_is_none_is_refused(capsys, setting):
    assert setting in refused(capsys, "train", "bilstm", "--set", setting)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "tfidf_logreg", "--seed", "-1"), "--seed: must be a whole number, 0 or more"),
        (("data", "--seed", "1.5"), "--seed: must be"),
        (("all", "--seed", "-1"), "--seed: must be"),
        (("train", "tfidf_logreg", "--human-weight", "0"), "--human-weight: must be a number above 0"),
        (("train", "tfidf_logreg", "--human-weight", "nan"), "--human-weight: must be"),
        (("train", "tfidf_logreg", "--human-weight", "inf"), "--human-weight: must be"),
        (("train", "tfidf_logreg", "--emoticons", "0.7"), "--emoticons: must be a number from 0 to 0.6667"),
        (("train", "tfidf_logreg", "--emoticons", "many"), "--emoticons: must be"),
        (("train", "tfidf_logreg", "--nonsense", "1.1"), "--nonsense: must be a number from 0 to 1"),
        (("train", "tfidf_logreg", "--nonsense", "-0.1"), "--nonsense: must be"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_the_options_name(capsys, arguments, said):
    with pytest.raises(SystemExit) as refusal:
        main(arguments)
    assert refusal.value.code == 2
    assert f"error: argument {said}" in capsys.readouterr().err


def test_as_many_emoticons_are_offered_as_the_code_takes():
    assert emoticons.MAX_SHARE == MOST_EMOTICONS


def test_a_folder_for_state_is_refused_where_none_is_kept_before_data_are_read(capsys, tmp_path):
    error = refused(
        capsys, "train", "tfidf_logreg", "--resume", str(tmp_path / "state"), "--data", "gone.csv"
    )
    assert error == "error: --resume: tfidf_logreg keeps no state; transformer does\n"


def test_a_run_and_a_candidate_are_not_assessed_together(capsys):
    assert "--run abc: a run has its candidate" in refused(capsys, "assess", "bilstm", "--run", "abc")


@pytest.mark.parametrize("command", ["assess", "compare", "select"])
def test_without_runs_there_is_nothing_to_compare(capsys, command):
    assert "python -m training train" in refused(capsys, command)


def test_data_shows_the_counts(capsys):
    corpus = Path(__file__).parents[1] / "corpus" / "tweets.csv"
    assert main(["data", "--data", str(corpus)]) == 0
    shown = capsys.readouterr().out
    assert "read       700" in shown
    assert "fingerprint" in shown
    for role in ("train", "validation", "calibration", "test"):
        assert role in shown


def test_help_is_there_for_every_command(capsys):
    for command in ("data", "train", "assess", "compare", "select", "collect", "retrain"):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
        assert command in capsys.readouterr().out


def test_debug_shows_where_an_error_comes_from_and_the_code_stays(capsys):
    assert main(["compare", "--debug"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Traceback")
    assert error.splitlines()[-1].startswith("error: ")
