// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Builds elements. Data only ever becomes text or an attribute's value, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `el("a", {href, class, onclick}, "text", otherElement)`. Children that are null are left out. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Puts other children into a container; focus stays on the element with the same `data-key`. */
export function replace(container, ...children) {
  const active = document.activeElement;
  const key = container.contains(active) ? active.dataset.key : undefined;
  container.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

const PATHS = {
  models: "M8 1.8 13.6 5v6L8 14.2 2.4 11V5zM2.6 5.1 8 8.2l5.4-3.1M8 8.2v5.8",
  manifests: "M4 1.8h5.2L12.4 5v9.2H4zM9 2v3.3h3.2M6 8h4.4M6 10.8h4.4",
  images: "M8 2 14 5 8 8 2 5zM2.4 8 8 10.8 13.6 8M2.4 11 8 13.8 13.6 11",
  services:
    "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2.2 8h11.6M8 2c2 1.7 2.6 4 2.6 6S10 12.3 8 14M8 2C6 3.7 5.4 6 5.4 8S6 12.3 8 14",
  operations: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.3 1.6",
  requests: "M2.5 5h9M9 2.5 11.5 5 9 7.5M13.5 11h-9M7 8.5 4.5 11 7 13.5",
  lineage:
    "M3.8 5.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM12.2 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM3.8 13.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM5.6 4C8.5 4 8 8 10.4 8M5.6 12C8.5 12 8 8 10.4 8",
  Succeeded: "M3.5 8.3 6.7 11.5 12.5 4.8",
  Failed: "M4.3 4.3l7.4 7.4M11.7 4.3l-7.4 7.4",
  Cancelled: "M3.5 8h9",
  Running: "M8 2.5A5.5 5.5 0 1 1 2.5 8",
  NotStarted: "M4 8h.01M8 8h.01M12 8h.01",
  close: "M4 4l8 8M12 4l-8 8",
};

/** A small drawing that says nothing by itself. */
export function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", class: `icon icon-${name}`, "aria-hidden": "true" },
    svg("path", { d: PATHS[name] }),
  );
}

const WORDS = { NotStarted: "Not started" };

/** A state by word, sign and colour. */
export function stateBadge(state) {
  return el("span", { class: `state ${state}` }, icon(state), WORDS[state] ?? state);
}

/** Whether a service answers just now. */
export function answerBadge(answers) {
  return el("span", { class: `answers ${answers ? "yes" : "no"}` }, answers ? "Answers" : "No answer");
}

const TODAY = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const OTHER = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A moment in the reader's own time zone. */
export function when(iso) {
  if (!iso) return "";
  const moment = new Date(iso);
  const today = moment.toDateString() === new Date().toDateString();
  return el("time", { datetime: iso, title: iso }, (today ? TODAY : OTHER).format(moment));
}

/** A name with its version, if it has one. */
export function titleOf(row) {
  return row.version ? `${row.name} v${row.version}` : row.name;
}

/** What each kind is called, once. */
export const SINGULAR = {
  models: "Model",
  manifests: "Manifest",
  images: "Image",
  services: "Service",
  operations: "Operation",
};
