"""The wheel stands alone: outside the checkout it can migrate, set up, list connectors, and has every page in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_SOURCE = shutil.ignore_patterns(".*", "var", "build", "dist", "*.egg-info", "__pycache__", "tests")


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which the wheel is installed; the packages it needs are borrowed from this one."""
    place = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, place / "source", ignore=NOT_SOURCE)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(place / "source"), cwd=place)
    (wheel,) = place.glob("cairn_lti-*.whl")
    shutil.rmtree(place / "source")
    run(sys.executable, "-m", "venv", "--without-pip", str(place / "venv"), cwd=place)
    run(*pip, "--python", str(python(place / "venv")), "install", "--no-deps", "--no-index", str(wheel), cwd=place)
    (site,) = (place / "venv").glob("lib/python3*/site-packages")
    lent = place / "lent"
    lent.mkdir()
    for package in Path(pytest.__file__).parents[1].iterdir():
        if "cairn" not in package.name:  # not the checkout itself, which is installed there in place
            (lent / package.name).symlink_to(package)
    (site / "lent.pth").write_text(f"{lent}\n", encoding="utf-8")
    return place / "venv"


def python(venv: Path) -> Path:
    return venv / "bin" / "python"


def run(*words: str, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "PYTHON"))}
    done = subprocess.run(words, cwd=cwd, env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_cairn_is_set_up_outside_the_checkout(venv: Path, tmp_path: Path) -> None:
    cairn = str(venv / "bin" / "cairn")
    told = run(
        cairn, "init", "--name", "University of Inverlea", "--code", "inverlea", "--timezone", "Europe/London", "--url",
        "http://localhost:8400", "--login", "admin", "--regulations", "twenty-point", cwd=tmp_path,
    )
    assert "http://localhost:8400/staff/invitation/" in told
    assert "at this version" in run(cairn, "db", "check", cwd=tmp_path)


def test_its_connectors_are_found_in_the_wheel(venv: Path, tmp_path: Path) -> None:
    ask = "import connectors.registry as r; print(r.__file__, *[f'{one.name}{one.problem}' for one in r.available()])"
    where, *found = run(str(python(venv)), "-c", ask, cwd=tmp_path).split()
    assert where.startswith(str(venv)), "it is the wheel that is tried, not the checkout"
    assert found == ["file_drop", "memory", "oneroster"]


def test_pages_styles_and_scripts_are_in_the_wheel(venv: Path) -> None:
    (site,) = venv.glob("lib/python3*/site-packages")
    for folder in ("lti_tool/web/templates", "lti_tool/web/static", "connectors/docs"):
        ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.*") if path.is_file()}
        packed = {path.relative_to(site).as_posix() for path in (site / folder).rglob("*.*") if path.is_file()}
        assert ours == packed


def test_migrations_and_regulation_sets_are_in_the_wheel(venv: Path) -> None:
    for folder in ("migrations/versions", "config/regulations"):
        ours = {path.name for path in (ROOT / folder).glob("*.*")}
        assert ours == {path.name for path in (venv / "share" / "cairn" / folder).glob("*.*")}


def test_nothing_else_is_in_the_wheel(venv: Path) -> None:
    (site,) = venv.glob("lib/python3*/site-packages")
    assert {path.name for path in site.iterdir() if not path.name.startswith(("cairn_lti", "lent"))} == {
        "lti_tool", "connectors",
    }
