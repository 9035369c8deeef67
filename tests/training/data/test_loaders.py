"""Every format that people bring becomes the same table, or one line says why not."""

import gzip
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from training.data import Columns, DataError, load
from training.data.records import COLUMNS

SENTIMENT140_ROWS = (
    '"0","101","Mon Apr 06 22:19:45 PDT 2009","NO_QUERY","ann","@bob my caf\u00e9 closed, ""for good"""\n'
    '"4","102","Mon Apr 06 22:20:00 PDT 2009","NO_QUERY","ben","what a morning"\n'
    '"2","103","Mon Apr 06 22:21:00 PDT 2009","NO_QUERY","cat","on the train"\n'
).encode("latin-1")
SENTIMENT140_NAME = "training.1600000.processed.noemoticon.csv"

AIRLINE = b"""\
tweet_id,airline_sentiment,airline_sentiment_confidence,negativereason,airline,name,text
1,neutral,1.0,,Delta,ann,"@Delta which gate,
please?"
2,negative,0.7,Late Flight,United,ben,@united two hours late
"""


def packed(content: bytes) -> bytes:
    """As gzip packs it, without the time: names of tests are made from it, and two processes compare them."""
    return gzip.compress(content, mtime=0)


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def error_of(path: Path | str, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        load(path, progress=False, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (SENTIMENT140_NAME, SENTIMENT140_ROWS),
        (f"{SENTIMENT140_NAME}.gz", packed(SENTIMENT140_ROWS)),
        (f"{SENTIMENT140_NAME}.zip", zipped(**{SENTIMENT140_NAME: SENTIMENT140_ROWS})),
        (
            "trainingandtestdata.zip",
            zipped(**{"testdata.manual.2009.06.14.csv": b"", SENTIMENT140_NAME: SENTIMENT140_ROWS}),
        ),
    ],
)
def test_the_original_of_sentiment140_is_read_by_name_however_it_is_packed(written, name, content):
    folder = written(name, content).parent
    frame = load("sentiment140", folder=folder, progress=False)
    assert list(frame.columns) == list(COLUMNS)
    assert frame["text"].tolist() == ['@bob my café closed, "for good"', "what a morning", "on the train"]
    assert frame["label"].tolist() == ["negative", "positive", "neutral"]
    assert frame["author"].tolist() == ["ann", "ben", "cat"]
    assert set(frame["dataset"]) == {"sentiment140"}
    assert frame["split"].isna().all()


def test_the_original_of_sentiment140_is_known_by_its_shape_under_any_name(written):
    frame = load(written("tweets_of_2009.csv", SENTIMENT140_ROWS), progress=False)
    assert frame["text"].iloc[0].startswith("@bob my café")
    assert set(frame["dataset"]) == {"tweets_of_2009"}


def test_the_airline_original_has_authors_and_airlines(written):
    path = written("Tweets.csv", AIRLINE)
    for frame in (load(path, progress=False), load("airline", folder=path.parent, progress=False)):
        assert frame["text"].tolist() == ["@Delta which gate,\nplease?", "@united two hours late"]
        assert frame["label"].tolist() == ["neutral", "negative"]
        assert frame["author"].tolist() == ["ann", "ben"]
        assert frame["slice"].tolist() == ["Delta", "United"]
        assert set(frame["dataset"]) == {"airline"}


