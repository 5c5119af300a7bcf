"""A demo LMS: a genuine LTI 1.3 Advantage platform on lti1p3platform, with the University of Inverlea's courses.

Run it: ``python -m tests.demo.lms --port 8401 --tool http://localhost:8400 --data DIR``. It stands at 127.0.0.1 while
the tool stands at localhost, so that the two are different sites, as in life.

Driving it without a browser: keep cookies per host, follow redirects, post what the forms say.

| address | what |
| --- | --- |
| GET /_admin/registration | issuer, client_id, deployment_id, auth_url, token_url, jwks_url: what the tool must know |
| POST /_admin/tool | JSON login_url, launch_url, jwks_url: what the LMS must know, once the tool has its key |
| GET /_admin/state | links, columns, grades and every score received, as JSON |
| GET /launch/<link id>?user=<id> | 302 to the tool's login; the tool sends the browser to /auth; /auth answers a page \
with one form (id_token, state) to post to its action, the tool. Link ids: tile-<code>, else see /_admin/state |
| GET /courses/<code>/add/launch?user=<id> | the same for deep linking; the tool's form posts JWT to \
/deep-linking/<key>, which answers 200 and adds the activity with its column |
| POST /courses/<code>/gradebook?user=<id> | fields mark:<column id>:<user id>: the teacher marks; 303 |
| GET /courses/<code>/export/moodle.csv?user=<id> | the gradebook file (also canvas.csv) |
| POST /_control | JSON down, status, count, latency: faults of the services; {} ends them |
| POST /signin | field user: for people with a browser; with a cookie ?user= is not needed |

There are no passwords: everybody is invented. Services under /services: token, jwks, lineitems, scores, results,
members. Pages of members and results have ten entries and a Link header.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from tests.demo.lms import launches, pages, services
from tests.demo.lms.model import State
from tests.demo.lms.platform import new_registration, signing_key
from tests.demo.lms.site import Site, site

STORY = Path(__file__).parents[1] / "story"
CLIENT_ID = "cairn-at-inverlea"
DEPLOYMENT_ID = "1"


def create_lms(
    *, issuer: str, story: Path = STORY, data: Path | None = None, client_id: str = CLIENT_ID,
    deployment_id: str = DEPLOYMENT_ID, page_size: int = 10,
) -> Flask:
    """The LMS as a Flask application. ``data`` is a folder that keeps its key and its state over a restart."""
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
    state = State(story, data / "lms.json" if data else None)
    key = signing_key(data / "lms-key.pem" if data else None)
    registration = new_registration(issuer, client_id, deployment_id, key, state.tool)
    app = Flask(__name__)
    app.extensions["lms"] = Site(
        issuer=issuer, client_id=client_id, deployment_id=deployment_id, state=state, registration=registration,
        page_size=page_size,
    )
    app.register_blueprint(pages.bp)
    app.register_blueprint(launches.bp)
    app.register_blueprint(services.bp, url_prefix="/services")
    app.before_request(_faults)
    app.after_request(_keep)
    app.register_error_handler(HTTPException, _sorry)
    return app


def tool_at(base: str, key: str) -> dict[str, str]:
    """Where a Cairn at ``base`` that calls this LMS ``key`` wants to be called."""
    return {"login_url": f"{base}/lti/login/{key}", "launch_url": f"{base}/lti/launch", "jwks_url": f"{base}/lti/jwks"}


def _faults() -> None:
    if not request.path.startswith("/services/"):
        return
    faults = site().faults
    if faults.latency:
        site().closing.wait(faults.latency)
    status = faults.next_status()
    if status is not None:
        abort(Response("The service is down, by the switch of the demo.", status))


def _keep(reply: Response) -> Response:
    if request.method != "GET" and request.endpoint != "services.token":
        site().state.save()
    return reply


def _sorry(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.response is not None or request.path.startswith("/services/"):
        return error
    return render_template("sorry.html", text=error.description), error.code or 500


@contextmanager
def running_lms(*, host: str = "127.0.0.1", port: int = 0, **settings: object) -> Iterator[Site]:
    """The LMS on a thread; port 0 takes a free one, and the issuer follows."""
    server = make_server(host, port, Flask("not yet"), threaded=True)
    app = create_lms(issuer=f"http://{host}:{server.server_port}", **settings)  # type: ignore[arg-type]
    server.app = app
    here: Site = app.extensions["lms"]
    thread = threading.Thread(target=server.serve_forever, name="demo-lms")
    thread.start()
    try:
        yield here
    finally:
        here.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
