// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// The panel beside the view: one resource in full.

import { get } from "./api.js";
import { SINGULAR, answerBadge, el, icon, replace, stateBadge, titleOf, when } from "./dom.js";
import { logViewer } from "./log.js";
import { link, linkTo, pathOf, route } from "./route.js";
import { scoreForm } from "./score.js";

let shown = null; // {key, title, facts, more, score, data}

/** Shows the resource that the route selects, or closes the panel. */
export async function showPanel(panel, account, stale) {
  const { kind, id } = route();
  if (!account || !id || !SINGULAR[kind]) return close(panel);
  const key = `${account.number}/${kind}/${id}`;
  const isNew = shown?.key !== key;
  if (isNew) open(panel, key, kind, id);
  const here = shown;
  let data;
  try {
    data = await get(pathOf(kind, id));
  } catch (problem) {
    if (problem.status !== 404) throw problem;
    data = null;
  }
  if (stale() || shown !== here) return;
  if (here.data !== data) {
    here.data = data;
    fill(here, data);
  }
  if (isNew) here.title.focus({ preventScroll: true });
}

function close(panel) {
  if (!shown) return;
  const [, kind, id] = shown.key.split("/");
  shown = null;
  panel.hidden = true;
  panel.replaceChildren();
  document.querySelector(`#view [data-key="${CSS.escape(`${kind}/${id}`)}"]`)?.focus({ preventScroll: true });
}

function open(panel, key, kind, id) {
  const score = kind === "services" ? scoreForm(id) : null;
  shown = {
    key,
    title: el("h2", { tabindex: "-1" }),
    facts: el("div"),
    more: el("div"),
    score,
    tools: el("div"),
    data: undefined,
  };
  panel.replaceChildren(
    el(
      "header",
      {},
      el("p", { class: "kind" }, icon(kind), SINGULAR[kind]),
      el(
        "a",
        { class: "close", href: link({ kind: "", id: "" }), title: "Close (Esc)", "aria-label": "Close details" },
        icon("close"),
      ),
      shown.title,
    ),
    shown.facts,
    shown.tools,
    shown.more,
  );
  panel.hidden = false;
  panel.scrollTop = 0;
}

function fill(here, data) {
  if (!data) {
    here.title.textContent = "Not here";
    replace(here.facts, el("p", { class: "problem" }, "This was deleted, or has never been here."));
    here.tools.replaceChildren();
    here.more.replaceChildren();
    return;
  }
  here.title.textContent = data.kind === "operations" ? data.job : titleOf(data);
  const parts = PARTS[data.kind](data);
  replace(here.facts, badges(data), problem(data.error), notices(data.warnings), facts(parts.facts));
  if (!here.tools.hasChildNodes()) here.tools.append(...tools(here, data));
  replace(here.more, parts.more, around(data));
  here.score?.update(data);
}

function badges(data) {
  const found = [data.state && stateBadge(data.state), data.kind === "services" && answerBadge(data.answers)].filter(
    Boolean,
  );
  return found.length ? el("p", { class: "badges" }, found) : null;
}

function tools(here, { kind, id }) {
  if (kind === "images") return [logViewer([{ label: "Build log", path: pathOf(kind, id, "/log") }])];
  if (kind !== "services") return [];
  const logs = [
    { label: "Service log", path: pathOf(kind, id, "/log") },
    { label: "Deployment log", path: pathOf(kind, id, "/deployment-log") },
  ];
  return [here.score.element, logViewer(logs)];
}

