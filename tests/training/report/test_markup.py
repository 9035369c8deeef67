"""Text stays text."""

from training.report.markup import Html, breakable, element, joined, table


def test_text_is_escaped_in_content_attributes_and_cells():
    assert element("p", "<b>", title='"<') == '<p title="&quot;&lt;">&lt;b&gt;</p>'
    assert "&lt;b&gt;" in table(["<b>"], [["<i>", "<u>"]], caption="<s>")
    assert not {"<b>", "<i>", "<u>", "<s>"} & set(table(["<b>"], [["<i>", "<u>"]], caption="<s>").split(">"))
    assert joined(["<", element("b", ">")]) == "&lt;<b>&gt;</b>"


def test_markup_is_escaped_once():
    assert element("p", element("b", "&")) == "<p><b>&amp;</b></p>"
    assert isinstance(element("p"), Html)


def test_long_names_may_break_after_underscores_and_are_escaped():
    assert breakable("a_<b>_c") == "a_<wbr>&lt;b&gt;_<wbr>c"
