"""Our own files are asked for once, and anew when they change."""

import re
from pathlib import Path

from flask import Flask, render_template_string

from lti_tool.web.assets import KEPT_SECONDS, addresses


def test_a_browser_may_keep_a_file_under_its_address(app: Flask) -> None:
    with app.test_request_context():
        address = render_template_string("{{ asset('cairn.css') }}")
    assert re.fullmatch(r"/static/cairn\.css\?[0-9a-f]{12}", address)
    with app.test_client().get(address) as answer:
        assert answer.status_code == 200
        assert f"max-age={KEPT_SECONDS}" in answer.headers["Cache-Control"]


def test_another_content_has_another_address(tmp_path: Path) -> None:
    file, found = tmp_path / "cairn.css", []
    for text in ("a {}", "b {}", "a {}"):
        file.write_text(text)
        found.append(addresses(tmp_path, "/static")["cairn.css"])
    assert found[0] == found[2] != found[1]
