"""``make bench``: Cairn beside its peers, by a rig that Cairn did not write, in one run; prints a table of ratios.

The rig (launches, a OneRoster record system with faults) comes from ``--rig``. It is copied to ``var/bench``, where it
has its own environment, so that its folder may be read-only. Figures are ratios of what ran side by side: machines
differ.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
HOME = ROOT / "var" / "bench"
OWN = ("var", "results", ".venv", "node_modules")  # of the copy; not taken over
WHERE = {"cairn": "embedded SQLite", "cairn-pg": "PostgreSQL"}
OURS = tuple(WHERE)
PEERS = ("pylti-flask-gthread", "flask-limit-pg")
AWARDS, KILL_AFTER, LEASE = 10_000, 3_000, 5
MANY, WARM_SECONDS = 1_000, 15


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    found: str
    target: str
    is_met: bool


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rig", type=Path, required=True, help="folder of the bench rig")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["launches", "growth", "delivery"], action="append")
    asked = parser.parse_args(arguments)
    if not (asked.rig / "rig" / "launchbench.py").is_file():
        print(f"There is no bench rig in {asked.rig}. Name its folder: make bench RIG=…", file=sys.stderr)
        return 2
    prepare(asked.rig)
    wanted = asked.only or ["launches", "growth", "delivery"]
    figures = [
        *(launches(asked.rounds) if "launches" in wanted else ()),
        *(growth(asked.rounds) if "growth" in wanted else ()),
        *(delivery() if "delivery" in wanted else ()),
    ]
    table = "\n".join(_lines(figures))
    (HOME / "figures.md").write_text(table + "\n", encoding="utf-8")
    print(f"\n{table}\n\nAlso in {HOME / 'figures.md'}.")
    return 0 if all(figure.is_met for figure in figures) else 1


def prepare(rig: Path) -> None:
    """A copy of the rig with an environment of its own, and Cairn among its tools."""
    HOME.mkdir(parents=True, exist_ok=True)
    made_there = shutil.ignore_patterns("var", "results", ".venv", "node_modules")
    shutil.copytree(rig, HOME, dirs_exist_ok=True, ignore=made_there)
    for top in rig.iterdir():
        for path in (HOME / top.name, *(HOME / top.name).rglob("*")) if top.name not in OWN else ():
            path.chmod(path.stat().st_mode | 0o200)
    if not (HOME / ".venv" / "bin" / "gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", HOME / ".venv"], check=True)
        subprocess.run([HOME / ".venv/bin/pip", "install", "-q", "-r", HOME / "requirements.txt"], check=True)
    _define("cairn", 18630, "sqlite:///{var}/cairn.db")
    _define("cairn-pg", 18631, "{pg_url}", "pg")


def _define(name: str, port: int, database: str, *needs: str) -> None:
    """Tell the rig how Cairn is started on a database; the embedded one is counted within the process."""
    definition = {
        "name": name, "port": port, "needs": needs, "cwd": str(ROOT), "ready_path": "/healthz",
        "env": {"BENCH_DATABASE": database, "BENCH_REGISTRATIONS": "{regs}"},
        "pre": [[sys.executable, "-m", "tests.bench.launches"]],
        "cmd": [
            str(Path(sys.executable).with_name("gunicorn")), "--log-level", "warning", "-b", "127.0.0.1:{port}", "-k",
            "gthread", "--threads", "4", "tests.bench.launches:create()",
        ],
        "login_path": "/lti/login", "target_link_uri": f"http://127.0.0.1:{port}/lti/launch",
        "headers": {"X-Forwarded-Proto": "https"},
    }
    (HOME / "peers" / "defs" / f"{name}.json").write_text(json.dumps(definition), encoding="utf-8")


def launches(rounds: int) -> list[Figure]:
    """The 18 launches of the rig's sanity list, and launches per CPU-second with the store counted."""
    sane = _rig("rig.launchbench", *OURS, "--sanity", "--json", "sanity.json")
    right = re.findall(r"(\d+) of (\d+)", sane)
    _rig("rig.launchbench", *OURS, *PEERS, "--conc", "8", "--rounds", str(rounds), "--json", "launches.json")
    embedded, on_pg, documented, limit = (_costs("launches.json", name) for name in (*OURS, *PEERS))
    return [
        Figure("launches of the sanity list that are right, on SQLite and PostgreSQL",
               ", ".join(" of ".join(pair) for pair in right), "18 of 18", right == [("18", "18")] * 2),
        Figure("launches per CPU-second with store ÷ PyLTI1p3 as documented, embedded SQLite",
               f"{_ratio(documented, embedded):.2f}", "≥ 1.3", _ratio(documented, embedded) >= 1.3),
        Figure("the same on PostgreSQL, every launch a first one", f"{_ratio(documented, on_pg):.2f}", "(shown only)",
               True),
        Figure("the same on PostgreSQL ÷ the attainable mark of a Flask tool there", f"{_ratio(limit, on_pg):.2f}",
               "(shown only)", True),
    ]


