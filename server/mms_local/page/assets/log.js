// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Logs as they grow.

import { get } from "./api.js";
import { el } from "./dom.js";

const EVERY = 1500; // milliseconds

/** A viewer for one or several logs, `[{label, path}]`. It reads for as long as it is in the document. */
export function logViewer(logs) {
  const text = el("pre", { class: "log", tabindex: "0", role: "region", "aria-label": logs[0].label });
  let chosen = logs[0];
  let timer = 0;
  const choose = (log) => {
    chosen = log;
    text.textContent = "";
    text.setAttribute("aria-label", log.label);
    for (const button of buttons) button.setAttribute("aria-pressed", button.textContent === log.label);
    read();
  };
  const buttons = logs.map((log, index) =>
    el("button", { type: "button", "aria-pressed": String(index === 0), onclick: () => choose(log) }, log.label),
  );

  async function read() {
    clearTimeout(timer);
    const log = chosen;
    const found = await get(log.path).then(
      (lines) => lines || "(nothing was printed yet)",
      (problem) => problem.message,
    );
    if (log !== chosen) return;
    if (text.textContent !== found) {
      const atEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 8;
      text.textContent = found;
      if (atEnd) text.scrollTop = text.scrollHeight;
    }
    if (text.isConnected) timer = setTimeout(document.hidden ? wake : read, EVERY);
  }

  function wake() {
    if (!text.isConnected) return;
    if (document.hidden) timer = setTimeout(wake, EVERY);
    else read();
  }

  read();
  const title = el("h3", {}, logs.length > 1 ? "Logs" : logs[0].label);
  return el(
    "section",
    { class: "logs" },
    el("div", { class: "head" }, title, logs.length > 1 ? el("div", { class: "choice" }, buttons) : null),
    text,
  );
}
