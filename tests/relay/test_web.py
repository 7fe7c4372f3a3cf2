"""The web app as the relay serves it: what is on its list, with the headers that keep a page to itself."""

import gzip
import hashlib
import json

import pytest
from tests.relay.running import running

from twinbell.errors import Damaged, Mistaken
from twinbell.relay import web, webroot
from twinbell.wire import frame

FILES = {
    "assets/index-B1O.js": b"export const warm = 1;\n" * 40,
    "assets/index-x9.css": b"a { color: red }\n",
    "icon-192.png": b"\x89PNG\r\n\x1a\n",
    "index.html": b"<!doctype html>\n<title>Twinbell</title>\n",
    "manifest.webmanifest": b'{"name": "Twinbell"}\n',
    "service-worker.js": b"self.addEventListener('fetch', () => {});\n",
}

# The whole of what goes with a file, as it goes over the wire. To change a line here is to change what a page
# may do: docs/spec/web.md has the same.
SNAPSHOT = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self' blob:; font-src 'none'; connect-src 'self'; worker-src 'self'; "
        "manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types svelte-trusted-html twinbell"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), autoplay=(self), browsing-topics=(), "
        "camera=(self), clipboard-read=(), clipboard-write=(self), compute-pressure=(), display-capture=(), "
        "encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), "
        "identity-credentials-get=(), idle-detection=(), keyboard-map=(), local-fonts=(), magnetometer=(), "
        "microphone=(self), midi=(), otp-credentials=(), payment=(), picture-in-picture=(), "
        "publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(self), serial=(), "
        "storage-access=(), sync-xhr=(), usb=(), window-management=(), "
        "xr-spatial-tracking=()"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "vary": "Accept-Encoding",
    "server": "twinbell",
}


