"""The town before the first stop: what an administrator does once, by the commands of the README."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.demo.people import Staff, everybody
from tests.demo.town import STORY, Town


def set_up(town: Town, staff: Staff) -> None:
    """Institution, LMS, record systems, micro-credentials, staff. Cairn is running when this returns."""
    town.start_neighbours()
    told = town.command(
        "init", "--name", "University of Inverlea", "--code", "inverlea", "--timezone", "Europe/London", "--url",
        town.cairn, "--login", "admin", "--regulations", "inverlea-2026",
    )
    link = re.search(r"\S+/staff/invitation/\S+", told)
    assert link is not None, "cairn init prints the invitation of the first administrator"
    town.start_cairn()
    town.await_all()
    staff.accept("admin", link.group())
    invited = [somebody for somebody in everybody().values() if somebody.roles]
    with ThreadPoolExecutor(os.cpu_count()) as hands:  # each command is a process of its own
        errands = [hands.submit(connect_lms, town), hands.submit(connect_records, town)]
        errands += [hands.submit(staff.invite, somebody) for somebody in invited]
        for errand in errands:
            errand.result()


def connect_lms(town: Town) -> None:
    """Figures go both ways, as two administrators would type them."""
    theirs = requests.get(town.lms + "/_admin/registration", timeout=10).json()
    told = town.command(
        "platforms", "add", "--name", "Demo LMS", "--issuer", theirs["issuer"], "--client-id", theirs["client_id"],
        "--auth-url", theirs["auth_url"], "--token-url", theirs["token_url"], "--jwks-url", theirs["jwks_url"],
        "--deployment", theirs["deployment_id"],
    )
    figures = dict(re.findall(r"^  (\S.*?)  +(\S.*)$", told, re.MULTILINE))
    ours = {
        "login_url": figures["Initiate login URL"], "launch_url": figures["Redirection URI"],
        "jwks_url": figures["Public key set URL (JWKS)"],
    }
    requests.post(town.lms + "/_admin/tool", json=ours, timeout=10).raise_for_status()


def connect_records(town: Town) -> None:
    """The gradebook of the record system, its drop with the host key pinned, and what is sent to them."""
    town.command(
        "destinations", "add", "records", "--connector", "oneroster", "--takes-provisional",
        "--set", f"url={town.records}/ims/oneroster", "--set", f"token_url={town.records}/oauth/token",
        "--set", "client_id=cairn", "--secret", "client_secret=inverlea-gradebook",
    )
    town.command(
        "destinations", "add", "drop", "--connector", "file_drop", "--set", f"location={town.figures['drop']}",
        "--set", "profile=sits_marks", "--set", f"host_key={town.figures['host key']}",
        "--set", "receipts=receipts", "--set", "rejects=rejects", "--set", "extracts=extracts",
        "--secret", "password=inverlea-drop",
    )
    town.command("achievements", "load", str(STORY / "achievements.yaml"), "--publish")
    town.command("achievements", "towards", str(STORY / "achievements.yaml"))
