// What the company's systems hold of somebody, before and now: counts for each system, then place by place, row by row.

import { $, el, keyed, post, toast } from "./dom.js";

const SIGN = { removed: "−", changed: "±", new: "+" }; // nobody needs to see a colour
const SKIPPED = new Set(["id", "account_id", "address_id", "invoice_id"]);

let state = null;
let systems = [];
let stamp = null;
let whose = null; // an address, "changed" or "all"
let byHand = false; // the visitor chose whose rows to see
const turned = new Map(); // what the visitor folded or unfolded by hand

const shown = (value) => (value === null || value === "" ? "–" : value === true ? "yes" : value === false ? "no" : Array.isArray(value) ? value.map(shown).join(", ") : typeof value === "object" ? Object.values(value).map(shown).join(" ") : String(value).replace(/\.000000$/, "").replace(/ 00:00:00$/, ""));

const isPerson = () => whose !== "all" && whose !== "changed";
const chosen = (row) => (whose === "all" ? true : whose === "changed" ? row.state !== "same" : row.of.includes(whose));

function counted(rows) {
  const counts = { removed: 0, changed: 0, new: 0, same: 0 };
  for (const row of rows) counts[row.state] += 1;
  return { ...counts, before: rows.length - counts.new, now: rows.length - counts.removed };
}

const tags = (counts) => Object.keys(SIGN).filter((each) => counts[each]).map((each) => el("span", { class: `tag ${each}`, title: `${counts[each]} ${each}`, text: `${SIGN[each]}${counts[each]}` }));

function number(counts) {
  const text = counts.before === counts.now ? `${counts.now}` : `${counts.before} → ${counts.now}`;
  return el("span", { class: "held", text, "aria-label": `${counts.before} before, ${counts.now} now` });
}

function rowNode(row) {
  const values = Object.entries(row.values).filter(([name]) => !SKIPPED.has(name) || name in row.was);
  return el("li", { class: `row ${row.state}` },
    row.state !== "same" && el("p", { class: "row-head" }, el("span", { class: `tag ${row.state}`, text: `${SIGN[row.state]} ${row.state}` })),
    el("dl", {}, values.filter(([name, value]) => name in row.was || (value !== null && value !== "")).map(([name, value]) => el("div", { class: name in row.was ? "was" : "" },
      el("dt", { text: name.replaceAll("_", " ") }),
      el("dd", {},
        name in row.was && [el("del", { text: shown(row.was[name]) }), " "],
        name in row.was ? el("ins", { text: shown(value) }) : el(row.state === "removed" ? "del" : "span", { text: shown(value) }))))));
}

// Folded as the visitor left it; otherwise open where something has changed.
function fold(key, open, summary, ...inside) {
  const node = el("details", { open: turned.get(`${whose} ${key}`) ?? open, data: { name: key } }, summary, ...inside);
  summary.addEventListener("click", () => turned.set(`${whose} ${key}`, !node.open));
  return node;
}

function placeNode(system, place) {
  const counts = counted(place.rows);
  const changed = counts.removed + counts.changed + counts.new > 0;
  const summary = el("summary", {}, el("span", { class: "table-name", text: place.label }), el("span", { class: "tags" }, tags(counts), number(counts)));
  return fold(`${system.name}/${place.name}`, changed && whose !== "all", summary, el("ul", {}, place.rows.map(rowNode)));
}

function systemNode(system) {
  const counts = counted(system.places.flatMap((place) => place.rows));
  const summary = el("summary", {}, el("span", { class: "system-name", text: system.label }), el("span", { class: "tags" }, tags(counts), number(counts)));
  return fold(system.name, whose === "changed", summary, el("div", { class: "places" }, system.places.map((place) => placeNode(system, place))));
}

function sum(items) {
  const counts = counted(items.flatMap((system) => system.places.flatMap((place) => place.rows)));
  const rows = (count) => `${count} ${count === 1 ? "row" : "rows"}`;
  const held = `${items.length} of ${systems.length} systems: ${rows(counts.before)} at the start, ${rows(counts.now)} now.`;
  const what = [counts.removed && `${counts.removed} removed`, counts.changed && `${counts.changed} changed`, counts.new && `${counts.new} new`].filter(Boolean);
  return `${held} ${what.length ? `Since the start: ${what.join(", ")}.` : "Nothing has been changed yet."}`;
}

function drawSystems() {
  const items = systems.map((system) => ({
    name: system.name, label: system.label,
    places: system.tables.map((place) => ({ ...place, rows: place.rows.filter(chosen) })).filter((place) => place.rows.length),
  })).filter((system) => system.places.length);
  $("data-sum").textContent = items.length ? sum(items) : whose === "changed" ? "Nothing has been changed yet." : "The company holds nothing about this address.";
  keyed($("systems"), items.map((each) => ({ ...each, whose })), (system) => system.name, systemNode);
  $("hands").hidden = !isPerson() || !items.length;
}

function drawWhose() {
  const known = new Map(state.enquiries.map((each) => [each.address.toLowerCase(), each.name]));
  for (const each of state.written) if (!known.has(each.address.toLowerCase())) known.set(each.address.toLowerCase(), each.name || each.address);
  const now = JSON.stringify([...known, whose]);
  const select = $("data-whose");
  if (select.stamp === now) return;
  select.stamp = now;
  select.replaceChildren(
    ...[...known].map(([address, name]) => el("option", { value: address, selected: address === whose, text: `everything about ${name}` })),
    el("option", { value: "changed", selected: whose === "changed", text: "what was changed" }),
    el("option", { value: "all", selected: whose === "all", text: "everybody, every row" }));
}

function choose(next) {
  whose = next;
  drawWhose();
  drawSystems();
}

// Whoever writes is looked at, unless the visitor chose somebody else.
export function look(address) {
  if (!byHand) choose(address.trim().toLowerCase());
}

async function refresh() {
  if (stamp === state.systems) return;
  stamp = state.systems;
  systems = (await (await fetch("/api/systems")).json()).systems;
  drawSystems();
}

function hear() {
  $("data-whose").addEventListener("change", (event) => {
    byHand = true;
    choose(event.target.value);
  });
  $("hands-do").addEventListener("click", async () => {
    const answer = await post("hands", { address: whose });
    toast(answer.error ?? "Done by hand. Now tell the bot so on the card.", answer.error ? "bad" : "");
    document.dispatchEvent(new Event("acted"));
  });
}

export function draw(next) {
  const first = state === null;
  state = next;
  if (first) {
    hear();
    whose = state.enquiries[0].address.toLowerCase();
  }
  drawWhose();
  refresh();
}
