// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Reads from the server. What has not changed is not sent again, and is the very same object as before.

const ROOT = "/_mms/page/";
const KEPT = 40;
const LONGEST = 15000; // milliseconds that a read may take
const TOKEN = "token"; // in the address that `mms-local open` leads to, and in the storage of this tab
const known = new Map(); // path -> {tag, value}, least recently used first

/** An answer that is not the one that was asked for; `status` is 0 when there was none at all. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Keeps the control token that the address brings, for this tab alone, and takes it out of the address. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has(TOKEN)) return;
  setToken(given.get(TOKEN));
  given.delete(TOKEN);
  history.replaceState(null, "", `#${given}`);
}

/** Shows this control token from now on. */
export function setToken(token) {
  sessionStorage.setItem(TOKEN, token.trim());
}

/** The JSON value, or the text, behind a path below `/_mms/page/`. */
export async function get(path) {
  const before = known.get(path);
  const headers = before ? { "If-None-Match": before.tag } : {};
  const answer = await send(path, { headers, cache: "no-store", signal: AbortSignal.timeout(LONGEST) });
  const value = answer.status === 304 ? before.value : await content(answer);
  known.delete(path);
  known.set(path, { tag: answer.headers.get("ETag"), value });
  if (known.size > KEPT) known.delete(known.keys().next().value);
  return value;
}

/** Sends a JSON text as it is, and gives the JSON answer. */
export async function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-MMS-Page": "1" };
  return content(await send(path, { method: "POST", headers, body }));
}

async function send(path, options) {
  let answer;
  try {
    const headers = { ...options.headers, Authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ""}` };
    answer = await fetch(ROOT + path, { ...options, headers });
  } catch {
    throw new Problem(0, "The server does not answer.");
  }
  if (answer.ok || answer.status === 304) return answer;
  const error = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, error.message || `The server answered ${answer.status}.`);
}

function content(answer) {
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  return isJson ? answer.json() : answer.text();
}
