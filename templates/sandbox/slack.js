// The Slack window: who clicks, the channel, ephemerals, the App Home, modals and confirmation dialogs.

import { $, asDay, asTime, el, initials, keyed, post, sameDay, toast } from "./dom.js";
import { drawBlocks, formValues, textObject } from "./blocks.js";

let state = null;
let user = localStorage.getItem("sandbox-user");
let tab = "messages";
const dismissed = new Set();
const read = new Map(); // user -> how many of their direct messages they have seen
let known = null; // every message drawn so far
const nodes = {};

const person = (id) => state.people.find((each) => each.id === id);
const firstName = (name) => name.split(" ")[0];
const words = (roles) => (roles.length ? roles.join(" + ") : "no role");

function context(extra = {}) {
  return {
    people: state.people,
    name: (id) => person(id)?.name ?? (id === state.bot ? "Subjectline" : id),
    go,
    ...extra,
  };
}

async function told(promise, node) {
  if (node) node.setAttribute("aria-busy", "true");
  const answer = await promise;
  if (node) node.removeAttribute("aria-busy");
  if (answer.error) toast(answer.error, "bad");
  else if (answer.failure) {
    toast(`Slack shows ${firstName(person(user).name)} an error: the bot did not answer (${answer.failure}).`, "bad");
  }
  document.dispatchEvent(new Event("acted"));
  return answer;
}

// --- acts

function ask(dialog) {
  const box = $("sk-confirm");
  return new Promise((resolve) => {
    const close = (yes) => {
      box.close();
      resolve(yes);
    };
    box.oncancel = (event) => {
      event.preventDefault();
      close(false);
    };
    box.replaceChildren(
      el("header", {}, el("h2", { id: "sk-confirm-title" }, textObject(dialog.title, context()))),
      el("div", { class: "sk-modal-body" }, el("p", {}, textObject(dialog.text, context()))),
      el("footer", {},
        el("button", { type: "button", class: "sk-btn", onclick: () => close(false) }, textObject(dialog.deny, context())),
        el("button", { type: "button", class: `sk-btn ${dialog.style ?? "primary"}`, data: { confirm: "yes" }, onclick: () => close(true) }, textObject(dialog.confirm, context()))));
    box.showModal();
  });
}

async function press(where, element, chosen, node) {
  if (element.confirm && !(await ask(element.confirm))) return;
  await told(post("click", { user, ...where, action: element.action_id, value: element.value, chosen }), node);
}

// --- drawing

const SIGNS = {
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
};

function sign(which) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "sk-sign");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SIGNS[which]);
  svg.append(path);
  return svg;
}

const avatar = (id, name) => el("span", { class: "avatar", "aria-hidden": "true", data: { of: id === state.bot ? "bot" : id.slice(-3) }, text: id === state.bot ? "S" : initials(name) });

const EARLIER = 2; // replies of a thread that stand open, counted from the newest; and whatever asks for something
const asks = (one) => one.blocks?.some((block) => block.elements?.some((each) => each.style === "primary"));

function thread(replies) {
  const drawn = (some) => el("ol", { class: "sk-thread", "aria-label": "Thread" }, some.map((each) => message({ message: each, replies: [] })));
  const open = new Set([...replies.filter(asks), ...replies.slice(-EARLIER)]);
  const before = replies.filter((one) => !open.has(one));
  return [
    before.length > 0 && el("details", { class: "sk-earlier" }, el("summary", { text: `${before.length} earlier ${before.length === 1 ? "reply" : "replies"}` }), drawn(before)),
    drawn(replies.filter((one) => open.has(one))),
  ];
}

