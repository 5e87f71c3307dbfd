// Small words the page is made of. Foreign text becomes text nodes and nothing else.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const $ = (id) => document.getElementById(id);

// The node for `key` is drawn again only when its content changed: focus, hover and scroll stay where they were.
export function keyed(parent, items, keyOf, draw) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let at = parent.firstChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const stamp = JSON.stringify(item);
    let node = old.get(key);
    if (!node || node.stamp !== stamp) {
      const fresh = draw(item);
      fresh.dataset.key = key;
      fresh.stamp = stamp;
      if (node) {
        const focused = node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
        if (at === node) at = fresh;
        node.replaceWith(fresh);
        if (focused) [...fresh.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === focused)?.focus();
      }
      node = fresh;
    }
    old.delete(key);
    if (node !== at) parent.insertBefore(node, at);
    else at = at.nextSibling;
  }
  for (const node of old.values()) node.remove();
}

export async function post(act, body) {
  let answer;
  try {
    const response = await fetch(`/api/${act}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    answer = await response.json();
  } catch {
    answer = { error: "The sandbox does not answer. Is it still running?" };
  }
  return answer;
}

export function toast(text, kind = "plain") {
  const note = el("div", { class: `toast ${kind}` }, el("span", { text }));
  note.append(el("button", { type: "button", "aria-label": "Dismiss", onclick: () => note.remove() }, "×"));
  $("toasts").append(note);
  setTimeout(() => note.remove(), kind === "bad" ? 12000 : 5000);
}

const zone = "Europe/Zurich";
const part = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
const timeOnly = part({ hour: "2-digit", minute: "2-digit" });
const dayOnly = part({ weekday: "short", day: "numeric", month: "short" });
const dateOnly = part({ day: "numeric", month: "short" });
const full = part({ weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const dayKey = part({ year: "numeric", month: "2-digit", day: "2-digit" });

export const asTime = (moment) => timeOnly.format(moment);
export const asDay = (moment) => dayOnly.format(moment);
export const asFull = (moment) => full.format(moment);
export const sameDay = (one, other) => dayKey.format(one) === dayKey.format(other);
export const shortly = (moment, now) => (sameDay(moment, now) ? asTime(moment) : `${dateOnly.format(moment)}, ${asTime(moment)}`);

export function initials(name) {
  const words = name.trim().split(/\s+/);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}
