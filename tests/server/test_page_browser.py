# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real browser: click, watch a state change, read a build log, score."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_client import ACCOUNT, Api
from image_factory import FileServer
from selenium import webdriver
from selenium.common import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from mms_local.testing import ServerProcess

pytestmark = pytest.mark.slow

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
SCORE = """
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema

def init():
    print("the model is loaded", flush=True)

@input_schema("data", StandardPythonParameterType([1, 2, 3]))
def run(data):
    print("asked for a sum of", len(data), flush=True)
    return {"sum": sum(data)}
"""


class Page:
    """The page in a browser, by what a reader sees."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def open(self, server: ServerProcess, place: str = "") -> None:
        self.browser.get("about:blank")  # otherwise another place on the same page is no new load
        token = server.environment["MMS_LOCAL_CONTROL_TOKEN"]
        self.browser.get(f"{server.url}/#{place}&token={token}")

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first element, as soon as there is one."""
        found: WebElement = self.wait(lambda: next(iter(self.all(selector)), None), selector)
        return found

    def wait(self, condition: Callable[[], Any], what: str = "", seconds: float = 15) -> Any:
        return WebDriverWait(self.browser, seconds, 0.05, (StaleElementReferenceException,)).until(
            lambda _unused: condition(), what
        )

    def shows(self, selector: str, text: str, seconds: float = 15) -> None:
        """Wait until an element's text holds this."""
        self.wait(
            lambda: any(text in element.text for element in self.all(selector)), f"{text!r} in {selector}", seconds
        )

    def click(self, selector: str) -> None:
        def clicked() -> bool:
            self.one(selector).click()
            return True

        self.wait(clicked)

    def complaints(self) -> list[str]:
        """What the browser's console says: errors of scripts, refusals by the content security policy.

        Answers such as 404 are said there too, and are no fault of the page.
        """
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["source"] != "network"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    if not CHROMIUM or not DRIVER:
        pytest.skip("NO BROWSER: the page is not tested. Install the Debian packages chromium and chromium-driver.")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield browser
    browser.quit()


@pytest.fixture
def page(browser: webdriver.Chrome) -> Iterator[Page]:
    """The page; at the end of a test the browser must have had nothing to complain about."""
    page = Page(browser)
    page.complaints()
    yield page
    assert page.complaints() == []


def test_the_page_asks_who_is_there_and_keeps_the_token_to_its_tab(
    page: Page, server: ServerProcess, account: Api
) -> None:
    account.new_model(name="iris")
    page.browser.get("about:blank")
    page.browser.get(server.url)
    page.browser.execute_script("sessionStorage.clear(); location.reload()")
    page.shows("#view", "for the owner of the server")
    page.one("#token").send_keys("guess", Keys.ENTER)
    page.wait(lambda: page.one("#token").get_attribute("value") == "")
    assert not page.all("#account option")
    page.browser.get((server.data_dir / "page.html").as_uri())
    page.shows("#view", "iris")
    assert server.environment["MMS_LOCAL_CONTROL_TOKEN"] not in page.browser.current_url
    page.browser.refresh()
    page.shows("#view", "iris")


def test_a_server_that_lets_everybody_in_says_so_at_the_top(
    page: Page, start_server: Callable[..., ServerProcess]
) -> None:
    server = start_server("--host", "0.0.0.0", "--allow-anonymous")
    server.url = server.url.replace("0.0.0.0", "127.0.0.1")
    page.open(server)
    page.shows("#warning", "lets everybody in")
    page.open(start_server())
    page.shows("#view", "Nothing is registered here yet")
    assert not page.one("#warning").is_displayed()


def test_a_model_appears_while_one_looks(page: Page, server: ServerProcess, account: Api) -> None:
    page.open(server)
    page.shows("main", "Nothing is registered here yet")
    page.shows("#live", "Live")
    account.new_model(name="iris", tags=["flowers"])
    page.shows(".card.models", "iris")
    page.shows(".card.models", "flowers")
    page.shows("#tabs", "Models\n1")


