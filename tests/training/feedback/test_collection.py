"""Collecting, from either back end, into versions that build on one another."""

import csv
from pathlib import Path

import pytest

from function_app.examples import TAKEN_STATE
from tests.function_app.handmade import write_bundle
from tests.function_app.places import Place
from tests.function_app.waiting import wait_until
from training.__main__ import main
from training.data import DataError, load
from training.feedback.collection import CollectOptions, collect, report
from training.feedback.consensus import keys_of
from training.feedback.review import read_review
from training.feedback.versions import newest_version, read_version


@pytest.fixture
def options(tmp_path: Path) -> CollectOptions:
    return CollectOptions(root=tmp_path / "feedback")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_version_is_a_data_set_with_its_account(store, say, example, predictor, options):
    say("I hate waiting", "positive", probability=0.1)
    say("what a zorpy seat", "positive", probability=0.3)
    example("gronked, again", "negative")
    collected = collect(store, predictor, options)

    assert collected.is_new
    rows = load(collected.version.data, progress=False)
    assert set(zip(rows["text"], rows["label"], strict=True)) == {
        ("I hate waiting", "positive"),
        ("what a zorpy seat", "positive"),
        ("gronked, again", "negative"),
    }
    assert rows["text"].iloc[0] == "I hate waiting"  # the model is sure of the contrary
    assert set(rows["dataset"]) == {"feedback"}
    assert sorted(rows["slice"]) == ["unknown", "wrong", "wrong"]
    counts = collected.version.manifest.counts
    assert (counts["votes"], counts["rows"], counts["negative"], counts["positive"]) == (3, 3, 1, 2)
    assert (collected.version.manifest.parent, collected.version.manifest.store) == (None, store.kind)
    shown = report(collected)
    assert str(collected.version.data) in shown
    assert "waiting" not in shown


def test_odd_texts_come_through_as_they_are(store, say, predictor, options):
    odd = [
        'she said "never, ever"',
        "two\nlines",
        "a\rreturn",
        "NA",
        "null",
        "=1+1",
        "😡, 'so' late; really\t",
    ]
    for text in odd:
        say(text, "negative")
    collected = collect(store, predictor, options)
    assert sorted(load(collected.version.data, progress=False)["text"]) == sorted(
        text.strip() for text in odd
    )


def test_the_next_version_names_its_parent_and_keeps_what_the_store_forgot(
    store, say, predictor, options, monkeypatch
):
    say("gone from the store by then", "negative")
    first = collect(store, predictor, options).version
    assert not collect(store, predictor, options).is_new

    say("and this one came later", "positive")
    monkeypatch.setattr(
        store, "feedback_after", forgetting(store.feedback_after, "gone from the store by then")
    )
    second = collect(store, predictor, options)
    assert second.is_new
    assert second.version.manifest.parent == first.manifest.version
    assert {row["text"] for row in table(second.version.data)} == {
        "gone from the store by then",
        "and this one came later",
    }
    assert newest_version(options.root) == second.version
    alone = collect(store, predictor, CollectOptions(root=options.root, with_parent=False))
    assert [row["text"] for row in table(alone.version.data)] == ["and this one came later"]


def forgetting(read, text):
    def feedback_after(cursor, limit):
        rows, cursor = read(cursor, limit)
        return [row for row in rows if row[1].text != text], cursor

    return feedback_after


def test_examples_no_longer_wait_once_they_are_collected(store, example, predictor, options):
    example("gronked, again", "negative")
    collect(store, predictor, options)
    example("zorpy, again", "positive")
    assert store.count_examples(store.state(TAKEN_STATE).value) == 1
    collect(store, predictor, options)
    assert store.count_examples(store.state(TAKEN_STATE).value) == 0


def test_a_person_corrects_the_table_and_the_next_versions_remember(store, say, predictor, options, tmp_path):
    for label in ("negative", "positive"):
        say("as many for as against", label)
    say("@ann buy followers now", "positive")
    review = tmp_path / "review.csv"
    collected = collect(store, predictor, CollectOptions(root=options.root, review=review))
    rows = table(review)
    assert [row["label"] for row in rows] == ["", "positive"]
    assert rows[1]["text"] == "'@ann buy followers now"
    assert collected.review_rows == 2

    rows[0]["label"], rows[1]["label"] = " Negative", "drop"
    with review.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    reviewed = collect(store, predictor, CollectOptions(root=options.root, reviewed=review))
    assert [(row["text"], row["label"]) for row in table(reviewed.version.data)] == [
        ("as many for as against", "negative")
    ]
    assert reviewed.version.manifest.counts["rejected"] == 1
    assert not collect(store, predictor, options).is_new


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("text\nhello\n", "needs the columns key, label"),
        ("key,label\n0000,positive\n", "line 2: no text has the key '0000'"),
        ("key,label\nKEY,meh\n", "line 2: label should be negative, positive, drop or empty"),
        ("key,label\nKEY,\xff\n", "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(tmp_path, content, complaint):
    (key,) = keys_of(["one text"])
    review = tmp_path / "review.csv"
    review.write_bytes(content.replace("KEY", key).encode("latin-1"))
    with pytest.raises(DataError, match=complaint):
        read_review(review, known=[key])


def test_a_refused_table_leaves_no_version(store, say, predictor, options):
    say("one text", "positive")
    with pytest.raises(DataError, match=r"none\.csv"):
        collect(store, predictor, CollectOptions(root=options.root, reviewed=options.root / "none.csv"))
    assert newest_version(options.root) is None


def test_an_empty_store_has_nothing_to_collect(store, predictor, options):
    with pytest.raises(DataError, match="no feedback and no examples"):
        collect(store, predictor, options)
    assert not options.root.exists()


def test_a_version_that_was_changed_is_refused(store, say, predictor, options):
    say("one text", "positive")
    version = collect(store, predictor, options).version
    version.data.write_bytes(version.data.read_bytes() + b"more,positive,,,,,,,\n")
    with pytest.raises(DataError, match=r"feedback\.csv: is not the file"):
        read_version(version.folder)
    with pytest.raises(DataError, match="sha256"):
        collect(store, predictor, options)


@pytest.fixture
def app(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of an app on this store, with a bundle of its own."""
    bundle = write_bundle(tmp_path / "bundle")
    for name, value in {**place.settings(), "MODEL_DIR": str(bundle)}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("app")
def test_the_command_reads_the_store_of_the_settings(store, say, options, tmp_path, capsys):
    say("what a zorpy seat", "positive", probability=0.3)
    review = tmp_path / "review.csv"
    # Tables show what was written after a moment.
    wait_until(lambda: main(["collect", "--out", str(options.root), "--review", str(review)]) == 0)
    assert "1 texts to review" in capsys.readouterr().out
    assert newest_version(options.root).manifest.store == store.kind
    assert [row["text"] for row in table(review)] == ["what a zorpy seat"]


@pytest.mark.usefixtures("app")
def test_nothing_to_collect_is_no_error_but_another_exit_code(options, capsys):
    assert main(["collect", "--out", str(options.root)]) == 3
    assert capsys.readouterr().err == "nothing to collect: the store holds no feedback and no examples\n"
    assert newest_version(options.root) is None
