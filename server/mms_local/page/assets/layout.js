// SPDX-FileCopyrightText: 2026 azureml.model_management contributors
// SPDX-License-Identifier: Apache-2.0
// Where the cards of the lineage go. Pure: no document, only numbers.

/**
 * Vertical places for a graph whose nodes stand in columns, by kind.
 *
 * What hangs together makes one band, bands with most in them first; what hangs alone is packed below them.
 * Returns the top of each card by its key, and the height of all.
 */
export function layOut({ nodes, edges }, stages, step) {
  const neighbours = new Map(nodes.map((row) => [keyOf(row), []]));
  for (const edge of edges) {
    const [from, to] = [edge.from.join("/"), edge.to.join("/")];
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const newest = [...nodes].sort((one, other) => other.created.localeCompare(one.created)).map(keyOf);
  const bands = groups(newest, neighbours);
  const joined = bands.filter((band) => band.length > 1).sort((one, other) => span(other) - span(one));
  const tops = new Map();
  let height = 0;
  for (const band of joined) {
    const rows = placedBand(band, neighbours, stages);
    for (const [key, row] of rows) tops.set(key, height + row * step);
    height += (Math.max(...rows.values()) + 1) * step;
  }
  const below = new Map(stages.map((stage) => [stage, height]));
  for (const [key] of bands.filter((band) => band.length === 1)) {
    const stage = stageOf(key);
    tops.set(key, below.get(stage));
    below.set(stage, below.get(stage) + step);
  }
  return { tops, height: Math.max(height, ...below.values()) };
}

const keyOf = (row) => `${row.kind}/${row.id}`;
const stageOf = (key) => key.split("/")[0];
const span = (band) => new Set(band.map(stageOf)).size;
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** The connected parts, each in the order of the keys. */
function groups(keys, neighbours) {
  const seen = new Set();
  const found = [];
  for (const start of keys) {
    if (seen.has(start)) continue;
    const group = new Set([start]);
    for (const key of group) for (const next of neighbours.get(key)) group.add(next);
    for (const key of group) seen.add(key);
    found.push(keys.filter((key) => group.has(key)));
  }
  return found;
}

/** Rows (whole or broken numbers from 0) for one band: few crossings, and cards near what they belong to. */
function placedBand(band, neighbours, stages) {
  const columns = stages.map((stage) => band.filter((key) => stageOf(key) === stage));
  const rows = new Map();
  const pack = (column) => column.forEach((key, row) => rows.set(key, row));
  const near = (key, column) =>
    neighbours
      .get(key)
      .filter((other) => column.includes(other))
      .map((other) => rows.get(other));
  const wish = (key, column) => {
    const places = near(key, column);
    return places.length ? mean(places) : rows.get(key);
  };
  columns.forEach(pack);
  const pairs = columns.slice(1).map((_, index) => [index, index + 1]);
  for (const sweep of [pairs, pairs.map(([from, to]) => [to, from]).reverse(), pairs]) {
    for (const [from, to] of sweep) {
      const wishes = new Map(columns[to].map((key) => [key, wish(key, columns[from])]));
      columns[to].sort((one, other) => wishes.get(one) - wishes.get(other));
      pack(columns[to]);
    }
  }
  const longest = columns.reduce((best, column, index) => (column.length > columns[best].length ? index : best), 0);
  const limit = columns[longest].length - 1;
  for (let index = longest + 1; index < columns.length; index++) settle(columns[index], columns[index - 1], limit);
  for (let index = longest - 1; index >= 0; index--) settle(columns[index], columns[index + 1], limit);
  return rows;

  /** Moves each card of a column to the middle of its neighbours, as far as the order and the limit allow. */
  function settle(column, anchor, last) {
    const wishes = column.map((key) => wish(key, anchor));
    let free = 0;
    column.forEach((key, index) => {
      const top = Math.min(Math.max(wishes[index], free), last - (column.length - 1 - index));
      rows.set(key, top);
      free = top + 1;
    });
  }
}
