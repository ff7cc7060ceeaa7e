"""Sealed boxes: what leaves no trace on the phone's disk, and what opens for nobody else."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.support.browser import TOP, launch_persistent, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PRELUDE = """async (url) => {
  const vault = await import(url);
  const bytes = (length) => crypto.getRandomValues(new Uint8Array(length));
  const fault = (promise) => promise.then(() => "none", (one) => one instanceof Error && one.name);
  const other = (box, change) => {
    const copy = structuredClone(box);
    change(copy);
    return copy;
  };
"""


def ready(page: Page) -> Page:
    """Open a page under the app's own policy; its script is left out: the modules are alone."""
    page.route("**/js/app.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/sign-in")
    return page


@pytest.fixture
def phone(chromium, demo):
    with opened(chromium, base_url=demo.address) as page:
        yield ready(page)


def ask(page: Page, code: str) -> Any:
    """Run code in a page that has the vault."""
    src = page.locator("script[src$='/js/app.js']").get_attribute("src")
    assert src
    return page.evaluate(PRELUDE + code + "}", urljoin(src, "vault.js"))


def test_a_box_opens_for_its_owner_and_purpose_only(phone):
    told = ask(
        phone,
        """
        const told = { values: [], faults: {} };
        const key = await vault.makeKey();
        const mine = vault.bind("ann", "day", "2026-11-22");
        const values = [
          { pain: 7, note: "Rücken 🦴 \\ud800 \\ufeff", none: null, list: [0, -1.5, true, ""] }, "", 0, null, false, [],
        ];
        for (const value of values) {
          const back = await vault.open(key, mine, await vault.seal(key, mine, value));
          told.values.push(JSON.stringify(back) === JSON.stringify(value));
        }
        told.nothing = await vault.open(key, mine, await vault.seal(key, mine, undefined));
        const html = "<p>heute, größer</p>".repeat(20_000);
        told.text = (await vault.openText(key, mine, await vault.sealText(key, mine, html))) === html;

        const box = await vault.seal(key, mine, { pain: 7 });
        const twin = await vault.seal(key, mine, { pain: 7 });
        told.shape = [box.iv instanceof Uint8Array, box.iv.length, box.data instanceof ArrayBuffer, Object.keys(box)];
        told.fresh = String(box.iv) !== String(twin.iv);
        told.differs = String(new Uint8Array(box.data)) !== String(new Uint8Array(twin.data));

        const refuse = async (name, bound, box, by = key) => {
          told.faults[name] = await fault(vault.open(by, bound, box));
        };
        await refuse("of another person", vault.bind("bea", "day", "2026-11-22"), box);
        await refuse("of another purpose", vault.bind("ann", "page", "2026-11-22"), box);
        await refuse("of another day", vault.bind("ann", "day", "2026-11-23"), box);
        await refuse("under another key", mine, box, await vault.makeKey());
        await refuse("a changed bit", mine, other(box, ({ data }) => (new Uint8Array(data)[0] ^= 1)));
        await refuse("a changed seal", mine, other(box, ({ data }) => (new Uint8Array(data)[data.byteLength - 1] ^= 1)));
        await refuse("a changed iv", mine, other(box, ({ iv }) => (iv[0] ^= 1)));
        await refuse("cut short", mine, { iv: box.iv, data: box.data.slice(0, -1) });
        told.still = await vault.open(key, mine, box);
        // What is bound can't be read in two ways.
        told.apart = vault.bind("a", "b", "c") !== vault.bind("a", "b,c") && vault.bind("a", "b") !== vault.bind("ab", "");

        told.extractable = key.extractable;
        told.algorithm = key.algorithm;
        told.exported = [];
        for (const format of ["raw", "jwk"]) told.exported.push(await fault(crypto.subtle.exportKey(format, key)));
        told.canSeal = vault.canSeal();
        return told;
        """,
    )
    assert told["values"] == [True] * 6
    assert told["nothing"] is None
    assert told["text"]
    assert told["shape"] == [True, 12, True, ["iv", "data"]]
    assert told["fresh"]
    assert told["differs"]
    assert len(told["faults"]) == 8
    assert set(told["faults"].values()) == {"OperationError"}, told["faults"]
    assert told["still"] == {"pain": 7}
    assert told["apart"]
    assert told["extractable"] is False
    assert told["algorithm"] == {"name": "AES-GCM", "length": 256}
    assert told["exported"] == ["InvalidAccessError"] * 2
    assert told["canSeal"] is True


def test_a_pin_opens_its_key_on_its_phone_only(phone):
    told = ask(
        phone,
        """
        const told = {};
        const drawn = [];
        const { getRandomValues } = Crypto.prototype;
        Crypto.prototype.getRandomValues = function (array) {
          drawn.push(array);
          return getRandomValues.call(this, array);
        };
        const { decrypt } = SubtleCrypto.prototype;
        const opened = [];
        SubtleCrypto.prototype.decrypt = async function (...words) {
          const plain = await decrypt.apply(this, words);
          opened.push(plain);
          return plain;
        };
        const device = await vault.makeKey();
        const { key, lock } = await vault.makePin("4711", device, 1000);
        told.zeroed = drawn.filter(({ length }) => length === 32).map((raw) => raw.every((byte) => byte === 0));
        told.lock = [Object.keys(lock), lock.salt.length, lock.iterations, Object.keys(lock.box)];
        const box = await vault.seal(key, "ann", "pain");

        const again = await vault.openPin("4711", device, structuredClone(lock));
        told.cleared = opened
          .filter(({ byteLength }) => byteLength === 32)
          .map((raw) => new Uint8Array(raw).every((byte) => byte === 0));
        told.opened = await vault.open(again, "ann", box);
        told.sealed = await vault.open(key, "ann", await vault.seal(again, "ann", "more"));
        told.keys = [];
        for (const one of [key, again]) {
          told.keys.push([one.extractable, one.algorithm.name, one.algorithm.length, one.usages.toSorted()]);
          told.keys.push(await fault(crypto.subtle.exportKey("raw", one)));
        }
        told.wrong = [];
        for (const pin of ["4712", "", "47110", "711"]) told.wrong.push(await vault.openPin(pin, device, lock));
        told.otherPhone = await fault(vault.openPin("4711", await vault.makeKey(), lock));
        told.tampered = await fault(
          vault.openPin("4711", device, other(lock, ({ box }) => (new Uint8Array(box.data)[3] ^= 1))),
        );
        told.salt = await vault.openPin("4711", device, other(lock, ({ salt }) => (salt[0] ^= 1)));
        told.count = await vault.openPin("4711", device, { ...lock, iterations: 999 });

        // By hand, as somebody would who has the phone: both layers are there, and the PIN's is PBKDF2 of that salt.
        const [only] = await (async () => {
          opened.length = 0;
          await vault.openPin("none", device, lock);
          return opened.map((plain) => new Uint8Array(plain));
        })();
        const pin = await crypto.subtle.importKey("raw", new TextEncoder().encode("4711"), "PBKDF2", false, ["deriveBits"]);
        const how = { name: "PBKDF2", hash: "SHA-256", salt: lock.salt, iterations: 1000 };
        const slow = await crypto.subtle.deriveBits(how, pin, 256);
        const slowKey = await crypto.subtle.importKey("raw", slow, "AES-GCM", false, ["decrypt"]);
        told.inner = only.length;
        const outer = { iv: only.slice(0, 12), data: only.slice(12).buffer };
        told.byHand = (await decrypt.call(crypto.subtle, {
          name: "AES-GCM", iv: outer.iv, additionalData: new TextEncoder().encode("pin key"),
        }, slowKey, outer.data)).byteLength;

        const second = await vault.makePin("4711", device, 1000);
        told.own = await fault(vault.open(second.key, "ann", box));
        told.salts = String(second.lock.salt) !== String(lock.salt);
        told.usual = (await vault.makePin("4711", device)).lock.iterations;
        return told;
        """,
    )
    assert told["zeroed"] == [True]
    assert told["cleared"] == [True]
    assert told["lock"] == [["salt", "iterations", "box"], 16, 1000, ["iv", "data"]]
    assert told["opened"] == "pain"
    assert told["sealed"] == "more"
    assert (
        told["keys"]
        == [
            [False, "AES-GCM", 256, ["decrypt", "encrypt"]],
            "InvalidAccessError",
        ]
        * 2
    )
    assert told["wrong"] == [None] * 4
    assert told["otherPhone"] == told["tampered"] == "OperationError"
    assert told["salt"] is told["count"] is None
    assert told["inner"] == 12 + 32 + 16
    assert told["byHand"] == 32
    assert told["own"] == "OperationError"
    assert told["salts"]
    assert told["usual"] == 600_000


def test_the_disk_holds_no_plain_word(driver, demo, tmp_path):
    words = {
        "note": "wortvomruecken",
        "day": "wortvomtag",
        "page": "wortvonderseite",
        "errors": "wortvomfehler",
    }
    code = """
        const store = await import(url.replace("vault.js", "store.js"));
        const plain = "PLAIN-CONTROL-WORD";
        const device = await vault.makeKey();
        const { key, lock } = await vault.makePin("4711", device, 1000);
        await store.writeKeys("ann", { device, lock });
        const seal = (purpose, value) => vault.seal(key, vault.bind("ann", purpose), value);
        const operations = [{ op_id: "a", box: await seal("outbox", { note: WORDS.note }) }];
        const days = [{ day: "2026-11-22", box: await seal("day", { note: WORDS.day }) }];
        const [seq] = await store.saveEntries({ who: "ann", operations, days });
        await store.settle({ who: "ann", invalid: [{ seq, errors: await seal("errors", { note: [WORDS.errors] }) }] });
        const box = await vault.sealText(key, vault.bind("ann", "page"), `<p>${WORDS.page}</p>`);
        await store.putPage({ who: "ann", path: "/today", version: "v1", stored_at: 1, box });
        await store.writeMeta("control", plain);
        await store.closeStore();
    """
    profile = tmp_path / "profile"
    with closing(launch_persistent(driver, profile, base_url=demo.address)) as context:
        ask(ready(context.new_page()), f"const WORDS = {words!r};" + code)
    kept = b"".join(path.read_bytes() for path in stored(profile))
    assert b"PLAIN-CONTROL-WORD" in kept
    for word in words.values():
        assert word.encode() not in kept
        assert word.encode("utf-16-le") not in kept

    # The keys come back from the disk as they were: usable, not to be read out.
    with closing(launch_persistent(driver, profile, base_url=demo.address)) as context:
        told = ask(
            ready(context.new_page()),
            """
            const store = await import(url.replace("vault.js", "store.js"));
            const { device, lock } = await store.readKeys("ann");
            const key = await vault.openPin("4711", device, lock);
            const [row] = await store.listOutbox("ann");
            return {
              extractable: device.extractable,
              exported: await fault(crypto.subtle.exportKey("raw", device)),
              entry: await vault.open(key, vault.bind("ann", "outbox"), row.box),
              errors: await vault.open(key, vault.bind("ann", "errors"), row.errors),
              page: await vault.openText(key, vault.bind("ann", "page"), (await store.getPage("ann", "/today")).box),
              byDevice: await fault(vault.open(device, vault.bind("ann", "outbox"), row.box)),
              moved: await fault(vault.open(key, vault.bind("ann", "day"), row.box)),
            };
            """,
        )
    assert told == {
        "extractable": False,
        "exported": "InvalidAccessError",
        "entry": {"note": words["note"]},
        "errors": {"note": [words["errors"]]},
        "page": f"<p>{words['page']}</p>",
        "byDevice": "OperationError",
        "moved": "OperationError",
    }


def stored(profile: Path) -> list[Path]:
    """Every file of Chromium's IndexedDB."""
    found = [path for path in profile.rglob("IndexedDB/**/*") if path.is_file()]
    assert found
    return found


def test_a_page_without_a_secure_connection_can_not_seal(chromium):
    def serve(route: Route) -> None:
        path = TOP / urlsplit(route.request.url).path.lstrip("/")
        body, kind = (path.read_bytes(), "javascript") if path.is_file() else (b"", "html")
        route.fulfill(body=body, content_type=f"text/{kind}")

    with opened(chromium) as page:
        page.route("**", serve)
        for origin, expected in (
            ("http://clinic.example", False),
            ("https://clinic.example", True),
        ):
            page.goto(origin)
            assert (
                page.evaluate("async (url) => (await import(url)).canSeal()", "/static/js/vault.js")
                is expected
            )