def growth(rounds: int) -> list[Figure]:
    """What a launch costs with a thousand registrations, beside one: where courses and people are known, and as the
    rig has it, where with a thousand registrations nearly every launch is also the first one of its course.
    """
    known = _growth(rounds, "--users", "1", "--warm", str(WARM_SECONDS))
    return [
        *(Figure(f"cost of a launch with {MANY:,} registrations ÷ with one, {where}", f"{known[name]:.2f}", "≤ 1.25",
                 known[name] <= 1.25) for name, where in WHERE.items()),
        *(Figure(f"the same, of courses never seen before, {where}", f"{ratio:.2f}", "(shown only)", True)
          for where, ratio in zip(WHERE.values(), _growth(rounds).values(), strict=True)),
    ]


def _growth(rounds: int, *more: str) -> dict[str, float]:
    """By definition; turn by turn, since the machine changes."""
    found: dict[str, dict[int, list[float]]] = {name: {1: [], MANY: []} for name in OURS}
    for _ in range(rounds):
        for count in (1, MANY):
            _rig("rig.launchbench", *OURS, "--conc", "8", "--rounds", "1", "--regs", str(count), *more,
                 "--json", "growth.json")
            for name in OURS:
                found[name][count] += _costs("growth.json", name)
    return {name: _ratio(costs[MANY], costs[1]) for name, costs in found.items()}


def _costs(file: str, name: str) -> list[float]:
    """CPU-seconds of a launch, the store counted, round by round."""
    rounds = [one for one in json.loads((HOME / file).read_text())["raw"] if one["tool"] == name]
    return [(one["cpu"] + one["store_cpu"]) / one["n"] for one in sorted(rounds, key=lambda one: one["round"])]


def _ratio(costs: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios within each round."""
    return median(cost / other for cost, other in zip(costs, others, strict=True))


def delivery() -> list[Figure]:
    """Ten thousand awards to a OneRoster record system, 50 ms a call; then the same with kill -9 in the middle."""
    calm, killed = _deliver(), _deliver("--kill-after", str(KILL_AFTER))
    optimum = killed["seconds_from_first_call"] / killed["x_optimum"]
    bound = 1.5 + (LEASE + RESTART_SECONDS) / optimum
    return [
        _delivered("10,000 awards at 50 ms ÷ the optimum of 32 connections", calm, 1.5),
        _delivered(
            f"the same with kill -9 after {KILL_AFTER} (a lease of {LEASE} s and a restart allowed)", killed, bound
        ),
    ]


RESTART_SECONDS = 3


def _deliver(*more: str) -> dict[str, float]:
    command = f"cd {ROOT} && CAIRN_LEASE_SECONDS={LEASE} exec {sys.executable} -m tests.bench.deliver"
    for file in Path("/tmp").glob("cairn-bench-*"):
        file.unlink(missing_ok=True)
    told = _rig(
        "rig.deliver", "--kind", "oneroster", "--expect", str(AWARDS), "--lat", "50", *more, "--", "sh", "-c", command
    )
    found: dict[str, float] = json.loads(told[told.index("{"):])
    return found


def _delivered(what: str, found: dict[str, float], bound: float) -> Figure:
    whole = found["held"] == AWARDS and not found["doubled"]
    said = f"{found['x_optimum']:.2f} ({found['held']} held, {found['doubled']} doubled)"
    return Figure(what, said, f"≤ {bound:.2f}, none lost or doubled", whole and found["x_optimum"] <= bound)


def _rig(module: str, *words: str) -> str:
    print(f"… {module} {' '.join(words[:6])}", flush=True)
    done = subprocess.run(
        [HOME / ".venv/bin/python", "-m", module, *words], cwd=HOME, text=True, capture_output=True,
    )
    if done.returncode:
        raise SystemExit(f"{module} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def _lines(figures: Sequence[Figure]) -> list[str]:
    rows = [f"| {one.what} | {one.found} | {one.target} | {'yes' if one.is_met else '**no**'} |" for one in figures]
    return ["| figure | found | target | met |", "| --- | ---: | ---: | --- |", *rows]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