def make(folder, files=FILES, **changed):
    """Write a build as `npm run build` leaves it."""
    listed = []
    for path, data in sorted(files.items()):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        listed.append({"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)})
    record = {"v": 1, "type": "app", "version": "0.1.0", "files": listed} | changed
    (folder / "app.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = make(tmp_path_factory.mktemp("app"))
    (folder / "assets" / "index-B1O.js.gz").write_bytes(gzip.compress(FILES["assets/index-B1O.js"]))
    (folder / "assets" / "index-B1O.js.br").write_bytes(b"as brotli")
    (folder / "secret.txt").write_text("not on the list")
    return folder


@pytest.fixture(scope="module")
def relay(app, tmp_path_factory):
    with running(tmp_path_factory.mktemp("web") / "data", web=str(app)) as it:
        yield it


def test_every_file_of_the_list_is_served_as_it_was_built(relay):
    for path, data in FILES.items():
        answer = relay.ask("GET", "/" if path == "index.html" else f"/{path}")

        assert (answer.status, answer.body) == (200, data)


def test_a_bell_is_answered_with_the_same_page(relay):
    assert relay.ask("GET", "/bell").body == relay.ask("GET", "/").body == FILES["index.html"]


def test_what_is_not_on_the_list_is_not_there(relay):
    for path in (
        "/secret.txt", "/index.html", "/assets/", "/assets", "/assets/../secret.txt", "/app.json.sig",
        "/assets/index-B1O.js.gz", "/bell/", "/bell/x", "//", "/..%2fsecret.txt",
    ):  # fmt: skip
        assert relay.ask("GET", path).slug == "not-found"


def test_the_headers_are_these_and_no_others(relay):
    own = {"content-type", "cache-control", "etag", "content-length", "date"}
    for path in ("/", "/bell", "/assets/index-B1O.js", "/service-worker.js", "/icon-192.png", "/app.json"):
        headers = relay.ask("GET", path).headers

        assert headers.keys() - own == SNAPSHOT.keys()
        assert {name: headers[name] for name in SNAPSHOT} == SNAPSHOT


def test_a_page_may_ask_for_lens_and_microphone_and_for_no_place_or_motion(relay):
    policy = dict(part.split("=") for part in SNAPSHOT["permissions-policy"].split(", "))

    allowed = {name for name, to in policy.items() if to != "()"}
    assert allowed == {"autoplay", "camera", "clipboard-write", "microphone", "screen-wake-lock"}
    assert {"geolocation", "accelerometer", "gyroscope", "idle-detection"} <= policy.keys() - allowed


def test_nothing_is_ever_kept_in_a_cookie(relay):
    for path in ("/", "/app.json", "/v1/about", "/info", "/nowhere"):
        answer = relay.ask("GET", path, headers={"Cookie": "a=b"})

        assert "set-cookie" not in answer.headers


def test_types_and_caching_fit_what_it_is(relay):
    def told(path):
        headers = relay.ask("GET", path).headers
        return headers["content-type"], headers["cache-control"]

    assert told("/") == ("text/html; charset=utf-8", "no-cache")
    assert told("/assets/index-B1O.js") == ("text/javascript; charset=utf-8", web.IMMUTABLE)
    assert told("/service-worker.js") == ("text/javascript; charset=utf-8", "no-cache")
    assert told("/manifest.webmanifest") == ("application/manifest+json", "no-cache")
    assert told("/app.json") == ("application/json", "no-cache")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.000, gzip; q=0", None),
        ("BR", "br"),
        ("identity", None),
        ("", None),
        ("*", None),
        (",;,q=", None),
    ],
)
def test_what_was_packed_is_sent_to_whoever_takes_it(relay, accepted, encoding):
    answer = relay.ask("GET", "/assets/index-B1O.js", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("content-encoding") == encoding
    if encoding == "gzip":
        assert gzip.decompress(answer.body) == FILES["assets/index-B1O.js"]


def test_what_a_browser_has_already_is_not_sent_again(relay):
    first = relay.ask("GET", "/")

    again = relay.ask("GET", "/", headers={"If-None-Match": first.headers["etag"]})
    other = relay.ask("GET", "/", headers={"If-None-Match": '"other"'})

    assert (again.status, again.body, other.status) == (304, b"", 200)
    assert again.headers["content-security-policy"] == SNAPSHOT["content-security-policy"]


def test_a_head_has_no_body(relay):
    answer = relay.ask("HEAD", "/")

    assert (answer.status, answer.body) == (200, b"")


def test_the_beacon_and_the_rest_stay_where_they_were(relay):
    with relay.socket() as wire:
        wire.send(frame.Attach(1, bytes(16), bytes(32)))
        assert isinstance(wire.receive(), frame.Trouble)
    for path in (
        "/info",
        "/chains",
        "/health",
        "/healthz",
        "/public/1",
        "/v1/about",
        "/v2/chains",
        "/metrics",
    ):
        assert "content-security-policy" not in relay.ask("GET", path).headers
        assert relay.ask("GET", path).status == 200


def test_without_an_app_a_calm_page_says_what_this_is(tmp_path):
    with running(tmp_path / "data", web="none") as relay:
        page, list_ = relay.ask("GET", "/"), relay.ask("GET", "/app.json")

    assert page.status == 200
    assert b"A Twinbell relay" in page.body
    assert b"script" not in page.body
    assert page.headers["content-security-policy"] == SNAPSHOT["content-security-policy"]
    assert list_.status == 404


def test_further_relays_are_named_to_the_page_and_nothing_else_changes(app, tmp_path):
    with running(tmp_path / "data", web=str(app), connect=["https://other.example"]) as relay:
        policy = relay.ask("GET", "/").headers["content-security-policy"]

    more = "connect-src 'self' https://other.example wss://other.example;"
    assert policy == SNAPSHOT["content-security-policy"].replace("connect-src 'self';", more)


def test_over_tls_a_browser_is_told_to_stay_there():
    assert web.page_headers(secure=True)["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_build_with_one_changed_byte_is_not_served(tmp_path, path):
    folder = make(tmp_path)
    data = bytearray(FILES[path])
    data[len(data) // 2] ^= 1
    (folder / path).write_bytes(data)

    with pytest.raises(Damaged, match=path):
        web.Web(folder)


def test_a_build_with_a_missing_file_is_not_served(tmp_path):
    folder = make(tmp_path)
    (folder / "service-worker.js").unlink()

    with pytest.raises(Damaged, match="missing"):
        web.Web(folder)


def test_a_relay_starts_without_an_app_that_came_along_damaged(tmp_path, monkeypatch, caplog):
    carried = make(tmp_path / "carried")
    (carried / "index.html").write_bytes(b"half")
    monkeypatch.setattr(webroot, "CARRIED", (carried,))

    served = web.Web.open("")

    assert served.version == ""
    assert "not served" in caplog.text
    with pytest.raises(Damaged):
        web.Web.open(str(carried))


def test_a_relay_without_an_app_says_so(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO")
    monkeypatch.setattr(webroot, "CARRIED", (tmp_path,))

    assert web.Web.open("").version == web.Web.open("none").version == ""

    assert caplog.text.count("No web app came along") == 1


def test_the_folder_that_was_set_goes_before_the_one_that_came_along(app, tmp_path, monkeypatch):
    carried, checkout = make(tmp_path / "carried"), make(tmp_path / "checkout")
    monkeypatch.setattr(webroot, "CARRIED", (carried, checkout))

    assert webroot.find_root(str(app)) == app
    assert webroot.find_root() == carried
    (carried / "app.json").unlink()
    assert webroot.find_root() == checkout
    (checkout / "app.json").unlink()
    assert webroot.find_root() is None
    assert webroot.find_root("none") is None
    with pytest.raises(Mistaken):
        webroot.find_root(str(carried))
