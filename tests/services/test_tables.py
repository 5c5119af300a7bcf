"""Tables are read as spreadsheets write them; what cannot be read is refused in one sentence."""

import pytest

from lti_tool.services import tables
from lti_tool.services.errors import Refused


@pytest.mark.parametrize("content", [
    pytest.param("a,b\n1,2\n", id="comma"),
    pytest.param("a;b\n1;2\n", id="semicolon"),
    pytest.param("a\tb\n1\t2\n", id="tab"),
    pytest.param("A,B\r\n1,2\r\n", id="Windows line ends, capital heads"),
    pytest.param("\ufeffa,b\n1,2", id="byte order mark, no last line end"),
    pytest.param('"a","b"\n"1","2"\n', id="everything quoted"),
    pytest.param("\n\na,b\n\n1,2\n\n", id="blank lines"),
    pytest.param(" a , b \n 1 , 2 \n", id="blanks around"),
])
def test_the_same_table_however_it_is_written(content):
    table = tables.read(content.encode())
    assert [(row.get("a"), row.get("b")) for row in table.rows] == [("1", "2")]


@pytest.mark.parametrize("content, says", [
    pytest.param(b"", "is empty", id="nothing"),
    pytest.param(b" \n \n", "is empty", id="blank lines only"),
    pytest.param("naïve,b\n".encode("latin-1"), "not UTF-8", id="another encoding"),
    pytest.param("a,b\n1,2".encode("utf-16"), "not UTF-8", id="UTF-16"),
    pytest.param(b"PK\0\0", "no text file", id="a spreadsheet, renamed"),
    pytest.param(b'a,b\n"1,2\n', "Line 2", id="a quotation mark that is not closed"),
    pytest.param(b"a,A\n1,2\n", "twice", id="one column name twice"),
])
def test_an_unreadable_file_is_refused_in_a_sentence(content, says):
    with pytest.raises(Refused, match=says):
        tables.read(content)


def test_a_file_too_large_to_be_one_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "LARGEST", 10)
    with pytest.raises(Refused, match="larger than"):
        tables.read(b"a,b\n1,2\n3,4\n")


def test_rows_know_the_line_they_start_in():
    table = tables.read(b'a,b\n"one\ntwo",2\n3,4\n5\n')
    assert [row.line for row in table.rows] == [2, 4]
    assert table.ragged == (5,)


def test_quoted_separators_do_not_decide():
    assert tables.separator_of('"a,b,c,d";e') == ";"


def test_a_missing_column_is_an_empty_text():
    row = tables.read(b"a\n1\n").rows[0]
    assert row.get("b") == "" and row.get("b", "a") == "1"