def test_the_folder_aclimdb_is_read_without_its_unlabelled_part(written):
    for part, text in {
        "train/pos/0_9.txt": "A fine film — go.",
        "train/neg/0_2.txt": "Dull.",
        "test/pos/0_8.txt": "Good fun.",
        "test/neg/0_1.txt": "Not good.",
        "train/unsup/0_0.txt": "Nobody knows.",
    }.items():
        root = written(f"aclImdb/{part}", text.encode()).parents[2]
    frame = load("imdb", folder=root.parent, progress=False)
    rows = set(zip(frame["text"], frame["label"], frame["split"], strict=True))
    assert rows == {
        ("A fine film — go.", "positive", "train"),
        ("Dull.", "negative", "train"),
        ("Good fun.", "positive", "test"),
        ("Not good.", "negative", "test"),
    }
    assert set(frame["dataset"]) == {"imdb"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,label\ncafé,Positive\nNA,NEGATIVE\nso so, neutral \n".encode()),
        ("a.csv", "text,label\ncafé,Positive\nNA,NEGATIVE\nso so, neutral \n".encode("utf-8-sig")),
        ("a.csv.gz", packed("label,text\n4,café\n0,NA\n2,so so\n".encode())),
        ("a.zip", zipped(**{"in/a.csv": "label,text\n4,café\n0,NA\n2,so so\n".encode(), "read.me": b""})),
        ("a.zip", zipped(**{"a.csv": "label,text\n4,café\n0,NA\n2,so so\n".encode(), "__MACOSX/a.csv": b""})),
        ("a.tsv", "label\ttext\npositive\tcafé\nnegative\tNA\nneutral\tso so\n".encode()),
        (
            "a.jsonl",
            '{"text":"café","label":4}\n\n{"text":"NA","label":0}\n{"label":2,"text":"so so"}\n'.encode(),
        ),
        (
            "a.jsonl.gz",
            packed(
                '{"text":"café","label":"positive"}\n{"text":"NA","label":"negative","more":[]}\n'
                '{"text":"so so","label":"neutral"}'.encode("utf-8-sig")
            ),
        ),
    ],
)
def test_any_table_with_texts_and_labels_is_read(written, name, content):
    frame = load(written(name, content), progress=False)
    assert frame["text"].tolist() == ["café", "NA", "so so"]
    assert frame["label"].tolist() == ["positive", "negative", "neutral"]
    assert set(frame["dataset"]) == {"a"}
    assert frame[["author", "split", "slice"]].isna().all(axis=None)


def test_zero_and_one_are_negative_and_positive(written):
    frame = load(written("a.csv", b"label,text\n0,no\n1,yes\n"), progress=False)
    assert frame["label"].tolist() == ["negative", "positive"]


def test_columns_can_have_any_name_and_the_set_too(written):
    path = written("a.csv", b"body,mood,who,part,brand\nhello,positive,ann,dev,Acme\nhi,negative,,dev,\n")
    columns = Columns(text="body", label="mood", author="who", split="part", slice="brand")
    frame = load(path, name="ours", columns=columns, progress=False)
    assert frame.iloc[0].tolist() == ["hello", "positive", "ann", "ours", "dev", "Acme"]
    assert frame["author"].isna().tolist() == [False, True]
    assert frame["slice"].isna().tolist() == [False, True]


def test_quotes_in_a_tab_separated_file_are_plain_characters(written):
    frame = load(written("a.tsv", b'label\ttext\n1\t"late again\n0\tno "thanks"\n'), progress=False)
    assert frame["text"].tolist() == ['"late again', 'no "thanks"']


def test_author_split_and_slice_are_taken_where_a_table_has_them(written):
    path = written("a.jsonl", b'{"text":"a","label":1}\n{"text":"b","label":0,"author":"ann","slice":"x"}\n')
    frame = load(path, progress=False)
    assert frame["author"].isna().tolist() == [True, False]
    assert frame["slice"].tolist()[1] == "x"


def test_the_house_file_comes_before_the_public_original(written):
    written("Tweets.csv", AIRLINE)
    path = written("airline.csv.gz", gzip.compress(b"label,text,airline\npositive,@a thanks,Delta\n"))
    frame = load("airline", folder=path.parent, progress=False)
    assert frame["text"].tolist() == ["@a thanks"]
    assert frame["slice"].tolist() == ["Delta"]


def test_wrong_columns_are_named_with_what_was_found(written):
    message = error_of(written("a.csv", b"tweet,label\nhello,1\n"))
    assert message.endswith("a.csv: needs the columns text; found 'tweet', 'label'")
    assert "needs the columns text; found 'tweet'" in error_of(
        written("a.jsonl", b'{"tweet":"x","label":1}\n')
    )
    path = written("b.csv", b"text,label\nhello,1\n")
    assert "needs the columns who; found" in error_of(path, columns=Columns(author="who"))


def test_an_unknown_label_is_named_with_its_row(written):
    message = error_of(written("a.csv", b'text,label\n"two\nlines",1\nhello,happy\n'))
    assert "a.csv: row 2: label 'happy' should be negative, neutral or positive" in message
    long = error_of(written("b.csv", b"text,label\nhello," + b"x" * 500 + b"\n"))
    assert f"label '{'x' * 38}… should be" in long
    assert "row 2: label '1'" in error_of(written("c.csv", b"text,label\na,0\nb,1\nc,4\n"))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"text,label\n"])