function message(item) {
  const { message: one, note, replies, broadcast } = item;
  const name = one.bot_id || note ? "Subjectline" : context().name(one.user);
  const ctx = context({ act: (element, block, chosen, node) => press({ ts: one.ts }, element, chosen, node) });
  const at = new Date(Number(one.ts) * 1000);
  return el("li", { class: `sk-message ${note ? "note" : ""}`, data: { ts: one.ts } },
    avatar(state.bot, name),
    el("div", { class: "sk-message-body" },
      note && el("p", { class: "sk-only-you" }, sign("eye"), "Only visible to you"),
      broadcast && el("p", { class: "sk-only-you" }, "replied to a thread: ", el("button", { type: "button", class: "sk-link", text: broadcast, onclick: () => go(one.thread_ts) })),
      el("p", { class: "sk-message-head" },
        el("strong", { text: name }), (one.bot_id || note) && el("span", { class: "app", text: "APP" }), el("time", { datetime: at.toISOString(), text: asTime(at) }),
        one.edited && !note && el("span", { class: "edited", text: "(edited)" })),
      one.blocks?.length ? drawBlocks(one.blocks, ctx) : el("div", { class: "sk-text" }, textObject({ type: "mrkdwn", text: one.text }, ctx)),
      replies.length > 0 && thread(replies),
      // Slack has it in the menu of every message; here where it is of use.
      !one.bot_id && !note && el("button", { type: "button", class: "sk-link", title: "Slack: More actions of a message", onclick: (event) => told(post("shortcut", { user, ts: one.ts }), event.currentTarget) }, "⋮ Data-protection ticket"),
      note && el("button", { type: "button", class: "sk-dismiss", onclick: () => { dismissed.add(one.ts); draw(state); } }, "Dismiss message")));
}

const inThread = (one) => one.thread_ts && one.thread_ts !== one.ts;
const titleOf = (one) => one?.blocks?.find((block) => block.type === "header")?.text.text ?? one?.text ?? "…";

function dated(items) {
  const rows = [];
  let last = null;
  for (const item of items) {
    const at = new Date(Number(item.message.ts) * 1000);
    if (!last || !sameDay(last, at)) rows.push({ day: asDay(at), key: `day-${asDay(at)}` });
    rows.push({ ...item, key: `${item.note ? "note" : "message"}-${item.message.ts}` });
    last = at;
  }
  return rows;
}

// A reply that was sent to the channel, too, stands in both places.
function timeline() {
  const items = state.messages.filter((each) => !inThread(each)).map((one) => ({ message: one, replies: state.messages.filter((each) => each.thread_ts === one.ts && inThread(each)), user }));
  for (const one of state.messages) {
    if (inThread(one) && one.subtype === "thread_broadcast") items.push({ message: one, replies: [], user, broadcast: titleOf(state.messages.find((each) => each.ts === one.thread_ts)) });
  }
  for (const note of state.ephemerals) {
    if (note.user === user && note.channel === state.channel.id && !dismissed.has(note.ts)) items.push({ message: note, note: true, replies: [], user });
  }
  return dated(items.sort((one, other) => Number(one.message.ts) - Number(other.message.ts)));
}

function fill(list, rows) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const before = list.childElementCount;
  keyed(list, rows, (row) => row.key, (row) => (row.day ? el("li", { class: "sk-day" }, el("span", { text: row.day })) : message(row)));
  if (atEnd || list.childElementCount > before) list.scrollTop = list.scrollHeight;
}

function drawMessages() {
  fill(nodes.list, timeline());
  nodes.empty.hidden = nodes.list.childElementCount > 0;
}

const directs = (id) => state.directs[id] ?? [];
const unread = (id) => directs(id).length - (read.get(id) ?? 0);

function drawDirects() {
  if (tab === "directs") read.set(user, directs(user).length);
  fill(nodes.directs, dated(directs(user).map((one) => ({ message: one, replies: [], user }))));
  nodes.noDirects.hidden = directs(user).length > 0;
  nodes.noDirects.textContent = `Nothing for ${firstName(person(user).name)} yet. Whoever takes an enquiry is reminded of it here: move the clock on.`;
  nodes.unread.textContent = unread(user) || "";
}

