#!/usr/bin/env python3
"""Opens a report in headless Chromium, offline, on a desk and on a phone, in light and dark.

    tools/test_report.py report.html [--screenshots DIR]

Drives chromedriver (Debian's chromium-driver) by its HTTP protocol; needs nothing but Python. Fails on
console messages, on anything loaded from outside, on a page over 10 MB or slower than 2 s, on text that
does not stand out from its background, on what a keyboard cannot reach and a screen reader cannot name.
"""

import argparse
import base64
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

LARGEST = 10_000_000
SLOWEST_S = 2.0
LEAST_CONTRAST = 4.5
SHAPES = {"desk": (1280, 900, False), "phone": (390, 844, True), "small phone": (320, 640, True)}
# So many stops of Tab are looked at behind the skip link.
STOPS = 15
SCHEMES = ("light", "dark")

# What makes a page readable without seeing it; each line is one finding.
CHECKS = r"""
const found = [];
const say = (what, element) => found.push(what + ": " + (element.outerHTML || "").slice(0, 120));
const ids = new Set();
for (const e of document.querySelectorAll("[id]")) {
  if (ids.has(e.id)) say("an id twice", e);
  ids.add(e.id);
}
for (const e of document.querySelectorAll("[aria-labelledby]"))
  for (const id of e.getAttribute("aria-labelledby").split(" "))
    if (!document.getElementById(id)) say("a label that is not there", e);
for (const e of document.querySelectorAll("a[href^='#']"))
  if (!document.getElementById(e.getAttribute("href").slice(1))) say("a link to nowhere", e);
for (const e of document.querySelectorAll("img")) if (!e.alt) say("a picture without words", e);
for (const e of document.querySelectorAll("img")) if (!e.naturalWidth) say("a broken picture", e);
for (const e of document.querySelectorAll("svg"))
  if (e.getAttribute("aria-hidden") !== "true" && !(e.querySelector("title") && e.querySelector("desc")))
    say("a drawing without words", e);
for (const e of document.querySelectorAll("table")) {
  if (!e.caption) say("a table without a caption", e);
  for (const th of e.querySelectorAll("th")) if (!th.scope) say("a head without a scope", th);
}
for (const landmark of ["header", "nav", "main", "footer"])
  if (document.querySelectorAll(landmark).length !== 1) found.push("not one " + landmark);
let level = 0;
for (const e of document.querySelectorAll("h1, h2, h3, h4")) {
  const next = Number(e.tagName[1]);
  if (next > level + 1) say("a heading that leaves a level out", e);
  level = next;
}
if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
if (!document.documentElement.lang) found.push("no language");
// Not innerWidth: a phone zooms out until all of a page that is too wide is in view.
if (document.documentElement.scrollWidth > WIDTH)
  found.push("the page is " + document.documentElement.scrollWidth + " wide in " + WIDTH);
for (const e of document.querySelectorAll("button, summary, nav a"))
  if (e.getClientRects().length && e.getBoundingClientRect().height < 24) say("too small to touch", e);
for (const e of document.querySelectorAll("button"))
  if (e.getClientRects().length && !e.textContent.trim()) say("a button without a name", e);
for (const drawing of document.querySelectorAll("svg")) {
  const frame = drawing.getBoundingClientRect();
  const boxes = [...drawing.querySelectorAll("text")].map((e) => [e, e.getBoundingClientRect()]);
  boxes.forEach(([e, box], index) => {
    if (box.left < frame.left - 1 || box.right > frame.right + 1) say("words cut off", e);
    for (const [, next] of boxes.slice(index + 1))
      if (box.left < next.right - 1 && next.left < box.right - 1 && box.top < next.bottom - 3
          && next.top < box.bottom - 3)
        say("words over words", e);
  });
}

const rgb = (text) => text.match(/[\d.]+/g).map(Number);
const luminance = (c) => {
  const f = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2];
};
const ground = (e) => {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
let least = 99;
for (const e of document.querySelectorAll("body *")) {
  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
  if (["SCRIPT", "STYLE", "title", "desc"].includes(e.tagName) || !e.getClientRects().length) continue;
  const style = getComputedStyle(e);
  const ink = luminance(rgb(e instanceof SVGElement ? style.fill : style.color));
  const paper = luminance(ground(e));
  const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  least = Math.min(least, contrast);
  if (contrast < LEAST) say("contrast " + contrast.toFixed(2), e);
}
const loaded = performance.getEntriesByType("resource").map((r) => r.name).filter((n) => !n.startsWith("data:"));
for (const name of loaded) found.push("loaded " + name);
return {found: found.slice(0, 40), least};
"""


