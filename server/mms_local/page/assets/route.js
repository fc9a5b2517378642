// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Where the reader is: all of it stands in the address, so that back, forward, reload and bookmarks work.

export const VIEWS = ["lineage", "models", "manifests", "images", "services", "operations", "requests"];
const NAMES = ["account", "view", "kind", "id", "around", "search"];

/** The route in the address: `account`, `view`, the selected `kind` and `id`, and what narrows the view. */
export function route() {
  const given = new URLSearchParams(location.hash.slice(1));
  const found = Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""]));
  if (!VIEWS.includes(found.view)) found.view = "lineage";
  return found;
}

/** The address of the present route with these changes; an empty value takes something away. */
export function link(changes) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...route(), ...changes })) if (value) parameters.set(name, value);
  return `#${parameters}`;
}

/** The address that selects a resource. */
export function linkTo(row) {
  return link({ kind: row.kind, id: row.id });
}

/** The path of the present account's data. */
export function accountPath(rest) {
  return `accounts/${encodeURIComponent(route().account)}/${rest}`;
}

/** The path of a resource's data. */
export function pathOf(kind, id, rest = "") {
  return accountPath(`${kind}/${encodeURIComponent(id)}${rest}`);
}
