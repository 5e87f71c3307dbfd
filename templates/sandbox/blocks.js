// Block Kit, drawn as Slack draws it. `ctx` has: name(userId), act(element, block, chosen), go(ts), form (in a modal), errors.

import { chart } from "./chart.js";
import { el } from "./dom.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", hourglass_flowing_sand: "⏳", hourglass: "⌛",
  lock: "🔒", unlock: "🔓", tada: "🎉", eyes: "👀", mag: "🔍", information_source: "ℹ️", bell: "🔔", email: "📧",
  envelope: "✉️", calendar: "📅", red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", wastebasket: "🗑️",
  rotating_light: "🚨", no_entry: "⛔", clipboard: "📋", package: "📦", bust_in_silhouette: "👤", robot_face: "🤖",
};
const entities = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const decoded = (text) => text.replace(/&(lt|gt|amp);/g, (entity) => entities[entity]);
const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);

function textNodes(text, emoji = true) {
  const nodes = [];
  decoded(emoji ? withEmoji(text) : text).split("\n").forEach((line, number) => {
    if (number) nodes.push(el("br"));
    if (line) nodes.push(document.createTextNode(line));
  });
  return nodes;
}

// The address of a message of this workspace leads to the message; there is no Slack to open it in.
function inside(url) {
  const found = /^https:\/\/sandbox\.slack\.example\/archives\/\w+\/p(\d+)(\d{6})$/.exec(url);
  return found ? `${found[1]}.${found[2]}` : null;
}

function link(url, label, ctx) {
  if (!/^(https?|mailto):/i.test(url)) return document.createTextNode(label);
  const ts = inside(url);
  if (ts && ctx.go) return el("button", { type: "button", class: "sk-link", text: label, onclick: () => ctx.go(ts) });
  return el("a", { href: url, target: "_blank", rel: "noreferrer noopener", text: label });
}

function token(inside, ctx) {
  const [head, label] = inside.split(/\|(.*)/s);
  if (head.startsWith("@")) return el("span", { class: "mention", text: `@${ctx.name(head.slice(1))}` });
  if (head.startsWith("#")) return el("span", { class: "mention", text: `#${label ?? head.slice(1)}` });
  if (head.startsWith("!date")) return document.createTextNode(decoded(label ?? ""));
  if (head.startsWith("!")) return el("span", { class: "mention loud", text: `@${head.slice(1).split("^")[0]}` });
  return link(decoded(head), decoded(label ?? head), ctx);
}

