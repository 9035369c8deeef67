"""Candidates side by side."""

from tests.training.assessment.made import answers, made, predictions
from training.assessment.comparing import POOLED, differences, pairs, table


def test_pairs_are_those_that_both_were_measured_on():
    one = predictions(airline=answers(40, 30), semeval=answers(60, 50), imdb=answers(20, 20))
    two = predictions(airline=answers(40, 30, fixed=4), semeval=answers(60, 50, broken=2))
    found = pairs(one, two)
    assert set(found) == {"airline", "semeval", POOLED}
    assert (found["airline"].fixed, found["airline"].broken) == (4, 0)
    assert (found[POOLED].rows, found[POOLED].fixed, found[POOLED].broken) == (100, 4, 2)


def test_the_tables_name_candidates_sets_and_differences():
    validation = predictions(tweets=answers(50, 40))
    best = made("bilstm", validation, test=predictions(tweets=answers(40, 36)))
    other = made("tfidf", validation, test=predictions(tweets=answers(40, 30)))
    lines = table([best.record, other.record]).splitlines()
    assert lines[2].split() == ["bilstm", "0.8000", "0.9000", "0.9000", "1.00", "5.0", "1,000", "0/0"]
    (line,) = differences(best, [other]).splitlines()[2:]
    assert line.split() == ["tfidf", "tweets", "40", "-0.1500", "0.031"]