def test_a_click_opens_an_image_whose_state_changes_live(page: Page, server: ServerProcess, account: Api) -> None:
    manifest = account.new_manifest(account.new_model()["id"])
    server.control("PUT", "transitions", {"notStartedReads": 1, "runningReads": 1})
    location = account.call("POST", "images", ACCOUNT.image(manifest["id"])).headers["Operation-Location"]
    page.open(server)
    page.shows(".card.images", "Not started")
    page.click(".card.images")
    page.shows("aside .badges", "Not started")
    for state in ("Running", "Succeeded"):
        account.get(location)
        account.get(location)
        page.shows("aside .badges", state)
        page.shows(".card.images", state)
    page.shows("aside .log", "Nothing is built: the server runs with --compute none")


def test_an_image_tells_what_its_build_did_otherwise(page: Page, server: ServerProcess, account: Api) -> None:
    account.new_image(account.new_manifest(account.new_model()["id"])["id"])
    state = server.control("GET", "state")
    (row,) = state["tables"]["image"]["rows"]
    body = state["tables"]["image"]["columns"].index("body")
    image = json.loads(row[body])
    image["built"]["warnings"] = ["It gets Python 3.8.18, the nearest", "Left out, being <b>no</b> packages: mkl"]
    row[body] = json.dumps(image)
    server.control("PUT", "state", state)
    page.open(server)
    page.click(".card.images")
    page.shows("aside .warnings", "It gets Python 3.8.18, the nearest")
    page.shows("aside .warnings", "<b>no</b>")


def test_the_graph_draws_a_line_for_each_step_and_no_card_over_another(
    page: Page, server: ServerProcess, account: Api
) -> None:
    shared = account.new_model(name="shared")["id"]
    for name in ("one", "two", "three"):
        manifest = account.new_manifest(shared, account.new_model(name=name)["id"])["id"]
        account.new_service(account.new_image(manifest)["id"], name=f"service-{name}")
    account.new_model(name="alone")
    page.open(server)
    page.wait(lambda: len(page.all(".card")) == 14, "14 cards")
    assert len(page.all(".lines path")) == 12
    boxes = [card.rect for card in page.all(".card")]
    for one, other in itertools.combinations(boxes, 2):
        apart = abs(one["x"] - other["x"]) >= one["width"] or abs(one["y"] - other["y"]) >= one["height"]
        assert apart, (one, other)
    page.click('.card.services[title="service-two"]')
    page.wait(lambda: page.all(".card.dim"), "cards that have nothing to do with the service")
    clear = {card.get_attribute("title") for card in page.all(".card:not(.dim).models, .card:not(.dim).services")}
    assert clear == {"shared v1", "two v1", "service-two"}


def test_details_are_closed_by_escape_and_focus_returns(page: Page, server: ServerProcess, account: Api) -> None:
    account.new_model(description="Fisher's flowers")
    page.open(server)
    page.one(".card.models").send_keys(Keys.ENTER)
    page.shows("aside", "Fisher's flowers")
    page.wait(lambda: page.browser.switch_to.active_element.tag_name == "h2", "focus in the panel")
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.one("aside").is_displayed(), "the panel is closed")
    page.wait(
        lambda: "card" in (page.browser.switch_to.active_element.get_attribute("class") or ""), "focus on the card"
    )


def test_versions_lead_to_each_other_and_back(page: Page, server: ServerProcess, account: Api) -> None:
    first, second = account.new_model()["id"], account.new_model()["id"]
    account.new_manifest(first)
    page.open(server, f"view=models&kind=models&id={second}")
    page.shows("aside h2", "iris v2")
    page.click(f'aside a[href$="{first}"]')
    page.shows("aside h2", "iris v1")
    page.shows("aside", "Used by manifests")
    page.browser.back()
    page.shows("aside h2", "iris v2")


def test_names_and_descriptions_are_never_markup(page: Page, server: ServerProcess, account: Api) -> None:
    markup = "<img src=x onerror=\"document.title='broken'\">"
    model = account.new_model(description=markup, tags=[markup])["id"]
    page.open(server, f"kind=models&id={model}")
    page.shows("aside dd", markup)
    page.shows(".card", markup)
    assert page.all("main img, aside img") == []
    assert page.browser.title == "demo - Local MMS"


