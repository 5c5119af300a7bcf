"""Record systems from the command line: added with checked settings, tried, paused, resumed."""

import pytest

from connectors import registry
from lti_tool.db import Sessions
from lti_tool.models.delivery import Destination
from lti_tool.services.connecting import secrets_of
from tests.cli.conftest import Cairn

ONEROSTER = (
    "add", "records", "--connector", "oneroster", "--set", "url=https://records.example/ims/oneroster",
    "--set", "token_url=https://records.example/token", "--set", "client_id=cairn",
)


def test_connectors_are_listed_with_their_settings(bare: Cairn) -> None:
    told = bare("connectors", "list")
    for one in registry.available():
        assert f"{one.name}: {one.summary}" in told
        for setting in registry.load(one.name).SETTINGS:
            assert f"    {setting.name}{' (secret)' if setting.is_secret else ''}: " in told


def test_a_record_system_is_added_tried_and_listed(cairn: Cairn) -> None:
    told = cairn("destinations", "add", "records", "--connector", "memory", "--takes-provisional")
    assert "Try it: cairn destinations check records" in told
    assert "ok   records: 0 records are held." in cairn("destinations", "check", "records")
    assert cairn("destinations", "list")== f"{'records':20} {'memory':14} sends overall, caps by cairn\n"


def test_a_check_ends_with_1_and_says_what_is_not_right(cairn: Cairn) -> None:
    cairn(
        "destinations", "add", "drop", "--connector", "file_drop", "--set", f"location={cairn.folder}/nowhere",
    )
    told = cairn("destinations", "check", "drop", code=1)
    assert "NOT " in told


@pytest.mark.parametrize(("words", "said"), [
    pytest.param(["--set", "location=sftp://u@h:99999/x"], "location is no usable address", id="port"),
    pytest.param(["--set", "location=sftp://u@[h/x"], "location is no usable address", id="bracket"),
    pytest.param(["--set", "location=sftp://u@h/x", "--set", "host_key=ssh-ed25519 AAAA"], "host_key is garbled",
                 id="host key"),
])
def test_a_drop_that_could_not_work_is_refused_when_it_is_added(cairn: Cairn, words: list[str], said: str) -> None:
    told = cairn("destinations", "add", "drop", "--connector", "file_drop", *words, "--secret", "password=x", code=2)
    assert said in told
    assert cairn("destinations", "list") == ""


@pytest.mark.parametrize(("words", "said"), [
    pytest.param(["--connector", "abacus"], "no connector 'abacus'; installed are: file_drop", id="no such connector"),
    pytest.param(["--connector", "oneroster"], "oneroster needs url:", id="settings that are missing"),
    pytest.param(["--connector", "memory", "--set", "size=9"], "memory has no setting size", id="an unknown setting"),
    pytest.param(["--connector", "memory", "--set", "size"], "size: expected NAME=VALUE", id="no value"),
    pytest.param(["--connector", "memory", "--secret", "pin=@nofile"], "nofile cannot be read", id="no secret file"),
    pytest.param(["--connector", "memory", "--sends", "all"], "'all' is not one of", id="sends what"),
])
def test_settings_that_could_not_work_are_refused_by_name(cairn: Cairn, words: list[str], said: str) -> None:
    assert said in cairn("destinations", "add", "records", *words, code=2)
    assert cairn("destinations", "list") == ""


def test_a_secret_comes_from_a_file_and_is_never_shown(cairn: Cairn, sessions: Sessions) -> None:
    (cairn.folder / "secret").write_text("hush-hush\n", encoding="utf-8")
    told = cairn("destinations", *ONEROSTER, "--secret", "client_secret=@secret")
    told += cairn("destinations", "list")
    assert "hush" not in told
    with sessions() as session:
        assert secrets_of(session, session.query(Destination).one()) == {"client_secret": "hush-hush"}


def test_a_secret_s_file_that_is_no_text_is_named(cairn: Cairn) -> None:
    (cairn.folder / "secret").write_bytes(b"\xff\xfeh\x00")
    told = cairn("destinations", *ONEROSTER, "--secret", "client_secret=@secret", code=2)
    assert "client_secret: secret is not UTF-8 text" in told
    assert cairn("destinations", "list") == ""


def test_a_secret_given_as_a_setting_is_refused_without_repeating_it(cairn: Cairn) -> None:
    told = cairn("destinations", *ONEROSTER, "--set", "client_secret=hush-hush", code=2)
    assert "client_secret is a secret" in told
    assert "hush" not in told


def test_one_setting_is_changed_and_the_others_stay(cairn: Cairn, sessions: Sessions) -> None:
    cairn("destinations", *ONEROSTER, "--secret", "client_secret=old")
    cairn("destinations", "change", "records", "--secret", "client_secret=new", "--set", "category=Short courses")
    with sessions() as session:
        made = session.query(Destination).one()
        assert (made.settings["client_id"], made.settings["category"]) == ("cairn", "Short courses")
        assert secrets_of(session, made) == {"client_secret": "new"}


def test_pausing_needs_a_reason_that_the_list_shows(cairn: Cairn) -> None:
    cairn("destinations", "add", "records", "--connector", "memory")
    assert "Say why" in cairn("destinations", "pause", "records", " ", code=2)
    assert "Nothing is lost" in cairn("destinations", "pause", "records", "marks window closed")
    assert "PAUSED: marks window closed" in cairn("destinations", "list")
    cairn("destinations", "resume", "records")
    assert "PAUSED" not in cairn("destinations", "list")


def test_an_unknown_record_system_is_a_sentence(cairn: Cairn) -> None:
    for words in (("check", "nope"), ("pause", "nope", "why"), ("resume", "nope"), ("change", "nope")):
        told = cairn("destinations", *words, code=2)
        assert told == "Error: There is no record system nope here. `cairn destinations list` shows those that are.\n"