// What has come since the last drawing is shown for a moment, and told where it cannot be seen.
function tellNews() {
  const now = new Map([...state.messages.map((one) => [one.ts, null]), ...Object.entries(state.directs).flatMap(([id, all]) => all.map((one) => [one.ts, { id, one }]))]);
  const fresh = known ? [...now].filter(([ts]) => !known.has(ts)) : [];
  known = now;
  for (const [ts, direct] of fresh) {
    const drawn = nodes.messages.parentElement.querySelectorAll(`[data-ts="${CSS.escape(ts)}"]`);
    for (const node of drawn) node.classList.add("fresh");
    if (!direct) [...drawn].at(-1)?.scrollIntoView({ block: "nearest" });
    if (direct && !(tab === "directs" && direct.id === user) && person(direct.id)) toast(`${person(direct.id).name} gets a direct message: ${direct.one.text}`);
  }
}

function drawHome() {
  const view = state.homes[user];
  const ctx = context({ act: (element, block, chosen, node) => press({ view: true }, element, chosen, node) });
  const stamp = JSON.stringify([view, user]);
  if (nodes.home.stamp === stamp) return;
  nodes.home.stamp = stamp;
  nodes.home.replaceChildren(...(view ? drawBlocks(view.blocks, ctx) : [el("p", { class: "empty", text: "The bot has not filled this page for this person yet." })]));
}

function drawPeople() {
  const stamp = JSON.stringify([state.people, user, state.people.map((each) => unread(each.id))]);
  if (nodes.people.stamp === stamp) return;
  nodes.people.stamp = stamp;
  const focused = document.activeElement?.name === "sk-user";
  nodes.people.replaceChildren(...state.people.map((each) => el("label", { class: each.id === user ? "on" : "", title: each.name },
    el("input", { type: "radio", name: "sk-user", value: each.id, checked: each.id === user, onchange: () => choose(each.id) }),
    avatar(each.id, each.name),
    el("span", { class: "who" }, el("b", { text: firstName(each.name) }), el("small", { text: words(each.roles) })),
    unread(each.id) > 0 && el("span", { class: "sk-badge" }, String(unread(each.id)), el("span", { class: "visually-hidden", text: " new direct messages" })))));
  if (focused) nodes.people.querySelector("input:checked")?.focus();
}

function choose(id) {
  user = id;
  localStorage.setItem("sandbox-user", id);
  draw(state);
  if (tab === "home") openHome();
}

// --- modals

function drawModal() {
  const box = $("sk-modal");
  const stack = state.modals[user] ?? [];
  const view = stack.at(-1);
  if (!view) {
    if (box.open) box.close();
    box.stamp = null;
    return;
  }
  const { state: _, ...shown } = view;
  const stamp = JSON.stringify([shown, user]);
  if (box.stamp === stamp && box.open) return;
  const kept = box.view === view.id ? formValues(view, box) : {};
  box.stamp = stamp;
  box.view = view.id;
  const ctx = context({ form: true, errors: view.errors, act: (element, block, chosen, node) => press({ view: true }, element, chosen, node) });
  const close = () => told(post("dismiss", { user }));
  const form = el("form", { novalidate: false },
    el("header", {},
      el("span", { class: "avatar small", "aria-hidden": "true", data: { of: "bot" }, text: "S" }),
      el("h2", { id: "sk-modal-title" }, textObject(view.title, ctx)),
      el("button", { type: "button", class: "sk-x", "aria-label": "Close", onclick: close }, "×")),
    el("div", { class: "sk-modal-body", tabindex: 0 }, drawBlocks(view.blocks, ctx)),
    (view.close || view.submit) && el("footer", {},
      el("button", { type: "button", class: "sk-btn", onclick: close }, view.close ? textObject(view.close, ctx) : "Cancel"),
      view.submit && el("button", { type: "submit", class: "sk-btn primary" }, textObject(view.submit, ctx))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    told(post("submit", { user, view: view.id, values: formValues(view, form) }), form.querySelector("[type=submit]"));
  });
  for (const [name, value] of Object.entries(kept)) {
    const node = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (node && typeof value === "string" && node.type !== "radio") node.value = value;
  }
  box.oncancel = (event) => {
    event.preventDefault();
    close();
  };
  box.replaceChildren(form);
  if (!box.open) box.showModal();
}

