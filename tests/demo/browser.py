"""A browser without a screen for the story's player: cookies by host and path, redirects, and the forms of a page.

It keeps ``Secure`` cookies on localhost, as real browsers do; requests' own jar would not send them over plain http.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

import requests


class Stranded(AssertionError):
    """The page that came is not the one that the story needs; the text names address, status and heading."""


@dataclass
class Form:
    """A form as it stands in the page, with the values it already has."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)  # radio buttons, checkboxes and options, by name
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # (name, value, words)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.heading, self.text = "", ""
        self._open: Form | None = None
        self._select = self._area = self._link = ""
        self._in_button = self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "a":
            self._link = given.get("href", "")
            self.links.append((self._link, ""))
        elif tag == "h1":
            self._in_heading = True
        elif self._open is not None:
            self._part(tag, given, self._open)

    def _part(self, tag: str, given: dict[str, str], form: Form) -> None:
        name = given.get("name", "")
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind in {"checkbox", "radio"}:
                form.choices.setdefault(name, []).append(given.get("value", "on"))
                if "checked" in given:
                    form.fields[name] = given.get("value", "on")
            elif kind != "file":
                form.fields[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            self._area = name
            form.fields[name] = ""
        elif tag == "button":
            form.buttons.append((name, given.get("value", ""), ""))
            self._in_button = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area
        self._link = "" if tag == "a" else self._link
        self._in_button = self._in_button and tag != "button"
        self._in_heading = self._in_heading and tag != "h1"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_heading:
            self.heading += data
        if self._link and self.links:
            href, words = self.links[-1]
            self.links[-1] = (href, words + data)
        if self._open is not None and self._area:
            self._open.fields[self._area] += data
        if self._open is not None and self._in_button and self._open.buttons:
            name, value, words = self._open.buttons[-1]
            self._open.buttons[-1] = (name, value, words + data)


class Page:
    """One answer, read as a page."""

    def __init__(self, url: str, status: int, html: str) -> None:
        self.url, self.status, self.html = url, status, html
        reader = _Reader()
        reader.feed(html)
        self.forms, self.heading = reader.forms, reader.heading.strip()
        self.text = " ".join(reader.text.split())
        self.links = [(urljoin(url, href), " ".join(words.split())) for href, words in reader.links]

    def form(self, *, action: str = "", field: str = "", button: str = "") -> Form:
        """The form whose action ends so, that has this field, or whose button says this."""
        for form in self.forms:
            has_field = not field or field in form.fields or field in form.choices
            has_button = not button or any(button in words for _, _, words in form.buttons)
            if has_field and has_button and form.action.split("?")[0].endswith(action):
                return form
        raise Stranded(f"{self.where()}: no form with action {action!r}, field {field!r}, button {button!r}.")

    def link(self, *, says: str = "", to: str = "") -> str:
        """The address of the link that says this, or leads there."""
        for href, words in self.links:
            if says in words and to in href:
                return href
        raise Stranded(f"{self.where()}: no link that says {says!r} to {to!r}.")

    def where(self) -> str:
        """Address without its query, status and heading: enough to find the place, nothing personal."""
        return f"{self.url.split('?')[0]} ({self.status}, “{self.heading}”)"


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._cookies: dict[tuple[str, str, str], str] = {}  # (host with port, path, name)

    def close(self) -> None:
        self._session.close()

    def get(self, url: str, *, expect: int = 200) -> Page:
        return self._go("GET", url, {}, {}, expect)

    def post(
        self, url: str, fields: Mapping[str, str | list[str]], *, files: Mapping[str, tuple[str, str]] | None = None,
        expect: int = 200,
    ) -> Page:
        return self._go("POST", url, fields, files or {}, expect)

    def submit(
        self, page: Page, form: Form, *, files: Mapping[str, tuple[str, str]] | None = None, expect: int = 200,
        **values: str | list[str],
    ) -> Page:
        """Send a form as it stands, with some of its fields filled in anew."""
        fields: dict[str, str | list[str]] = {**form.fields, **values}
        url = urljoin(page.url, form.action or page.url)
        if form.method == "get":
            return self.get(requests.Request("GET", url, params=fields).prepare().url or url, expect=expect)
        return self.post(url, fields, files=files, expect=expect)

    def follow(self, page: Page, *, says: str = "", to: str = "") -> Page:
        return self.get(page.link(says=says, to=to))

    def text(self, url: str) -> str:
        """A file, as text."""
        answer = self._send("GET", url, {}, {})
        if answer.status_code != 200:
            raise Stranded(f"{url.split('?')[0]} answered {answer.status_code}.")
        return answer.content.decode("utf-8-sig")

    def _go(
        self, method: str, url: str, fields: Mapping[str, str | list[str]], files: Mapping[str, tuple[str, str]],
        expect: int,
    ) -> Page:
        for _ in range(10):
            answer = self._send(method, url, fields, files)
            if answer.status_code not in {301, 302, 303, 307}:
                break
            url = urljoin(url, answer.headers["Location"])
            if answer.status_code != 307:
                method, fields, files = "GET", {}, {}
        page = Page(url, answer.status_code, answer.text)
        if expect and page.status != expect:
            raise Stranded(f"{page.where()} instead of {expect}. {page.text[:300]}")
        return page

    def _send(
        self, method: str, url: str, fields: Mapping[str, str | list[str]], files: Mapping[str, tuple[str, str]],
    ) -> requests.Response:
        answer = self._session.request(
            method, url, data=dict(fields) or None, files={k: (n, t.encode()) for k, (n, t) in files.items()} or None,
            # A connection kept open is closed by a server at the very moment of the next request, now and then.
            headers={"Cookie": self._cookie_header(url), "Connection": "close"}, allow_redirects=False, timeout=30,
        )
        self._session.cookies.clear()
        answer.encoding = "utf-8"
        self._take(url, answer)
        return answer

    def _cookie_header(self, url: str) -> str:
        parts = urlsplit(url)
        longest_path_first = sorted(self._cookies.items(), key=lambda kept: -len(kept[0][1]))
        fitting = [
            f"{name}={value}" for (host, path, name), value in longest_path_first
            if host == parts.netloc and (parts.path == path or parts.path.startswith(path.rstrip("/") + "/"))
        ]
        return "; ".join(fitting)

    def _take(self, url: str, answer: requests.Response) -> None:
        for line in answer.raw.headers.getlist("Set-Cookie"):
            jar: SimpleCookie = SimpleCookie()
            jar.load(line.replace("; Partitioned", ""))
            for name, morsel in jar.items():
                place = (urlsplit(url).netloc, morsel["path"] or "/", name)
                if morsel["max-age"] == "0" or not morsel.value:
                    self._cookies.pop(place, None)
                else:
                    self._cookies[place] = morsel.value
