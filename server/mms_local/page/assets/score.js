// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Scores. The server adds the service's key; it never comes here.

import { get, post } from "./api.js";
import { el, replace } from "./dom.js";
import { pretty } from "./json.js";
import { pathOf } from "./route.js";

/** The form of one service: `{element, update}`. Call update with the newest details. */
export function scoreForm(id) {
  const paths = { sample: pathOf("services", id, "/sample"), score: pathOf("services", id, "/score") };
  const input = el("textarea", { id: "score-body", rows: "7", spellcheck: "false", "aria-describedby": "score-hint" });
  const hint = el("p", { class: "hint", id: "score-hint" });
  const send = el("button", { type: "submit", class: "primary" }, "Score");
  const fillIn = el(
    "button",
    { type: "button", hidden: true, onclick: () => (input.value = sample) },
    "Fill in the example",
  );
  const result = el("div", { class: "result", role: "status" });
  let sample = null;
  let asked = false;

  async function submit(event) {
    event?.preventDefault();
    send.disabled = true;
    replace(result, el("p", {}, "Waiting for the answer ..."));
    const answer = await post(paths.score, input.value).then(answered, failed);
    replace(result, answer);
    send.disabled = false;
  }

  async function update(service) {
    if (!service.answers || asked) {
      if (!service.answers && !asked) hint.textContent = "The service does not answer just now.";
      return;
    }
    asked = true;
    const found = await get(paths.sample).catch(() => ({ sample: null }));
    sample = found.sample === null ? null : pretty(found.sample);
    fillIn.hidden = sample === null;
    hint.textContent =
      sample === null
        ? "The service describes no example; write what its driver expects."
        : "The example is the service's own.";
    if (!input.value && sample !== null) input.value = sample;
  }

  const element = el(
    "form",
    { class: "score", onsubmit: submit },
    el("h3", {}, "Score"),
    el("label", { for: "score-body" }, "Request body (JSON)"),
    input,
    hint,
    el("div", { class: "buttons" }, send, fillIn, el("span", { class: "hint" }, "or Ctrl+Enter")),
    result,
  );
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !send.disabled) submit(event);
  });
  return { element, update };
}

function answered({ status, contentType, seconds, body }) {
  return [
    el(
      "p",
      {},
      el("span", { class: `status s${Math.floor(status / 100)}` }, status),
      ` in ${(seconds * 1000).toFixed(1)} ms, ${contentType || "no content type"}`,
    ),
    el("pre", { tabindex: "0", "aria-label": "Answer of the service" }, readable(body)),
  ];
}

function failed(problem) {
  return el("p", { class: "problem" }, problem.message);
}

function readable(body) {
  try {
    return pretty(JSON.parse(body));
  } catch {
    return body;
  }
}
