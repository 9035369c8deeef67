"""The pictures can be drawn for one candidate and for nine, name all of them, and no writing is cut off."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from tests.training.report.made import NINE, SETS, made_findings
from training.candidates import CANDIDATES
from training.report import curves, dots, exploration_plots, matrices, trade_offs
from training.report.findings import Findings
from training.report.palette import looks

OF_ALL: dict[str, Callable[[Findings], Figure]] = {
    "roc": curves.roc,
    "precision_recall": curves.precision_recall,
    "reliability": curves.reliability,
    "coverage": curves.coverage,
    "latency": trade_offs.accuracy_against_latency,
    "mcnemar": matrices.candidates_against_each_other,
    "slices": dots.slices,
}
OTHERS: dict[str, Callable[[Findings], Figure]] = {
    "confusion": matrices.confusions,
    "learning_curve": lambda findings: trade_offs.learning_curve(
        findings.learning, candidates=list(findings.looks), selected=findings.selected
    ),
    "classes": lambda findings: exploration_plots.classes(findings.exploration),
    "lengths": lambda findings: exploration_plots.lengths(findings.exploration),
}
ONE = made_findings(NINE[:1], SETS[-1:], rows=60)
ALL = made_findings(rows=60)


def words(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        *((name, ONE) for name in OF_ALL | OTHERS),
        *((name, ALL) for name in ("roc", "mcnemar", "slices", "latency")),
    ],
)
def test_every_axis_is_named_and_no_writing_is_cut_off(name, findings):
    figure = (OF_ALL | OTHERS)[name](findings)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
    width, height = canvas.get_width_height()
    for text in words(figure):
        if text in [
            label for axes in figure.axes for label in axes.get_xticklabels() + axes.get_yticklabels()
        ]:
            continue  # of ticks beyond the limits
        box = text.get_window_extent()
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, text.get_text()


@pytest.mark.parametrize(("name", "axis"), [("coverage", "yaxis"), ("slices", "xaxis")])
def test_percentages_beside_an_axis_are_not_rounded(name, axis):
    figure = OF_ALL[name](ONE)
    axes = figure.axes[0]
    axes.set(**{f"{axis[0]}lim": (0.90, 1.0), f"{axis[0]}ticks": (0.925, 0.95, 0.975)})
    FigureCanvasAgg(figure).draw()
    said = [label.get_text() for label in getattr(axes, axis).get_ticklabels()]
    assert said == ["92.5%", "95.0%", "97.5%"]


@pytest.mark.parametrize("name", OF_ALL)
def test_every_candidate_is_named(name):
    figure = OF_ALL[name](ALL)
    said = " ".join(text.get_text() for text in words(figure))
    assert all(candidate in said for candidate in NINE)


def test_a_candidate_that_was_not_measured_on_a_set_is_left_out_of_its_panel_alone():
    first, *others = ALL.assessments
    elsewhere = (
        msgspec.structs.replace(one, sets={name: on for name, on in one.sets.items() if name != SETS[1]})
        for one in others
    )
    fewer = replace(ALL, assessments=(first, *elsewhere))
    assert [len(axes.lines) for axes in curves.roc(fewer).axes][:2] == [len(NINE) + 1, 2]


def test_no_two_candidates_look_alike_and_the_selected_one_stands_out():
    found = looks([str(number) for number in range(24)], selected="4")
    assert len({(look.colour, look.dashes) for look in found.values()}) == 24
    ours = looks(list(CANDIDATES), selected="bilstm")
    assert len({look.colour for look in ours.values()}) == len(CANDIDATES)
    assert [name for name, look in found.items() if look.bold] == ["4"]
    assert found["4"].width > found["5"].width
