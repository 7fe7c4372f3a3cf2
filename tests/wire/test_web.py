import json

import pytest

from twinbell.errors import Damaged
from twinbell.wire.limits import WEB_FILE_BYTES_MAX, WEB_FILES_MAX, WEB_LIST_BYTES_MAX
from twinbell.wire.web import AppList, connects, policy

HASH = "9993c26f7774f4d048b3b4d51d1ab08f8b78cd27ea60032548befec1bf245f5d"


def file(path="index.html", **changed):
    return {"path": path, "sha256": HASH, "bytes": 454} | changed


def written(*files, **changed):
    return json.dumps({"v": 1, "type": "app", "version": "0.1.0", "files": list(files)} | changed).encode()


def test_a_list_names_files_and_where_they_are_served():
    app = AppList.parse(written(file("assets/a-1.js"), file(), file("service-worker.js")))

    assert app.version == "0.1.0"
    assert [each.url for each in app.files.values()] == ["/assets/a-1.js", "/", "/service-worker.js"]


def test_a_file_is_told_from_another_one():
    (listed,) = AppList.parse(written(file(sha256=HASH, bytes=3))).files.values()

    for data in (b"", b"abc", b"abcd"):
        with pytest.raises(Damaged):
            listed.check(data)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/x.js", "x/", "a//b.js", "../x.js", "a/../b.js", "a/./b", ".env", "a/.git", "a b.js",
        "a\\b.js", "a%2e.js", "é.js", "x" * 201, "a\n", "v1/x", "v2/x", "ws", "info", "health", "healthz",
        "public/latest", "chains", "metrics", "bell", "app.json", "app.json.sig", HASH + "/info", 7, None,
    ],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(path):
    with pytest.raises(Damaged):
        AppList.parse(written(*sorted([file(), file(path)], key=lambda each: str(each["path"]))))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        written(file(), v=2),
        written(file(), type="page"),
        written(file(), version=1),
        written(file(), files={}),
        written(),
        written(file("other.js")),
        written(file(), file()),
        written(file("service-worker.js"), file()),
        written(file(sha256=HASH.upper())),
        written(file(sha256=HASH[:-1])),
        written(file(bytes=0)),
        written(file(bytes=-1)),
        written(file(bytes=True)),
        written(file(bytes=1.5)),
        written(file(bytes=WEB_FILE_BYTES_MAX + 1)),
        written(*[file(f"a{n:04}.js") for n in range(WEB_FILES_MAX)], file()),
        written(file()) + b" " * WEB_LIST_BYTES_MAX,
    ],
)
def test_what_is_no_list_is_refused(data):
    with pytest.raises(Damaged):
        AppList.parse(data)


def test_what_a_page_may_connect_to_is_read_from_its_policy():
    assert connects(policy()) == ()
    assert connects(policy(["https://other.example"])) == ("https://other.example", "wss://other.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "default-src *",
        policy().replace("connect-src 'self'", "connect-src *"),
        policy().replace("connect-src 'self'; ", ""),
        policy().replace("script-src 'self'", "script-src 'self' 'unsafe-eval'"),
        policy().replace("frame-ancestors 'none'; ", ""),
        policy() + "; sandbox",
    ],
)
def test_another_policy_is_told_from_ours(text):
    assert connects(text) is None