const MARKS = /<([^<>\n]+)>|```([\s\S]+?)```|`([^`\n]+)`|(?<![\p{L}\p{N}*])\*(\S(?:[^*\n]*[^\s*])?)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(\S(?:[^_\n]*[^\s_])?)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(\S(?:[^~\n]*[^\s~])?)~(?![\p{L}\p{N}~])/gu;

export function mrkdwn(text, ctx) {
  const nodes = [];
  let last = 0;
  for (const found of text.matchAll(MARKS)) {
    nodes.push(...textNodes(text.slice(last, found.index)));
    const [, tag, block, code, bold, italic, strike] = found;
    if (tag !== undefined) nodes.push(token(tag, ctx));
    else if (block !== undefined) nodes.push(el("pre", {}, textNodes(block, false)));
    else if (code !== undefined) nodes.push(el("code", {}, textNodes(code, false)));
    else if (bold !== undefined) nodes.push(el("strong", {}, mrkdwn(bold, ctx)));
    else if (italic !== undefined) nodes.push(el("em", {}, mrkdwn(italic, ctx)));
    else nodes.push(el("s", {}, mrkdwn(strike, ctx)));
    last = found.index + found[0].length;
  }
  nodes.push(...textNodes(text.slice(last)));
  return nodes;
}

export function textObject(object, ctx) {
  if (typeof object === "string") return textNodes(object);
  if (object.type === "plain_text") {
    const raw = object.emoji === false ? object.text : withEmoji(object.text);
    return raw.split("\n").flatMap((line, number) => (number ? [el("br"), line] : [line]));
  }
  return mrkdwn(object.text, ctx);
}

// --- elements ----------------------------------------------------------------------------------------------------

function button(element, block, ctx) {
  const focus = `${block.block_id}/${element.action_id}/${element.value ?? ""}`;
  const props = {
    class: `sk-btn ${element.style ?? ""}`,
    "aria-label": element.accessibility_label,
    data: { focus, action: element.action_id, value: element.value ?? "" },
  };
  const ts = element.url && inside(element.url);
  const press = (event) => ctx.act(element, block, undefined, event.currentTarget);
  // Slack opens the address and tells the app of the press.
  if (ts && ctx.go) return el("button", { ...props, type: "button", onclick: (event) => { press(event); ctx.go(ts); } }, textObject(element.text, ctx));
  if (element.url) return el("a", { ...props, href: element.url, target: "_blank", rel: "noreferrer" }, textObject(element.text, ctx));
  return el("button", { ...props, type: "button", onclick: press }, textObject(element.text, ctx));
}

const options = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
const plain = (object) => object?.text ?? "";

function select(element, block, ctx, label) {
  const several = element.type.startsWith("multi_");
  const chosen = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map((each) => each.value);
  const node = el(
    "select",
    { class: "sk-field", name: element.action_id, multiple: several, "aria-label": label ?? (plain(element.placeholder) || "Choose") },
    !several && el("option", { value: "", text: plain(element.placeholder) || "Choose an option" }),
    options(element).map((each) => el("option", { value: each.value, selected: chosen.includes(each.value), text: plain(each.text) })),
  );
  if (!ctx.form) {
    node.addEventListener("change", () => node.value && ctx.act(element, block, several ? [...node.selectedOptions].map((each) => each.value) : node.value, node));
  }
  node.dataset.kind = element.type;
  return node;
}

function choices(element, block, ctx) {
  const many = element.type === "checkboxes";
  const first = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map((each) => each.value);
  const box = el("div", { class: "sk-choices", data: { kind: element.type, name: element.action_id } });
  for (const each of element.options) {
    const input = el("input", { type: many ? "checkbox" : "radio", name: element.action_id, value: each.value, checked: first.includes(each.value) });
    if (!ctx.form) {
      input.addEventListener("change", () => {
        const marked = [...box.querySelectorAll("input:checked")].map((one) => one.value);
        ctx.act(element, block, many ? marked : marked[0], input);
      });
    }
    box.append(el("label", {}, input, el("span", {}, textObject(each.text, ctx), each.description && el("small", {}, textObject(each.description, ctx)))));
  }
  return box;
}

const INPUTS = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number", datepicker: "date", timepicker: "time" };

function field(element, block, ctx, label) {
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  const props = {
    class: "sk-field", name: element.action_id, placeholder: plain(element.placeholder) || undefined,
    maxlength: element.max_length, minlength: element.min_length, "aria-label": label, data: { kind: element.type },
  };
  const node = element.multiline
    ? el("textarea", { ...props, rows: 4 })
    : el("input", { ...props, type: INPUTS[element.type], min: element.min_value, max: element.max_value });
  node.value = initial;
  if (!ctx.form) node.addEventListener("change", () => ctx.act(element, block, node.value, node));
  return node;
}

function userSelect(element, block, ctx, label) {
  const node = el("select", { class: "sk-field", name: element.action_id, "aria-label": label ?? "Choose a person", data: { kind: element.type } },
    el("option", { value: "", text: plain(element.placeholder) || "Choose a person" }),
    ctx.people.map((each) => el("option", { value: each.id, selected: each.id === element.initial_user, text: each.name })));
  if (!ctx.form) node.addEventListener("change", () => node.value && ctx.act(element, block, node.value, node));
  return node;
}

function overflow(element, block, ctx) {
  const node = el("select", { class: "sk-field sk-more", "aria-label": "More" }, el("option", { value: "", text: "⋯" }),
    element.options.map((each) => el("option", { value: each.value, text: plain(each.text) })));
  node.addEventListener("change", () => node.value && ctx.act(element, block, node.value, node));
  return node;
}

function element(one, block, ctx, label) {
  if (one.type === "button") return button(one, block, ctx);
  if (one.type === "overflow") return overflow(one, block, ctx);
  if (one.type === "image") return picture(one);
  if (one.type === "users_select") return userSelect(one, block, ctx, label);
  if (one.type === "checkboxes" || one.type === "radio_buttons") return choices(one, block, ctx);
  if (one.type.endsWith("_select")) return select(one, block, ctx, label);
  if (one.type in INPUTS) return field(one, block, ctx, label);
  return el("span", { class: "sk-unknown", text: `(${one.type})` });
}

// No remote picture is loaded: its words stand for it.
const picture = (one) => el("span", { class: "sk-picture", role: "img", "aria-label": one.alt_text, text: one.alt_text });

// --- rich text ---------------------------------------------------------------------------------------------------

function leaf(one, ctx) {
  let node;
  if (one.type === "link") node = link(one.url, one.text ?? one.url, ctx);
  else if (one.type === "user") node = el("span", { class: "mention", text: `@${ctx.name(one.user_id)}` });
  else if (one.type === "emoji") node = document.createTextNode(EMOJI[one.name] ?? `:${one.name}:`);
  else if (one.type === "date") node = document.createTextNode(one.fallback ?? new Date(one.timestamp * 1000).toUTCString());
  else node = el("span", { class: "sk-run" }, (one.text ?? "").split("\n").flatMap((line, number) => (number ? [el("br"), line] : [line])));
  const style = one.style ?? {};
  if (style.code) node = el("code", {}, node);
  if (style.strike) node = el("s", {}, node);
  if (style.italic) node = el("em", {}, node);
  if (style.bold) node = el("strong", {}, node);
  return node;
}

const leaves = (elements, ctx) => elements.map((one) => leaf(one, ctx));

function rich(block, ctx) {
  return el("div", { class: "sk-rich" }, block.elements.map((part) => {
    if (part.type === "rich_text_list") {
      return el(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}`, start: part.offset ? part.offset + 1 : undefined },
        part.elements.map((item) => el("li", {}, leaves(item.elements, ctx))));
    }
    const tag = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" }[part.type] ?? "p";
    return el(tag, {}, leaves(part.elements, ctx));
  }));
}

