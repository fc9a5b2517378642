// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// The journal: what was asked of the server, newest first.

import { get } from "./api.js";
import { el, replace, when } from "./dom.js";

const TITLES = ["Time", "Operation", "Method", "Path", "Status", "Client request id"];

let shown = null;

/** Shows the last requests, of all accounts. */
export async function showRequests(container, account, stale) {
  const data = await get("requests");
  if (stale()) return;
  if (!shown?.section.isConnected) {
    shown = build();
    replace(container, shown.section);
  }
  if (shown.data !== data) {
    shown.data = data;
    fill();
  }
}

function build() {
  const body = el("tbody");
  const writes = el("input", { type: "checkbox", onchange: () => fill() });
  const section = el(
    "section",
    { class: "list", "aria-label": "Requests" },
    el("div", { class: "head" }, el("h1", {}, "Requests"), el("label", { class: "search" }, writes, " Only writes")),
    el(
      "div",
      { class: "scroll" },
      el(
        "table",
        { class: "requests" },
        el("caption", { class: "hidden" }, "Requests, newest first"),
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            TITLES.map((title) => el("th", { scope: "col" }, title)),
          ),
        ),
        body,
      ),
    ),
    el(
      "p",
      { class: "foot" },
      "The newest 300 requests, without those of this page itself. Bodies, queries and tokens are not kept.",
    ),
  );
  return { section, body, writes, data: null };
}

function fill() {
  const entries = shown.data.items.filter((entry) => entry.write || !shown.writes.checked);
  replace(
    shown.body,
    entries.length ? entries.map(line) : el("tr", {}, el("td", { colspan: TITLES.length }, "None yet.")),
  );
}

function line(entry) {
  const cells = [
    when(entry.time),
    entry.operation,
    entry.method,
    el("code", {}, entry.path),
    el("span", { class: `status s${Math.floor(entry.status / 100)}` }, entry.status),
    el("code", {}, entry.clientRequestId),
  ];
  return el(
    "tr",
    {},
    cells.map((cell, index) => el("td", { "data-title": TITLES[index] }, cell)),
  );
}
