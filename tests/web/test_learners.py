"""One learner as the teacher sees them: the derivation with its clauses, and every result that came."""

import re

from tests.web.classroom import Classroom
from tests.web.test_progress import deny, ratify


def test_the_derivation_is_shown_line_by_line_and_called_provisional(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    page = classroom.client("bob").get(f"learners/{classroom.keys['Lena']}").text
    assert 'Provisional</span>' in page
    assert '<span class="figure-big">61</span>' in page
    assert 'class="clause"' in page
    assert "INV-2026.1" in page


def test_ours_is_not_called_the_result_once_another_figure_is_kept(classroom: Classroom) -> None:
    classroom.mark("Lena", "CRIT", "60")
    classroom.mark("Lena", "PORT", "62")
    deny(classroom, "failed", "provisional")
    bob = classroom.client("bob")
    listed = bob.get(f"runs/{classroom.keys['run']}/learners").text
    assert "Figure in the record kept</span>" in listed
    assert ">61<" not in listed and ">Pass<" not in listed
    page = bob.get(f"learners/{classroom.keys['Lena']}").text
    assert "registry has kept that one" in page
    assert "Provisional</span>" not in page


def result_of(page: str, name: str) -> str:
    """The last two cells of a learner's line, as they read."""
    [line] = [line for line in re.findall(r"(?s)<tr>.*?</tr>", page) if name in line]
    return " ".join(re.sub(r"<[^>]+>", " ", "".join(line.split("<td")[-2:])).split()).replace('class="num" ', "")


def test_what_is_ratified_is_shown_after_a_late_mark_and_what_came_is_said(classroom: Classroom) -> None:
    """I3: a late mark changes nothing by itself."""
    for code in ("CRIT", "PORT"):
        classroom.mark("Omar", code, "60", after=1)
    ratify(classroom, "Omar")
    bob = classroom.client("bob")
    path = f"runs/{classroom.keys['run']}/learners"
    assert result_of(bob.get(path).text, "Omar") == 'data-label="Overall">60 data-label="Result"> Pass ratified'
    classroom.mark("Omar", "PORT", "6", after=5)
    assert result_of(bob.get(path).text, "Omar") == (
        'data-label="Overall">60 data-label="Result"> Pass ratified Something came late'
    )


def test_every_result_stays_with_what_it_did(classroom: Classroom) -> None:
    classroom.mark("Lena", "PORT", "62", after=10)
    classroom.mark("Lena", "PORT", "58", after=5)
    page = classroom.client("bob").get(f"learners/{classroom.keys['Lena']}").text
    assert "62 of 100" in page and "58 of 100" in page
    assert "Came late; a newer one was here" in page


def test_without_a_result_there_is_no_figure(classroom: Classroom) -> None:
    bob = classroom.client("bob")
    page = bob.get(f"learners/{classroom.keys['Omar']}").text
    assert "Nothing to work out yet" in page
    assert "figure-big" not in page
    assert "<bdi>Omar O&#39;Neil</bdi>" in bob.get(f"runs/{classroom.keys['run']}/learners").text


def test_learners_of_another_course_are_not_there(classroom: Classroom) -> None:
    for name in ("mallory", "eve"):
        assert classroom.client(name).get(f"learners/{classroom.keys['Lena']}").status_code == 404
        assert classroom.client(name).get(f"runs/{classroom.keys['run']}/learners").status_code == 404