def test_a_thousand_models_are_searched(page: Page, server: ServerProcess) -> None:
    name = {"generation": "account", "subscription": "s", "resourceGroup": "g", "name": "big"}
    server.control("POST", "seed", {"account": name, "models": [ACCOUNT.model()], "copies": 1000})
    page.open(server, "view=models")
    page.wait(lambda: len(page.all("tbody tr")) == 100, "100 rows")
    page.click(".foot button")
    page.wait(lambda: len(page.all("tbody tr")) == 400, "400 rows")
    page.one("input[type=search]").send_keys("IRIS-99")
    page.wait(lambda: len(page.all("tbody tr")) == 11, "iris-99 and iris-990 to iris-999")
    page.one("input[type=search]").send_keys("x")
    page.shows(".foot", "Nothing has such a name.")


def test_operations_tell_their_errors_and_requests_are_listed(page: Page, server: ServerProcess, account: Api) -> None:
    manifest = account.new_manifest(account.new_model()["id"])
    server.control("POST", "faults", {"operation": "images.create", "kind": "failed", "message": "no such base image"})
    account.finish(account.call("POST", "images", ACCOUNT.image(manifest["id"])))
    page.open(server, "view=operations")
    page.shows("tbody", "no such base image")
    page.click("tbody a")
    page.shows("aside .error", "no such base image")
    page.click('[data-key="tab-requests"]')
    page.shows("tbody", "images.create")
    page.shows("tbody", "operations.get")
    page.click("input[type=checkbox]")
    page.wait(lambda: not any("operations.get" in row.text for row in page.all("tbody tr")), "only writes")
    page.shows("tbody", "images.create")


def test_accounts_are_chosen_by_name(page: Page, server: ServerProcess, account: Api, hosting: Api) -> None:
    account.new_model(name="newer")
    hosting.new_model(name="older")
    page.open(server)
    page.shows(".card", "newer")
    Select(page.one("#account")).select_by_visible_text("demo (demo-rg, hosting-account)")
    page.shows(".card", "older")


def test_a_lost_server_is_told_and_found_again(
    browser: webdriver.Chrome, start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    page, data = Page(browser), tmp_path / "data"
    server = start_server(data_dir=data)
    Api(server.url, ACCOUNT).new_model(name="iris")
    page.open(server)
    page.shows(".card", "iris")
    server.stop()
    page.shows("#live", "The server does not answer")
    again = start_server("--port", server.url.rpartition(":")[2], data_dir=data)
    Api(again.url, ACCOUNT).new_model(name="spam")
    page.shows("#live", "Live")
    page.shows(".card", "spam")


def test_a_service_is_watched_scored_and_its_log_read(
    page: Page, start_server: Callable[..., ServerProcess], files: FileServer, dependency_cache: Path
) -> None:
    server = start_server("--compute", "process", "--dependency-cache", str(dependency_cache))
    api = Api(server.url, ACCOUNT)
    driver = {"id": "driver", "url": files.put("score.py", SCORE), "mimeType": "application/x-python"}
    manifest = api.new_manifest(assets=[driver], modelIds=[])
    page.open(server)
    page.shows(".card.manifests", "iris")
    image = api.finish(api.call("POST", "images", ACCOUNT.image(manifest["id"])), 300)
    page.shows(".card.images", "Succeeded")
    page.click(".card.images")
    page.shows("aside .log", "Driver program: score.py")
    image_id = image["resourceLocation"].rpartition("/")[2]
    operation = api.finish(api.call("POST", "services", ACCOUNT.service(image_id)), 300)
    assert operation["state"] == "Succeeded"
    page.shows(".card.services", "Answers")
    page.click(".card.services")
    page.wait(lambda: page.one("textarea").get_property("value") == '{\n  "data": [1, 2, 3]\n}', "the example")
    page.click("button.primary")
    page.shows(".result", '"sum": 6')
    page.one("textarea").clear()
    page.one("textarea").send_keys('{"data": [20, 22]}', Keys.CONTROL, Keys.ENTER)
    page.shows(".result", '"sum": 42')
    page.one("textarea").clear()
    page.one("textarea").send_keys('{"rows": 1}', Keys.CONTROL, Keys.ENTER)
    page.shows(".result .status", "400")
    page.shows("aside .log", "asked for a sum of 2")
    api.call("DELETE", f"services/{operation['resourceLocation'].rpartition('/')[2]}")
    page.shows("aside", "This was deleted")
