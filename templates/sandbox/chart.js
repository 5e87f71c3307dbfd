// Slack's chart block, drawn as Slack draws it: bars, lines, areas or a pie, with a legend below. What a chart shows, the
// bot says in words beside it; here its label says the same, for whoever does not see it.

import { el } from "./dom.js";

const NS = "http://www.w3.org/2000/svg";
const WIDTH = 560;
const HEIGHT = 220;
const LEFT = 34;
const BOTTOM = 26;
const TOP = 10;

function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const words = (names, value) => names.map((name) => `${name} ${value(name)}`).join(", ");

function said(block) {
  const { chart } = block;
  const parts = chart.type === "pie"
    ? [words(chart.segments.map((each) => each.label), (label) => chart.segments.find((each) => each.label === label).value)]
    : chart.series.map((each) => `${each.name}: ${each.data.map((point) => `${point.label} ${point.value}`).join(", ")}`);
  return `${block.title}. ${parts.join(". ")}`;
}

// The steps behind the bars: whole numbers, at most five.
function steps(most) {
  const rough = Math.max(most, 1) / 4;
  const size = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000].find((each) => each >= rough) ?? Math.ceil(rough);
  return Array.from({ length: Math.ceil(Math.max(most, 1) / size) + 1 }, (_, number) => number * size);
}

function axes(chart) {
  const most = Math.max(0, ...chart.series.flatMap((each) => each.data.map((point) => point.value)));
  const ticks = steps(most);
  const high = HEIGHT - BOTTOM - TOP;
  const y = (value) => TOP + high - (value / ticks.at(-1)) * high;
  const labels = chart.axis_config.categories;
  const band = (WIDTH - LEFT) / labels.length;
  const nodes = ticks.flatMap((tick) => [
    svg("line", { class: "sk-grid", x1: LEFT, x2: WIDTH, y1: y(tick), y2: y(tick) }),
    svg("text", { class: "sk-tick", x: LEFT - 8, y: y(tick) + 4, "text-anchor": "end" }, String(tick)),
  ]);
  labels.forEach((label, number) => nodes.push(svg("text", { class: (labels.length - 1 - number) % 2 && labels.length > 5 ? "sk-tick sk-spare" : "sk-tick", x: LEFT + band * (number + 0.5), y: HEIGHT - 6, "text-anchor": "middle" }, label)));
  return { nodes, y, band };
}

function bars(chart, { y, band }) {
  const wide = Math.min(18, (band * 0.76) / chart.series.length);
  return chart.series.flatMap((each, row) => each.data.map((point, number) => {
    const x = LEFT + band * (number + 0.5) + wide * (row - chart.series.length / 2);
    return svg("rect", { class: `sk-series-${row}`, x: x + 1, y: y(point.value), width: wide - 2, height: y(0) - y(point.value), rx: 2 }, svg("title", {}, `${point.label}: ${point.value} ${each.name}`));
  }));
}

function lines(chart, { y, band }) {
  return chart.series.flatMap((each, row) => {
    const points = each.data.map((point, number) => `${LEFT + band * (number + 0.5)},${y(point.value)}`);
    const ends = [`${LEFT + band * (each.data.length - 0.5)},${y(0)}`, `${LEFT + band * 0.5},${y(0)}`];
    const area = chart.type === "area" ? [svg("polygon", { class: `sk-series-${row} sk-area`, points: [...points, ...ends].join(" ") })] : [];
    return [...area, svg("polyline", { class: `sk-line-${row}`, points: points.join(" ") })];
  });
}

function pie(chart) {
  const all = chart.segments.reduce((sum, each) => sum + each.value, 0);
  const round = 2 * Math.PI * 50;
  let before = 0;
  return chart.segments.map((each, row) => {
    const part = (each.value / all) * round;
    const node = svg("circle", { class: `sk-slice sk-line-${row}`, cx: WIDTH / 2, cy: HEIGHT / 2, r: 50, "stroke-dasharray": `${part} ${round - part}`, "stroke-dashoffset": -before });
    before += part;
    return node;
  });
}

export function chart(block) {
  const one = block.chart;
  const drawn = one.type === "pie" ? pie(one) : (() => {
    const place = axes(one);
    return [...place.nodes, ...(one.type === "bar" ? bars(one, place) : lines(one, place))];
  })();
  const names = (one.segments ?? one.series).map((each) => each.label ?? each.name);
  return el("figure", { class: "sk-chart" },
    el("figcaption", { text: block.title }),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said(block) }, ...drawn),
    el("ul", { class: "sk-legend", "aria-hidden": "true" }, names.map((name, row) => el("li", {}, el("i", { class: `sk-key-${row}` }), name))));
}
