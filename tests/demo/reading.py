"""What the story's player reads on a page of Cairn: cards, rows, choices, hidden fields and totals."""

import re
from html import unescape
from typing import Any

from tests.demo.browser import Page, Stranded


def sections(page: Page) -> list[tuple[str, Page]]:
    """The cards of a page, each as its words and as a page of its own."""
    cards = _pieces(page, "section")
    return [(card.text, card) for card in cards]


def rows(page: Page) -> list[Page]:
    """The rows of its tables."""
    return _pieces(page, "tr")


def choices(page: Page, name: str) -> list[tuple[str, str]]:
    """Values of radio buttons, checkboxes or options of this name, with the words beside them."""
    found = _all(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"[^>]*>(.*?)</label>', page.html)
    for inner in _all(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', page.html):
        found += _all(r'<option[^>]*value="([^"]*)"[^>]*>(.*?)</option>', inner)
    return [(unescape(key), _words(words)) for key, words in found]


def hidden(page: Page, name: str) -> list[str]:
    """The values of the hidden fields of this name."""
    return _all(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.html)


def part_field(page: Page, name: str) -> str:
    """The name of the field that chooses somebody's part, in the table of who may sit on a board."""
    for row in _all(r"<tr.*?</tr>", page.html):
        field = _all(r'name="(part-[^"]+)"', row)
        if field and name in unescape(row):
            return str(field[0])
    raise Stranded(f"{page.where()}: nobody of that name may sit on a board.")


def facts(page: Page) -> dict[str, str]:
    """What a definition list or a table of totals says, by its words in lower case."""
    pairs = _all(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page.html)
    pairs += _all(r"<th scope=\"row\"[^>]*>(.*?)</th>\s*<td[^>]*>(.*?)</td>", page.html)
    return {_words(word).lower(): _words(value) for word, value in pairs}


def _pieces(page: Page, tag: str) -> list[Page]:
    parts = page.html.split(f"<{tag}")[1:]
    return [Page(page.url, page.status, f"<{tag}" + part.split(f"</{tag}>")[0]) for part in parts]


def _all(pattern: str, html: str) -> list[Any]:
    return re.findall(pattern, html, re.DOTALL)


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