class Browser:
    """One session of chromedriver."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        self.session = None

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:400]}") from error

    def wait(self):
        for _ in range(150):
            try:
                if self.call("GET", "/status")["ready"]:
                    return
            except (urllib.error.URLError, RuntimeError):
                pass
            time.sleep(0.1)
        raise RuntimeError("chromedriver does not answer")

    def start(self):
        options = {
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ]
        }
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        value = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = f"/session/{value['sessionId']}"

    def stop(self):
        if self.session:
            self.call("DELETE", self.session)

    def tell(self, method, path, body=None):
        return self.call(method, self.session + path, body)

    def devtools(self, command, **parameters):
        return self.tell("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def script(self, text, *arguments):
        return self.tell("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def press(self, key):
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.tell("POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": keys}]})


def open_page(browser, url, shape, scheme):
    """Opens the page as somebody would; returns the seconds until it was loaded."""
    width, height, mobile = SHAPES[shape]
    browser.devtools("Network.enable")
    browser.devtools(
        "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1
    )
    browser.devtools(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile
    )
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.devtools("Emulation.setEmulatedMedia", features=[feature])
    browser.tell("POST", "/url", {"url": url})
    return browser.script("return performance.timing.loadEventEnd - performance.timing.navigationStart") / 1000


def screenshot(browser, path, width):
    """The whole page, as far as a picture may be high."""
    height = min(12_000, browser.script("return document.documentElement.scrollHeight"))
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    value = browser.devtools("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
    path.write_bytes(base64.b64decode(value["data"]))


def keyboard(browser):
    """Tab first finds the skip link; then every stop can be seen, and each is reached once."""
    found = []
    browser.press("\ue004")
    first = browser.script("return document.activeElement.className")
    if first != "skip":
        found.append(f"the first stop of Tab is {first!r}, not the skip link")
    seen = browser.script(
        "const r = document.activeElement.getBoundingClientRect(); return r.left >= 0 && r.width > 0"
    )
    if not seen:
        found.append("the skip link cannot be seen when it is reached")
    browser.press("\ue007")
    if browser.script("return document.activeElement.id") != "main":
        found.append("the skip link does not lead to the results")
    for _ in range(STOPS):
        browser.press("\ue004")
        stop = browser.script(
            "const e = document.activeElement, r = e.getBoundingClientRect();"
            "return [e.outerHTML.slice(0, 80), getComputedStyle(e).outlineStyle !== 'none'"
            " && r.width > 0 && r.bottom > 0 && r.top < innerHeight]"
        )
        if stop[0].startswith("<body"):
            break  # past the last stop, back to the browser
        if not stop[1]:
            found.append(f"nothing shows where the keyboard is: {stop[0]}")
    order = browser.script(
        "return [...document.querySelectorAll('a, button, summary, [tabindex]')].filter(e => e.tabIndex > 0).length"
    )
    if order:
        found.append(f"{order} elements out of the order of the page")
    return found


def copy_button(browser):
    """A button copies its command, or selects it."""
    return browser.script(
        """
        const button = [...document.querySelectorAll("button.copy")].find(b => b.getClientRects().length);
        if (!button) return [];
        button.click();
        return new Promise(done => setTimeout(() => done(
          document.getElementById("said").textContent ? [] : ["the copy button says nothing"]), 300));
        """
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--port", type=int, default=9551)
    arguments = parser.parse_args()

    found = []
    size = arguments.page.stat().st_size
    print(f"{arguments.page.name}: {size} bytes")
    if size >= LARGEST:
        found.append(f"{size} bytes")
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    driver = subprocess.Popen(
        ["chromedriver", f"--port={arguments.port}"], stdout=subprocess.DEVNULL, env=os.environ
    )
    browser = Browser(arguments.port)
    try:
        browser.wait()
        browser.start()
        url = arguments.page.resolve().as_uri()
        for shape in SHAPES:
            for scheme in SCHEMES:
                name = f"{shape}, {scheme}"
                seconds = open_page(browser, url, shape, scheme)
                checks = browser.script(
                    CHECKS.replace("LEAST", str(LEAST_CONTRAST)).replace("WIDTH", str(SHAPES[shape][0]))
                )
                issues = list(checks["found"])
                if seconds >= SLOWEST_S:
                    issues.append(f"{seconds:.2f} s to load")
                if arguments.screenshots:
                    file = f"{shape}-{scheme}.png".replace(" ", "-")
                    screenshot(browser, arguments.screenshots / file, SHAPES[shape][0])
                issues += keyboard(browser) + copy_button(browser)
                for entry in browser.tell("POST", "/se/log", {"type": "browser"}):
                    issues.append(f"console: {entry['message'][:200]}")
                print(f"{name}: loaded in {seconds:.2f} s, least contrast {checks['least']:.1f}, {len(issues)} findings")
                found += [f"{name}: {issue}" for issue in issues]
    finally:
        try:
            browser.stop()
        finally:
            driver.terminate()
            driver.wait()
    for line in found:
        print("  " + line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