def test_a_file_without_rows_is_an_error(written, content):
    assert "a.csv" in (message := error_of(written("a.csv", content)))
    assert message.endswith(("is empty", "has no rows"))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_undecodable_bytes_are_found_by_line_and_offset(written, name):
    good = b'text,label\nhello,"1"\n' if name == "a.csv" else b'{"text":"hello","label":1}\n'
    bad = b"caf\xe9,1\n" if name == "a.csv" else b'{"text":"caf\xe9","label":1}\n'
    message = error_of(written(name, good + bad))
    line = good.count(b"\n") + 1
    offset = len(good) + bad.index(b"\xe9")
    assert message.endswith(f"{name}: line {line}, byte {offset}: b'\\xe9' is not UTF-8")


def test_utf16_is_called_undecodable(written):
    assert "byte 0: b'\\xff' is not UTF-8" in error_of(
        written("a.csv", "text,label\nhé,1\n".encode("utf-16"))
    )


def test_an_undecodable_review_is_named(written):
    for part in ("train/pos", "train/neg", "test/pos", "test/neg"):
        root = written(f"films/{part}/1_1.txt", b"fine").parents[2]
    written("films/test/neg/2_2.txt", b"caf\xe9")
    assert error_of(root).endswith("2_2.txt: byte 3: b'\\xe9' is not UTF-8")


def test_a_comma_that_is_not_quoted_is_an_error_and_cuts_no_text(written):
    assert "a.csv: not a table of 2 columns" in error_of(
        written("a.csv", b"label,text\n1,ok\n0,no, thanks\n")
    )
    assert "b.csv: not a table of 2 columns" in error_of(written("b.csv", b"label,text\n0,no, thanks\n"))


def test_a_line_that_is_no_json_object_is_named(written):
    path = written("a.jsonl", b'{"text":"a","label":1}\n\n["b", 0]\n')
    assert "a.jsonl: line 3: not a JSON object" in error_of(path)
    assert "row 2: no text or no label" in error_of(
        written("b.jsonl", b'{"text":"a","label":1}\n{"text":"b"}')
    )


def test_broken_packing_is_an_error(written):
    whole = gzip.compress(b"text,label\n" + bytes(range(48, 90)) * 99 + b",1\n")
    assert "broken packing" in error_of(written("a.csv.gz", whole[:-12]))
    assert "broken packing" in error_of(written("b.zip", b"PK\x03\x04 and nothing more"))
    two = zipped(**{"a.csv": b"text,label\na,1\n", "b.csv": b"text,label\na,1\n"})
    assert "should hold one table (.csv, .tsv, .jsonl, .ndjson), holds 2" in error_of(written("c.zip", two))


def test_what_is_missing_is_named_with_where_to_get_it(tmp_path):
    message = error_of("airline", folder=tmp_path)
    assert message.startswith("airline: none of airline.csv.gz, Tweets.csv, ")
    assert "https://www.kaggle.com" in message
    assert "no such file or folder" in error_of(tmp_path / "nothing.csv")
    assert "no data set of that name (sentiment140, airline," in error_of("sentiment141")
    assert "a folder should be aclImdb" in error_of(tmp_path)


def test_a_missing_data_folder_says_how_to_set_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "gone"))
    message = error_of("airline")
    assert (
        message
        == f"no data folder at {tmp_path / 'gone'}: set DATA_DIR to the folder that holds the data sets"
    )


def test_the_data_folder_comes_from_the_environment(written, monkeypatch):
    path = written("sts_gold.csv.gz", gzip.compress(b"label,id,text\n0,1,gone\n1,2,found\n"))
    monkeypatch.setenv("DATA_DIR", str(path.parent))
    assert load("sts_gold", progress=False)["label"].tolist() == ["negative", "positive"]


def test_all_columns_are_strings_with_missing_values(written):
    frame = load(written("a.csv", b"text,label\n123,1\n"), progress=False)
    assert frame.dtypes.astype(str).tolist() == ["str"] * len(COLUMNS)
    assert pd.isna(frame["author"].iloc[0])
    assert frame["text"].iloc[0] == "123"
