// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0

/** JSON for reading: as usual, but lists of plain values on one line, so that a matrix looks like one. */
export function pretty(value, margin = "") {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [begin, end] = isList ? "[]" : "{}";
  const items = isList ? value : Object.entries(value);
  if (!items.length) return begin + end;
  if (isList && items.every((item) => item === null || typeof item !== "object")) {
    return `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
  }
  const inner = `${margin}  `;
  const line = isList
    ? (item) => pretty(item, inner)
    : ([name, item]) => `${JSON.stringify(name)}: ${pretty(item, inner)}`;
  return `${begin}\n${items.map((item) => inner + line(item)).join(",\n")}\n${margin}${end}`;
}
