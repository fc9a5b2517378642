// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Asks every second whether anything changed, and shows what the address says.

import { get, setToken, takeToken } from "./api.js";
import { el, icon, replace } from "./dom.js";
import { showLineage } from "./lineage.js";
import { showList } from "./list.js";
import { showPanel } from "./panel.js";
import { showRequests } from "./requests.js";
import { VIEWS, link, route } from "./route.js";

const EVERY = 1000; // milliseconds between two questions
const HIDDEN = 10000; // the same while nobody looks
const CLICK = 2000; // the longest click that is waited for

const COMPUTE = {
  process: "services run as processes",
  kubernetes: "services run on Kubernetes",
  none: "nothing is built or run",
};

const at = (id) => document.getElementById(id);
let summary = null;
let timer = 0;
let turns = 0;
let asking = false;
let pressed = -Infinity; // when a click began: what it began on must still be there when it ends

async function poll() {
  clearTimeout(timer);
  if (asking) return;
  asking = true;
  if (performance.now() - pressed > CLICK) await ask();
  asking = false;
  timer = setTimeout(poll, document.hidden ? HIDDEN : EVERY);
}

async function ask() {
  try {
    const latest = await get("summary");
    const changed = latest !== summary;
    summary = latest;
    if (changed) await show();
    setLive(true);
  } catch (problem) {
    summary = null; // so that the next answer is shown even if it is the same
    if (problem.status === 401) showSignIn();
    else setLive(false, problem.message);
  }
}

function setLive(isLive, why = "") {
  const text = isLive ? "Live" : `Not live: ${why} Trying again.`;
  if (at("live").textContent !== text) at("live").textContent = text;
  at("live").classList.toggle("lost", !isLive);
}

/** Bring header, view and panel in line with the address and the newest data. */
async function show() {
  if (!summary) return;
  const turn = ++turns;
  const stale = () => turn !== turns;
  const account = summary.accounts.find((one) => String(one.number) === route().account);
  if (!account && summary.accounts.length) {
    const elsewhere = route().account ? { kind: "", id: "", around: "" } : {};
    history.replaceState(null, "", link({ ...elsewhere, account: fullest(summary.accounts).number }));
    return show();
  }
  showHeader(account);
  const { view } = route();
  const views = { lineage: showLineage, requests: showRequests };
  if (account || view === "requests") await (views[view] ?? showList)(at("view"), account, stale);
  else showWelcome();
  await showPanel(at("panel"), account, stale);
}

/** The account that is shown first: the one with most services, then the one with most models. */
function fullest(accounts) {
  const rank = ({ counts }, other) => other.counts.services - counts.services || other.counts.models - counts.models;
  return [...accounts].sort(rank)[0];
}

function showHeader(account) {
  const { server, accounts } = summary;
  at("warning").textContent = server.warning;
  at("warning").hidden = !server.warning;
  at("about").textContent = `Version ${server.version}, ${COMPUTE[server.compute]}`;
  const label = (one) => `${one.name} (${one.resourceGroup}, ${one.generation})`;
  const select = at("account");
  if ([...select.options].map((one) => one.text).join("\n") !== accounts.map(label).join("\n")) {
    select.replaceChildren(...accounts.map((one) => el("option", { value: one.number }, label(one))));
  }
  if (account) select.value = account.number;
  at("account").parentElement.hidden = !accounts.length;
  replace(
    at("tabs"),
    VIEWS.map((view) => el("li", {}, tab(view, account))),
  );
  document.title = account ? `${account.name} - Local MMS` : "Local MMS";
}

function tab(view, account) {
  const count = view === "requests" ? summary.requests : account?.counts[view];
  const busy = view === "operations" && account?.unfinished ? ` (${account.unfinished} running)` : "";
  return el(
    "a",
    {
      href: link({ view, kind: "", id: "", around: "", search: "" }),
      "data-key": `tab-${view}`,
      "aria-current": view === route().view && "page",
    },
    icon(view),
    el("span", {}, view[0].toUpperCase() + view.slice(1)),
    count ? el("span", { class: "count" }, count.toLocaleString()) : null,
    busy ? el("span", { class: "busy" }, busy) : null,
  );
}

/** Asks for the control token, once. */
function showSignIn() {
  if (at("token")) return;
  at("live").textContent = "Not signed in";
  const input = el("input", { id: "token", type: "password", autocomplete: "off", required: true });
  const signIn = (event) => {
    event.preventDefault();
    setToken(input.value);
    input.remove(); // so that a wrong one is asked for again
    poll();
  };
  replace(
    at("view"),
    el(
      "section",
      { class: "welcome" },
      el("h1", {}, "This page is for the owner of the server"),
      el("p", {}, "This command opens it:"),
      el("pre", {}, "mms-local open"),
      el("p", {}, "Or paste MMS_LOCAL_CONTROL_TOKEN from the file env in the data directory of the server:"),
      el(
        "form",
        { class: "score", onsubmit: signIn },
        el("label", { for: "token" }, "Control token"),
        input,
        el("div", { class: "buttons" }, el("button", { type: "submit", class: "primary" }, "Sign in")),
      ),
    ),
  );
}

function showWelcome() {
  replace(
    at("view"),
    el(
      "section",
      { class: "welcome" },
      el("h1", {}, "Nothing is registered here yet"),
      el("p", {}, "Register a model, and it appears here at once. Then a manifest, an image and a service."),
      el("p", {}, "To point the clients of a shell at this server:"),
      el("pre", {}, 'eval "$(mms-local start)"'),
    ),
  );
}

addEventListener("hashchange", () => {
  takeToken();
  show().catch((problem) => setLive(false, problem.message));
});
addEventListener("pointerdown", () => (pressed = performance.now()));
for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => (pressed = -Infinity));
document.addEventListener("visibilitychange", () => document.hidden || poll());
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && route().id) location.hash = link({ kind: "", id: "" });
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is for the route
  at("view").focus();
});
at("account").addEventListener("change", (event) => {
  location.hash = link({ account: event.target.value, kind: "", id: "", around: "", search: "" });
});
takeToken();
poll();
