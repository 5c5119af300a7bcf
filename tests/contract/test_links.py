"""Link headers as platforms really write them."""

import pytest

from connectors.links import parse_links

NEXT = "https://lms.example/results?page=2&bookmark=WzEwXQ"


@pytest.mark.parametrize("header", [
    pytest.param(f'<{NEXT}>; rel="next"', id="as the standard says"),
    pytest.param(f"<{NEXT}>; rel=next", id="P14 unquoted"),
    pytest.param(f"<{NEXT}>;rel='next'", id="single quotes"),
    pytest.param(f"<{NEXT}>; rel=\u201cnext\u201d", id="M9 curly quotes"),
    pytest.param(f"<{NEXT}>; rel=\u201cnext\u201d".encode().decode("latin-1"), id="M9 curly quotes, read as Latin-1"),
    pytest.param(f'<{NEXT}>; rel="next last"', id="P14 two relations in one"),
    pytest.param(f'<{NEXT}>; REL="NEXT"', id="upper case"),
    pytest.param(f'<{NEXT.replace("&", "&amp;")}>; rel="next"', id="written for a page"),
    pytest.param(f'<https://lms.example/1>; rel="first", <{NEXT}>; rel="next"', id="second of two"),
    pytest.param(f'<{NEXT}>; title="a, b"; rel="next", <x>; rel=last', id="a comma in another parameter"),
    pytest.param(f'<{NEXT}>; rel="next", <https://lms.example/other>; rel="next"', id="the first counts"),
    pytest.param("</results?page=2&bookmark=WzEwXQ>; rel=next", id="relative"),
])
def test_next_is_found_and_its_case_kept(header: str) -> None:
    assert parse_links(header, "https://lms.example/results")["next"] == NEXT


@pytest.mark.parametrize("header", ["", "rubbish", "<https://x>", "<https://x>; title=next", "<https://x; rel=next"])
def test_what_is_no_link_leads_nowhere(header: str) -> None:
    assert "next" not in parse_links(header)
