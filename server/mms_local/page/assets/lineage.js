// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// The lineage: four columns of cards, and the lines between them.

import { get } from "./api.js";
import { answerBadge, el, icon, replace, stateBadge, svg, titleOf, when } from "./dom.js";
import { layOut } from "./layout.js";
import { accountPath, link, linkTo, route } from "./route.js";

const STAGES = ["models", "manifests", "images", "services"];
const CARD = { height: 62, gap: 14, narrowest: 172 };

let shown = null; // {section, data, key, near}

/** Shows the graph of the account, or of what belongs to one resource. */
export async function showLineage(container, account, stale) {
  const { around } = route();
  const [kind, id] = around.split("/");
  const query = around ? `?${new URLSearchParams({ kind, id })}` : "";
  const data = await get(accountPath(`lineage${query}`));
  if (stale()) return;
  const key = location.hash + JSON.stringify(account.counts);
  const before = shown?.section.isConnected ? shown : null;
  if (before?.data === data && before.key === key) return;
  const selected = `${route().kind}/${route().id}`;
  const near = connected(data, selected);
  shown = { section: draw(data, account, selected, near), data, key, near };
  const scrolled = before?.section.querySelector(".board").scrollLeft ?? 0;
  replace(container, shown.section);
  place(shown);
  shown.section.querySelector(".board").scrollLeft = scrolled;
  resized.disconnect();
  resized.observe(shown.section);
}

const resized = new ResizeObserver(() => shown.section.isConnected && place(shown));

function draw(data, account, selected, near) {
  return el(
    "section",
    { "aria-label": "Lineage" },
    el("h1", { class: "hidden" }, "Lineage"),
    route().around
      ? el(
          "p",
          { class: "note" },
          "Only what belongs together with one resource. ",
          el("a", { href: link({ around: "" }) }, "Show all"),
        )
      : null,
    el(
      "div",
      { class: "board", tabindex: "0", role: "group", "aria-label": "Graph from models to services" },
      el(
        "div",
        { class: "columns" },
        STAGES.map((kind) => heading(kind, data, account)),
      ),
      el(
        "div",
        { class: "cards" },
        svg("svg", { class: "lines", "aria-hidden": "true" }),
        data.nodes.map((row) => card(row, keyOf(row) === selected, near)),
      ),
    ),
    el(
      "p",
      { class: "note" },
      `Account ${account.name} of generation ${account.generation}, `,
      `resource group ${account.resourceGroup}, subscription ${account.subscription}`,
    ),
  );
}

function heading(kind, data, account) {
  const here = data.nodes.filter((row) => row.kind === kind).length;
  const all = account.counts[kind];
  const title = kind[0].toUpperCase() + kind.slice(1);
  return el(
    "h2",
    {},
    icon(kind),
    title,
    el(
      "a",
      { class: "count", href: link({ view: kind, around: "" }), "data-key": `all-${kind}` },
      here < all ? `${here} of ${all.toLocaleString()}` : `${all}`,
    ),
  );
}

function card(row, isSelected, near) {
  const key = keyOf(row);
  return el(
    "a",
    {
      class: `card ${row.kind} ${row.state ?? ""}${near && !near.has(key) ? " dim" : ""}`,
      href: linkTo(row),
      title: titleOf(row),
      "data-key": key,
      "aria-current": isSelected && "true",
    },
    el(
      "span",
      { class: "name" },
      icon(row.kind),
      el("b", {}, row.name),
      row.version ? el("span", { class: "version" }, `v${row.version}`) : null,
    ),
    el("span", { class: "below" }, describe(row)),
  );
}

function describe(row) {
  if (row.kind === "services" && row.state === "Succeeded") return answerBadge(row.answers);
  if (row.state) return stateBadge(row.state);
  if (row.kind === "manifests") return `${row.models} model${row.models === 1 ? "" : "s"}`;
  return row.tags.join(", ") || ["registered ", when(row.created)];
}

const keyOf = (row) => `${row.kind}/${row.id}`;

/** What the selected resource is made from and what is made from it; null when nothing on the board is selected. */
function connected(data, selected) {
  if (!data.nodes.some((row) => keyOf(row) === selected)) return null;
  const found = new Set([selected]);
  const walk = (from, to) => {
    const front = [selected];
    while (front.length) {
      const here = front.pop();
      for (const edge of data.edges) {
        const next = edge[to].join("/");
        if (edge[from].join("/") === here && !found.has(next)) {
          found.add(next);
          front.push(next);
        }
      }
    }
  };
  walk("from", "to");
  walk("to", "from");
  return found;
}

/** Puts cards and lines where they belong for the width there is. */
function place({ section, data, near }) {
  const columns = section.querySelector(".columns");
  const cards = section.querySelector(".cards");
  const room = section.clientWidth - 4; // the board keeps 2 pixels on each side for outlines
  const between = Math.min(Math.max(room * 0.05, 28), 72);
  const width = Math.max((room - 3 * between) / 4, CARD.narrowest);
  const step = width + between;
  const { tops, height } = layOut(data, STAGES, CARD.height + CARD.gap);
  cards.style.height = `${height}px`;
  cards.style.width = columns.style.width = `${4 * width + 3 * between}px`;
  columns.style.columnGap = `${between}px`;
  const left = (key) => STAGES.indexOf(key.split("/")[0]) * step;
  for (const element of cards.querySelectorAll(".card")) {
    element.style.left = `${left(element.dataset.key)}px`;
    element.style.top = `${tops.get(element.dataset.key)}px`;
    element.style.width = `${width}px`;
  }
  const lines = data.edges.map((edge) => {
    const [from, to] = [edge.from.join("/"), edge.to.join("/")];
    const [x1, y1, x2, y2] = [
      left(from) + width,
      tops.get(from) + CARD.height / 2,
      left(to),
      tops.get(to) + CARD.height / 2,
    ];
    const bend = (x2 - x1) / 2;
    const lit = near && near.has(from) && near.has(to);
    return svg("path", {
      class: `${edge.current ? "" : "former "}${near ? (lit ? "lit" : "dim") : ""}`,
      d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    });
  });
  cards.querySelector(".lines").replaceChildren(...lines);
}