// --- the window

function openHome() {
  told(post("home", { user }));
}

function show(which) {
  tab = which;
  for (const [name, button] of Object.entries(nodes.tabs)) button.setAttribute("aria-pressed", String(name === which));
  nodes.messages.hidden = which !== "messages";
  nodes.private.hidden = which !== "directs";
  nodes.home.hidden = which !== "home";
  if (which === "home") openHome();
  if (which === "directs") {
    draw(state);
    nodes.directs.scrollTop = nodes.directs.scrollHeight;
  }
}

// To a message of the channel, wherever the way there was shown.
function go(ts) {
  show("messages");
  const node = nodes.list.querySelector(`:scope > [data-ts="${CSS.escape(ts)}"]`);
  if (!node) return;
  node.scrollIntoView({ block: "start" });
  node.classList.remove("fresh");
  requestAnimationFrame(() => node.classList.add("fresh"));
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

function build() {
  nodes.people = el("div", { class: "sk-people", role: "radiogroup", "aria-label": "You click as" });
  nodes.channel = el("span");
  nodes.list = el("ol", { class: "sk-list", "aria-label": "Messages", tabindex: 0 });
  nodes.empty = el("p", { class: "empty sk-empty", text: "No card yet. Send one of the mails on the left: its card appears here." });
  nodes.home = el("div", { class: "sk-home", hidden: true, tabindex: 0, "aria-label": "App Home" });
  nodes.directs = el("ol", { class: "sk-list", "aria-label": "Direct messages", tabindex: 0 });
  nodes.noDirects = el("p", { class: "empty sk-empty" });
  nodes.private = el("div", { class: "sk-messages", hidden: true }, nodes.noDirects, nodes.directs);
  nodes.unread = el("span", { class: "sk-badge" });
  nodes.tabs = {
    messages: el("button", { type: "button", "aria-pressed": "true", onclick: () => show("messages") }, sign("lock"), nodes.channel),
    directs: el("button", { type: "button", "aria-pressed": "false", onclick: () => show("directs") }, "Direct messages", nodes.unread),
    home: el("button", { type: "button", "aria-pressed": "false", onclick: () => show("home") }, "App Home"),
  };
  const line = el("input", { name: "text", autocomplete: "off", "aria-label": "Slash command", value: "/dpe help", maxlength: 500 });
  const composer = el("form", { class: "sk-composer" }, line, el("button", { type: "submit", class: "sk-send", "aria-label": "Send the command" }, "➤"));
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    if (line.value.trim()) told(post("command", { user, text: line.value }), composer.querySelector("button"));
  });
  nodes.messages = el("div", { class: "sk-messages" }, nodes.empty, nodes.list, composer);
  $("sk").replaceChildren(
    el("div", { class: "sk-top" }, el("span", { class: "sk-as", text: "You click as" }), nodes.people),
    el("div", { class: "sk-bar" }, nodes.tabs.messages, nodes.tabs.directs, nodes.tabs.home, el("span", { class: "sk-members" })),
    nodes.messages, nodes.private, nodes.home);
}

export function draw(next) {
  if (!nodes.people) build();
  state = next;
  if (!person(user)) user = state.people[0].id;
  nodes.channel.textContent = state.channel.name;
  $("sk").querySelector(".sk-members").textContent = `${state.channel.members} members`;
  $("connected").textContent = state.connected ? "bot connected" : "bot not connected";
  $("connected").className = `link-state ${state.connected ? "up" : "down"}`;
  drawMessages();
  drawDirects();
  drawPeople();
  drawHome();
  drawModal();
  tellNews();
}
