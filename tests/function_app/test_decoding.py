import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from function_app.contract import FeedbackRequest, Limits, PredictBatchRequest, PredictRequest
from function_app.decoding import decode
from function_app.errors import InvalidRequestError

LIMITS = Limits(body_bytes=262_144, text_characters=2_000, batch_texts=1_000)
ID = "0192f0c1-2345-7abc-8def-0123456789ab"
KINDS = st.sampled_from([PredictRequest, PredictBatchRequest, FeedbackRequest])
NAMES = (
    st.sampled_from(["text", "texts", "explain", "prediction_id", "correct", "label", "comment"]) | st.text()
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(ID),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5),
)


def refusal(body: bytes, kind: type = PredictRequest) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        decode(body, kind, LIMITS)
    return caught.value.detail


def read_or_refuse(body: bytes, kind: type) -> bool:
    """Whether the body is read as `kind` or refused with a sentence; any other exception comes through."""
    try:
        return isinstance(decode(body, kind, LIMITS), kind)
    except InvalidRequestError as error:
        return len(error.detail) > 20


@given(VALUES, KINDS)
def test_any_json_is_read_or_refused(value: object, kind: type) -> None:
    assert read_or_refuse(json.dumps(value).encode(), kind)


@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-16", "surrogatepass")), KINDS)
@example(b"[" * 100_000, PredictRequest)
@example(b'{"text":' + b"[" * 100_000, PredictRequest)
@example(b'{"text":"a","x":' + b"[" * 100_000, PredictRequest)
@example(b'{"text":' + b"9" * 10_000 + b"}", PredictRequest)
@example(b"9" * 10_000, PredictRequest)
@example(b'{"\\ud800":1}', PredictRequest)
@example(b"\xef\xbb\xbf{}", FeedbackRequest)
def test_any_bytes_are_read_or_refused(body: bytes, kind: type) -> None:
    assert read_or_refuse(body, kind)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_a_feedback_request_that_is_read_says_one_thing(value: dict[str, object]) -> None:
    body = json.dumps({"prediction_id": ID} | value).encode()
    try:
        request = decode(body, FeedbackRequest, LIMITS)
    except InvalidRequestError:
        return
    assert ("correct" in value) != ("label" in value)
    assert request.prediction_id == value.get("prediction_id", ID)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "The body is empty; it must be a JSON object"),
        (b" \n", "The body is empty; it must be a JSON object"),
        (b"{", "The body is not JSON (line 1, column 2); it must be a JSON object"),
        (b'{"text": "a"} x', "The body is not JSON (line 1, column 15); it must be a JSON object"),
        (b'{"text": NaN}', "The body holds NaN, which JSON does not have"),
        (b"[]", "The body: an array was given; it must be an object"),
        (b"{}", "text: nothing was given; the field is required"),
        (b'{"text": 5}', "text: a whole number was given; it must be a string"),
        (b'{"text": null}', "text: null was given; it must be a string"),
        (b'{"text": ["a"]}', "text: an array was given; it must be a string"),
        (b'{"text": "a", "explain": 1}', "explain: a whole number was given; it must be true or false"),
        (b'{"text": "a", "explain": "true"}', "explain: a string was given; it must be true or false"),
        (b'{"text": "a", "txt": 1}', "txt: there is no such field; the fields are text, explain"),
        (b'{"text": " \\t\\n\\u3000"}', "text: a blank string was given; it must hold a text"),
        (b'{"text": "a\\u0000b"}', "text: a string with a NUL character was given; it must not hold one"),
        (b'{"text": "a", "text": "b"}', "text: two values were given; give one"),
        (b'{"text": "\xff"}', "The body is not valid UTF-8; it must be JSON in UTF-8"),
        (b'{"text": "\\ud800"}', "The body holds half of a surrogate pair"),
        (b'{"text": "\xed\xa0\x80"}', "The body is not valid UTF-8"),
        (b"\xef\xbb\xbf{}", "The body is not JSON (line 1, column 1)"),
        (b'{"text": ' + b"9" * 5_000 + b"}", "text: "),
        (b'{"text": "a", "x": 1e999}', "x: there is no such field"),
    ],
)
def test_a_refusal_names_the_field_what_was_given_and_what_is_right(body: bytes, detail: str) -> None:
    assert refusal(body).startswith(detail)


def test_length_is_counted_in_characters() -> None:
    assert decode(json.dumps({"text": "😀" * 2_000}).encode(), PredictRequest, LIMITS).text == "😀" * 2_000
    assert refusal(b'{"text": "%s"}' % (b"a" * 2_001)) == (
        "text: a string of 2001 characters was given; the most is 2000"
    )


def test_zero_width_characters_are_a_text() -> None:
    assert decode(b'{"text": "\\u200b\\u200d."}', PredictRequest, LIMITS).text == "\u200b\u200d."


def test_a_bad_text_of_a_batch_is_named_by_its_place() -> None:
    def batch(*texts: object) -> bytes:
        return json.dumps({"texts": texts}).encode()

    assert refusal(batch("a", "b", "c", " "), PredictBatchRequest).startswith("texts[3]: a blank string")
    assert refusal(batch("a", None), PredictBatchRequest).startswith("texts[1]: null was given")
    assert refusal(batch("a" * 2_001), PredictBatchRequest).startswith("texts[0]: a string of 2001")
    assert refusal(batch(), PredictBatchRequest) == "texts: an array of 0 was given; it must hold 1 to 1000"
    assert refusal(batch(*"a" * 1_001), PredictBatchRequest).startswith("texts: an array of 1001")
    assert len(decode(batch(*"a" * 1_000), PredictBatchRequest, LIMITS).texts) == 1_000


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({}, "correct, label: neither of them given; give exactly one"),
        ({"correct": True, "label": "positive"}, "correct, label: both of them given"),
        ({"correct": "no"}, "correct: a string was given; it must be true or false"),
        ({"correct": None}, "correct: null was given; it must be true or false"),
        ({"label": "meh"}, "label: another string was given; it must be one of negative, positive"),
        ({"label": None}, "label: null was given; it must be a string"),
        ({"correct": True, "prediction_id": "x"}, "prediction_id: a string of another form was given"),
        ({"correct": True, "prediction_id": 5}, "prediction_id: a whole number was given"),
        ({"correct": True, "text": " "}, "text: a blank string was given"),
        ({"correct": True, "text": "a" * 2_001}, "text: a string of 2001 characters"),
        ({"correct": True, "comment": "a" * 2_001}, "comment: a string of 2001 characters"),
        ({"correct": True, "comment": "\0"}, "comment: a string with a NUL character"),
        ({"correct": True, "comment": 1}, "comment: a whole number was given; it must be a string"),
    ],
)
def test_bad_feedback_is_refused(fields: dict[str, object], detail: str) -> None:
    body = json.dumps({"prediction_id": ID} | fields).encode()
    assert refusal(body, FeedbackRequest).startswith(detail)