const PARTS = {
  models: (model) => ({
    facts: [
      ["Description", model.description],
      ["File", url(model.url)],
      ["Type", model.mimeType],
      ["Unpacked", model.unpack ? "yes" : ""],
      ["Tags", model.tags.join(", ")],
      ["Registered", when(model.created)],
      ["Id", code(model.id)],
    ],
    more: [links("Versions", model.versions), links("Used by manifests", model.usedBy)],
  }),
  manifests: (manifest) => ({
    facts: [
      ["Description", manifest.description],
      ["Driver", manifest.driver],
      ["Runtime", manifest.runtime],
      ...Object.entries(manifest.properties).map(([name, value]) => [name, url(value)]),
      ["Created", when(manifest.created)],
      ["Id", code(manifest.id)],
    ],
    more: [assets(manifest.assets), links("Models", manifest.madeFrom), links("Images", manifest.usedBy)],
  }),
  images: (image) => ({
    facts: [
      ["Location", code(image.location)],
      ["Digest", code(image.digest)],
      ["Registry", image.registry],
      ["Cluster", cluster(image.compute)],
      ["Description", image.description],
      ["Created", when(image.created)],
      ["Id", code(image.id)],
    ],
    more: [links("Made from", image.madeFrom), links("Services", image.usedBy), operations(image.operations)],
  }),
  services: (service) => ({
    facts: [
      ["Scoring address", code(service.scoringUri)],
      ["Replicas", service.settings.replicas],
      ["Autoscaling", service.settings.autoscaling],
      ["CPU", service.settings.cpu],
      ["Memory", service.settings.memory],
      ["Concurrency", service.settings.maxConcurrentRequests],
      ["Pull secret", service.settings.pullSecret],
      ["Cluster", cluster(service.compute)],
      ["Created", when(service.created)],
      ["Updated", when(service.updated)],
      ["Id", code(service.id)],
    ],
    more: [links("Image", service.madeFrom), operations(service.operations), deployments(service.deployments)],
  }),
  operations: (operation) => ({
    facts: [
      ["Phase", operation.phase],
      ["Accepted", when(operation.created)],
      ["Ended", when(operation.ended)],
      ["Id", code(operation.id)],
    ],
    more: [
      operation.resource.name
        ? links("Makes", [operation.resource])
        : el("p", { class: "hint" }, "What it made was deleted."),
    ],
  }),
};

const code = (text) => text && el("code", {}, text);

/** An ARM id by its last part. */
const cluster = (id) => id && el("span", { title: id }, id.split("/").at(-1));

/** A URL as text: what it points to may be anything, so it is no link. */
const url = (text) => code(text);

function facts(pairs) {
  const given = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el(
    "dl",
    {},
    given.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  );
}

function problem(error) {
  if (!error) return null;
  const details = (error.details ?? []).filter((detail) => detail.message !== error.message);
  return el(
    "section",
    { class: "error", "aria-label": "Error" },
    el("h3", {}, error.code),
    el("p", {}, error.message),
    details.map((detail) =>
      el("details", {}, el("summary", {}, detail.code), el("pre", { tabindex: "0" }, detail.message)),
    ),
  );
}

/** What a build did otherwise than it was asked to. */
function notices(warnings) {
  if (!warnings?.length) return null;
  return el(
    "section",
    { class: "warnings", "aria-label": "Warnings" },
    el("h3", {}, "Built otherwise than asked"),
    warnings.map((warning) => el("p", {}, warning)),
  );
}

function links(title, rows) {
  if (!rows.length) return null;
  return el(
    "section",
    {},
    el("h3", {}, title),
    el(
      "ul",
      { class: "links" },
      rows.map((row) => el("li", {}, chip(row))),
    ),
  );
}

function chip(row) {
  const current = row.id === route().id;
  return el(
    "a",
    { class: "chip", href: linkTo(row), "data-key": `chip-${row.kind}/${row.id}`, "aria-current": current && "true" },
    icon(row.kind),
    titleOf(row),
    row.state && row.state !== "Succeeded" ? stateBadge(row.state) : null,
  );
}

function operations(rows) {
  if (!rows.length) return null;
  const item = (row) =>
    el(
      "li",
      {},
      el("a", { href: linkTo(row), "data-key": `operation-${row.id}` }, row.job),
      stateBadge(row.state),
      when(row.created),
    );
  return el("section", {}, el("h3", {}, "Operations"), el("ul", { class: "plain" }, rows.map(item)));
}

function deployments(rows) {
  if (!rows.length) return null;
  const item = (row) =>
    el(
      "li",
      {},
      el("span", {}, when(row.created), " until ", row.expired ? when(row.expired) : "now"),
      stateBadge(row.state),
      row.images.map(chip),
    );
  return el("section", {}, el("h3", {}, "Deployments"), el("ul", { class: "plain" }, rows.map(item)));
}

function assets(rows) {
  const item = (asset) => el("li", {}, el("b", {}, asset.id), code(asset.url), asset.unpack ? "(unpacked)" : "");
  return el("section", {}, el("h3", {}, "Assets"), el("ul", { class: "plain" }, rows.map(item)));
}

function around(data) {
  if (data.kind === "operations") return null;
  return el(
    "p",
    { class: "around" },
    el(
      "a",
      {
        class: "chip",
        href: link({ view: "lineage", around: `${data.kind}/${data.id}`, search: "" }),
        "data-key": "around",
      },
      icon("lineage"),
      "Show its lineage",
    ),
  );
}
