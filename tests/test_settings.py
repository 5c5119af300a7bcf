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
