// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Tables of resources, newest first.

import { get } from "./api.js";
import { answerBadge, el, replace, stateBadge, when } from "./dom.js";
import { accountPath, link, linkTo, route } from "./route.js";

const STEP = 100;
const MOST = 1000;
const PAUSE = 200; // milliseconds without a key until a search begins

const name = (row) => el("a", { href: linkTo(row), "data-key": `${row.kind}/${row.id}` }, row.name);
const version = (row) => `v${row.version}`;
const state = (row) => stateBadge(row.state);

const COLUMNS = {
  models: [
    ["Name", name],
    ["Version", version],
    ["Tags", (row) => row.tags.join(", ")],
    ["Registered", (row) => when(row.created)],
  ],
  manifests: [
    ["Name", name],
    ["Version", version],
    ["Driver", (row) => row.driver],
    ["Models", (row) => row.models],
    ["Created", (row) => when(row.created)],
  ],
  images: [
    ["Name", name],
    ["Version", version],
    ["State", state],
    ["Location", (row) => row.location],
    ["Created", (row) => when(row.created)],
  ],
  services: [
    ["Name", name],
    ["State", state],
    ["Reached", (row) => answerBadge(row.answers)],
    ["Replicas", (row) => row.replicas ?? "default"],
    ["Updated", (row) => when(row.updated)],
  ],
  operations: [
    ["Operation", (row) => el("a", { href: linkTo(row), "data-key": `operations/${row.id}` }, row.job)],
    [
      "Makes",
      (row) =>
        row.resource.name
          ? el("a", { href: linkTo(row.resource), "data-key": `of-${row.id}` }, row.resource.name)
          : "deleted",
    ],
    ["State", state],
    ["Phase or error", (row) => row.error?.message ?? row.phase],
    ["Accepted", (row) => when(row.created)],
    ["Took", (row) => took(row)],
  ],
};

let shown = null; // {container, key, count, data}

/** Shows the resources of the kind that the route names. */
export async function showList(container, account, stale) {
  const { view: kind, search, account: number } = route();
  const key = `${number}/${kind}`;
  if (!shown?.table.isConnected || shown.key !== key) {
    shown = build(kind, key, search);
    replace(container, shown.section);
  }
  const here = shown;
  if (here.search !== search) Object.assign(here, { search, count: STEP });
  const data = await get(accountPath(`${kind}?${new URLSearchParams({ search, count: here.count })}`));
  const selected = `${route().kind}/${route().id}`;
  if (stale() || (here.data === data && here.selected === selected)) return;
  Object.assign(here, { data, selected });
  replace(
    here.table.tBodies[0],
    data.items.map((row) => line(kind, row, selected)),
  );
  replace(
    here.foot,
    foot(data, here, search, () => showList(container, account, () => shown !== here)),
  );
}

function build(kind, key, search) {
  const table = el(
    "table",
    { class: "links-to" },
    el("caption", { class: "hidden" }, `${kind}, newest first`),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        COLUMNS[kind].map(([title]) => el("th", { scope: "col" }, title)),
      ),
    ),
    el("tbody"),
  );
  const foot = el("div", { class: "foot" });
  let timer = 0;
  const input = el("input", {
    type: "search",
    value: search,
    placeholder: "part of a name",
    spellcheck: "false",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        history.replaceState(null, "", link({ search: input.value.trim() }));
        dispatchEvent(new Event("hashchange"));
      }, PAUSE);
    },
  });
  const title = kind[0].toUpperCase() + kind.slice(1);
  const tools = kind === "operations" ? null : el("label", { class: "search" }, "Find ", input);
  const section = el(
    "section",
    { class: "list", "aria-label": title },
    el("div", { class: "head" }, el("h1", {}, title), tools),
    el("div", { class: "scroll" }, table),
    foot,
  );
  return { key, section, table, foot, search, count: STEP, data: null, selected: "" };
}

function line(kind, row, selected) {
  const current = `${row.kind}/${row.id}` === selected;
  const open = (event) => {
    if (!event.target.closest("a") && !getSelection().toString()) location.hash = linkTo(row);
  };
  return el(
    "tr",
    { onclick: open, "aria-current": current && "true" },
    COLUMNS[kind].map(([title, cell]) => el("td", { "data-title": title }, cell(row))),
  );
}

function foot(data, here, search, again) {
  if (!data.items.length) return el("p", {}, search ? "Nothing has such a name." : "There is none yet.");
  if (!data.more) return null;
  if (here.count >= MOST) return el("p", {}, `These are the newest ${MOST.toLocaleString()}. Search to find others.`);
  const more = () => {
    here.count = Math.min(here.count + 3 * STEP, MOST);
    again();
  };
  return el("button", { type: "button", onclick: more, "data-key": "more" }, "Show more");
}

function took(row) {
  if (!row.ended) return "";
  const seconds = (new Date(row.ended) - new Date(row.created)) / 1000;
  return seconds < 10 ? `${seconds.toFixed(2)} s` : `${Math.round(seconds).toLocaleString()} s`;
}
