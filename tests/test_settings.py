"""Settings refuse odd values with a sentence that names the key; every key is documented."""

from pathlib import Path

import pytest

from lti_tool.settings import READERS, Settings, SettingsError, from_mapping, load

KEY = "ab" * 32


def test_defaults_are_for_a_newcomer_on_localhost():
    assert from_mapping({}) == Settings()


@pytest.mark.parametrize("given, said", [
    pytest.param({"CAIRN_DATABASE": "x"}, "CAIRN_DATABASE is no setting of Cairn", id="an unknown key"),
    pytest.param({"CAIRN_WORKER_THREADS": "many"}, "CAIRN_WORKER_THREADS: a whole number", id="no number"),
    pytest.param({"CAIRN_WORKER_THREADS": "0"}, "from 1 to 256", id="out of range"),
    pytest.param({"CAIRN_PUBLIC_URL": "cairn.example"}, "an address such as", id="no address"),
    pytest.param({"CAIRN_PUBLIC_URL": "https://x.example/cairn"}, "without a path", id="an address with a path"),
    pytest.param({"CAIRN_PUBLIC_URL": "http://x.example"}, "https only", id="cookies need https"),
    pytest.param({"CAIRN_IS_DISPATCHING": "true"}, "yes or no", id="a switch is yes or no"),
    pytest.param({"CAIRN_SECRET_KEYS": "abc"}, "64 hexadecimal digits", id="a short key"),
    pytest.param({"CAIRN_SECRET_KEYS_FILE": "nowhere"}, "no file that can be read", id="a missing secret file"),
    pytest.param({"CAIRN_WORKER_THREADS": "²"}, "a whole number from 1 to 256", id="a digit that is no number"),
    pytest.param({"CAIRN_WORKER_THREADS": "9" * 5000}, "a whole number from", id="more digits than any number"),
    pytest.param({"CAIRN_PUBLIC_URL": "https://x:99999"}, "an address such as", id="no port has that number"),
    pytest.param({"CAIRN_PUBLIC_URL": "http://[::1"}, "an address such as", id="an open bracket"),
    pytest.param({"CAIRN_BIND": "127.0.0.1:99999"}, "CAIRN_BIND: an address and a port", id="no port to listen on"),
    pytest.param({"CAIRN_BIND": "127.0.0.1:0"}, "CAIRN_BIND: an address and a port", id="port 0"),
    pytest.param({"CAIRN_BIND": "nonsense"}, "CAIRN_BIND: an address and a port", id="no address to listen on"),
    pytest.param({"CAIRN_BIND": "two words:80"}, "CAIRN_BIND: an address and a port", id="an address of two words"),
    pytest.param({"CAIRN_DEMO_CLOCK": "rubbish"}, "CAIRN_DEMO_CLOCK: there is no file rubbish", id="no clock"),
    pytest.param({"CAIRN_DEMO_CLOCK": "tests"}, "CAIRN_DEMO_CLOCK: tests must hold one instant", id="a folder"),
    pytest.param({"CAIRN_LOG_LEVEL": "loud"}, "DEBUG, INFO", id="an odd level"),
])
def test_an_odd_value_is_a_sentence(given, said):
    with pytest.raises(SettingsError, match=said):
        from_mapping(given)


def test_a_secret_may_come_from_a_file_beside_the_settings(tmp_path: Path):
    (tmp_path / "key").write_text(KEY + "\n")
    (tmp_path / "cairn.env").write_text("# ours\nCAIRN_SECRET_KEYS_FILE=key\nCAIRN_PUBLIC_URL=https://c.example/\n")
    settings = load({}, tmp_path / "cairn.env")
    assert settings.secret_keys == (bytes.fromhex(KEY),)
    assert settings.public_url == "https://c.example"


@pytest.mark.parametrize("text", ["127.0.0.1:8400", ":80", "[::1]:65535", "cairn.example:1", "unix:/run/c", "fd://3"])
def test_what_can_be_listened_on_is_taken(text: str):
    assert from_mapping({"CAIRN_BIND": text}).bind == text


@pytest.mark.parametrize("held", ["rubbish", "", "2026-06-17T14:00:00"])
def test_a_demo_clock_shows_an_instant_with_its_zone(tmp_path: Path, held: str):
    clock = tmp_path / "clock"
    assert from_mapping({"CAIRN_DEMO_CLOCK": str(clock)}).demo_clock == str(clock)  # still to come
    clock.write_text(held)
    with pytest.raises(SettingsError, match="clock must hold one instant with its zone"):
        from_mapping({"CAIRN_DEMO_CLOCK": str(clock)})
    clock.write_text("2026-06-17T14:00:00+01:00\n")
    assert from_mapping({"CAIRN_DEMO_CLOCK": str(clock)}).demo_clock == str(clock)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path, encoding: str):
    settings, key = tmp_path / "cairn.env", tmp_path / "cairn.key"
    settings.write_text("# schlüssel\nCAIRN_WORKER_THREADS=4\n", encoding=encoding)
    with pytest.raises(SettingsError, match=r"cairn\.env is not UTF-8 text: save it as UTF-8"):
        load({}, settings)
    key.write_text(f"{KEY}ü\n", encoding=encoding)
    with pytest.raises(SettingsError, match=r"CAIRN_SECRET_KEYS_FILE names cairn\.key, which is not UTF-8 text"):
        from_mapping({"CAIRN_SECRET_KEYS_FILE": "cairn.key"}, base=tmp_path)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path):
    (tmp_path / "key").write_text(KEY, encoding="utf-8-sig")
    (tmp_path / "cairn.env").write_text("CAIRN_SECRET_KEYS_FILE=key\n", encoding="utf-8-sig")
    assert load({}, tmp_path / "cairn.env").secret_keys == (bytes.fromhex(KEY),)


def test_a_file_that_cannot_be_read_is_named():
    unreadable = Path("/proc/self/mem")  # there even for root, to whom no file is denied, and read by nobody
    if not unreadable.is_file():
        pytest.skip("Linux alone has such a file")
    with pytest.raises(SettingsError, match="/proc/self/mem cannot be read"):
        load({}, unreadable)


def test_the_environment_overrules_the_file(tmp_path: Path):
    (tmp_path / "cairn.env").write_text("CAIRN_WORKER_THREADS=4\n")
    assert load({"CAIRN_WORKER_THREADS": "9", "HOME": "/"}, tmp_path / "cairn.env").worker_threads == 9


def test_a_line_that_says_nothing_is_named(tmp_path: Path):
    (tmp_path / "cairn.env").write_text("\nCAIRN_BIND\n")
    with pytest.raises(SettingsError, match="line 2: expected NAME=value"):
        load({}, tmp_path / "cairn.env")


def test_no_value_of_a_secret_is_in_an_error():
    with pytest.raises(SettingsError) as error:
        from_mapping({"CAIRN_SECRET_KEYS": "5ecre7"})
    assert "5ecre7" not in str(error.value)


@pytest.mark.parametrize("name", sorted(READERS))
def test_every_setting_is_documented(name: str):
    assert f"`CAIRN_{name.upper()}`" in Path("docs/settings.md").read_text(encoding="utf-8")