// --- blocks ------------------------------------------------------------------------------------------------------

const STATUS = { pending: ["○", "waiting"], in_progress: ["◐", "at work"], complete: ["✓", "done"], error: ["!", "failed"] };

function task(one, ctx) {
  const [sign, word] = STATUS[one.status ?? "pending"];
  return el("li", { class: `sk-task ${one.status ?? "pending"}` },
    el("span", { class: "sk-task-sign", "aria-hidden": "true", text: sign }),
    el("div", {}, el("span", { class: "sk-task-title", text: one.title }), el("span", { class: "visually-hidden", text: ` (${word})` }),
      one.details && rich(one.details, ctx), one.output && rich(one.output, ctx)));
}

function input(block, ctx) {
  const error = ctx.errors?.[block.block_id];
  const label = plain(block.label);
  const body = element(block.element, block, ctx, label);
  if (error) body.setAttribute("aria-invalid", "true");
  body.required = !block.optional && body.tagName !== "DIV";
  return el("div", { class: "sk-input" },
    el("div", { class: "sk-label", "aria-hidden": "true" }, label, block.optional && el("span", { text: " (optional)" })),
    body,
    error && el("p", { class: "sk-error", role: "alert", text: error }),
    block.hint && el("p", { class: "sk-hint" }, textObject(block.hint, ctx)));
}

const DRAW = {
  header: (block, ctx) => el("h3", { class: "sk-header" }, textObject(block.text, ctx)),
  divider: () => el("hr", { class: "sk-divider" }),
  section: (block, ctx) => el("div", { class: `sk-section ${block.accessory ? "with-accessory" : ""}` },
    el("div", { class: "sk-section-main" },
      block.text && el("div", { class: "sk-text" }, textObject(block.text, ctx)),
      block.fields && el("div", { class: "sk-fields" }, block.fields.map((one) => el("div", {}, textObject(one, ctx))))),
    block.accessory && el("div", { class: "sk-accessory" }, element(block.accessory, block, ctx))),
  context: (block, ctx) => el("div", { class: "sk-context" },
    block.elements.map((one) => (one.type === "image" ? picture(one) : el("span", {}, textObject(one, ctx))))),
  actions: (block, ctx) => el("div", { class: "sk-actions" }, block.elements.map((one) => element(one, block, ctx))),
  input,
  image: (block) => el("div", { class: "sk-image" }, picture(block)),
  markdown: (block, ctx) => el("div", { class: "sk-text" }, mrkdwn(block.text.replace(/\*\*(.+?)\*\*/g, "*$1*"), ctx)),
  rich_text: rich,
  plan: (block, ctx) => el("div", { class: "sk-plan" }, el("div", { class: "sk-plan-title" }, textObject(block.title, ctx)), el("ul", {}, (block.tasks ?? []).map((one) => task(one, ctx)))),
  task_card: (block, ctx) => el("ul", { class: "sk-plan" }, task(block, ctx)),
  alert: (block, ctx) => el("div", { class: `sk-alert ${block.level ?? "default"}` }, textObject(block.text, ctx)),
  data_visualization: chart,
  table: (block, ctx) => el("div", { class: "sk-table", tabindex: 0 }, el("table", {}, el("tbody", {}, block.rows.map((row, number) => el("tr", {}, row.map((cell) => el(number ? "td" : "th", number ? {} : { scope: "col" }, cell.type === "raw_text" ? cell.text : rich(cell, ctx)))))))),
};

export function drawBlocks(blocks, ctx) {
  return blocks.map((block) => (DRAW[block.type] ? DRAW[block.type](block, ctx) : el("div", { class: "sk-unknown", text: `(${block.type})` })));
}

// What a form of a modal holds, by action id.
export function formValues(view, root) {
  const values = {};
  for (const block of view.blocks) {
    const one = block.element;
    if (block.type !== "input" || !one) continue;
    if (one.type === "checkboxes" || one.type === "radio_buttons") {
      const marked = [...root.querySelectorAll(`[data-name="${CSS.escape(one.action_id)}"] input:checked`)].map((each) => each.value);
      values[one.action_id] = one.type === "checkboxes" ? marked : (marked[0] ?? null);
      continue;
    }
    const node = root.querySelector(`[name="${CSS.escape(one.action_id)}"]`);
    if (!node) continue;
    values[one.action_id] = node.multiple ? [...node.selectedOptions].map((each) => each.value) : node.value || null;
  }
  return values;
}
