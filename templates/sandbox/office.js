// Left and right of Slack: the people who write and their letters; the bot's record.

import { $, asFull, el, initials, keyed, post, shortly, toast } from "./dom.js";
import { look } from "./systems.js";

let state = null;
let now = new Date();

const COMPANY = "Klangfinger Audio";

async function told(promise, done) {
  const answer = await promise;
  if (answer.error) toast(answer.error, "bad");
  else if (done) toast(done);
  document.dispatchEvent(new Event("acted"));
  return answer;
}

// --- the people who write

function fill(enquiry) {
  const form = $("enquiry");
  for (const name of ["name", "address", "subject", "text"]) form.elements[name].value = enquiry[name] ?? "";
  summarise();
  if (!enquiry.text) {
    $("letter-details").open = true;
    form.elements.address.focus();
  }
  for (const node of $("prepared").querySelectorAll("button")) node.setAttribute("aria-pressed", String(node.dataset.title === (enquiry.title ?? "")));
}

function summarise() {
  const { name, address, subject } = $("enquiry").elements;
  $("letter-from").textContent = name.value || address.value || "Nobody yet";
  $("letter-subject").textContent = [name.value && address.value, subject.value].filter(Boolean).join(" · ");
}

function drawPrepared() {
  if ($("prepared").childElementCount) return;
  const own = { title: "Your own words", about: "Any sender, any subject, any text.", name: "", address: "", subject: "Data Protection Enquiry", text: "" };
  for (const each of [...state.enquiries, own]) {
    $("prepared").append(el("li", {}, el("button", { type: "button", data: { title: each.title }, "aria-pressed": "false", onclick: () => fill(each) },
      el("b", { text: each.title }), el("span", { text: each.about }))));
  }
  fill(state.enquiries[0]);
}

function hear() {
  $("enquiry").addEventListener("input", summarise);
  // What is required must be visible to be asked for.
  $("enquiry").addEventListener("invalid", () => ($("letter-details").open = true), true);
  $("enquiry").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const body = Object.fromEntries(new FormData(form));
    const answer = await told(post("enquiry", body), `The mail of ${body.name || body.address} is in the company’s mailbox.`);
    if (!answer.error) look(body.address);
  });
  const tabs = [$("tab-data"), $("tab-record")];
  tabs.forEach((tab, number) => {
    const select = () => tabs.forEach((each) => {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
      $(each.getAttribute("aria-controls")).hidden = each !== tab;
    });
    tab.addEventListener("click", select);
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const other = tabs[1 - number];
      other.focus();
      other.click();
    });
  });
}

// A reference stays on one line.
const withRefs = (text) => text.split(/(DPE-\d{4}-\d+)/).map((part, number) => (number % 2 ? el("span", { class: "ref", text: part }) : part));

const groupedCode = (code) => `${code.slice(0, 4)} ${code.slice(4)}`;

function answerWith(letter, text, done) {
  return told(post("reply", { letter: letter.number, text }), done);
}

function drawInbox() {
  const letters = [...state.letters].reverse();
  const answered = new Set(state.written.filter((each) => each.subject.startsWith("Re: ")).map((each) => `${each.address}|${each.subject}`));
  $("inbox-empty").hidden = letters.length > 0;
  $("inbox-count").textContent = letters.length || "";
  const wants = (each) => (each.code || each.to === state.distributor) && !answered.has(`${each.to}|Re: ${each.subject}`);
  const items = letters.map((each) => ({ ...each, when: shortly(new Date(each.at), now), answered: answered.has(`${each.to}|Re: ${each.subject}`) }));
  keyed($("inbox"), items, (each) => each.number, (each) => el("li", { class: wants(each) ? "wants" : "" },
    el("button", { type: "button", class: "mail", data: { focus: `mail-${each.number}` }, onclick: () => read(each) },
      el("span", { class: "mail-head" }, el("span", { class: "mail-to", text: each.to }), el("time", { datetime: each.at, text: each.when })),
      el("span", { class: "mail-subject" }, withRefs(each.subject)),
      el("span", { class: "mail-text", text: each.text.replace(/\s+/g, " ").slice(0, 150) })),
    each.to === state.distributor && (each.answered
      ? el("p", { class: "done", text: "✓ done there, and answered" })
      : el("button", { type: "button", class: "quick", onclick: () => told(post("answer", { letter: each.number }), "The distributor has done it and says so by mail.") }, "They do it, and reply “erledigt”")),
    each.code && (each.answered
      ? el("p", { class: "done", text: "✓ answered" })
      : el("button", { type: "button", class: "quick", onclick: () => answerWith(each, `My code is ${groupedCode(each.code)}.`, "The code is on its way back.") }, `Reply with the code ${groupedCode(each.code)}`))));
}

function read(letter) {
  const box = $("reader");
  const frame = el("iframe", { src: `/letter/${letter.number}`, title: `Letter: ${letter.subject}`, sandbox: "allow-same-origin allow-popups allow-popups-to-escape-sandbox" });
  frame.addEventListener("load", () => {
    const root = frame.contentDocument?.documentElement;
    if (root) frame.style.height = `${Math.max(200, root.scrollHeight)}px`;
  });
  const text = el("textarea", { name: "text", rows: 3, required: true, "aria-label": "Your reply", placeholder: `Reply as ${letter.to}` });
  if (letter.code) text.value = `My code is ${groupedCode(letter.code)}.`;
  const form = el("form", { class: "reply" }, text, el("button", { type: "submit", class: "primary" }, "Send reply"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await answerWith(letter, text.value, "The reply is in the company’s mailbox.");
    if (!answer.error) box.close();
  });
  box.replaceChildren(
    el("header", {},
      el("span", { class: "avatar", data: { of: "bot" }, "aria-hidden": "true", text: initials(COMPANY) }),
      el("div", {}, el("h2", { id: "reader-subject", text: letter.subject }),
        el("p", {}, `From ${COMPANY} to ${letter.to} · `, el("time", { datetime: letter.at, text: asFull(new Date(letter.at)) }))),
      el("button", { type: "button", class: "sk-x", "aria-label": "Close the letter", onclick: () => box.close() }, "×")),
    el("div", { class: "reader-body", tabindex: 0 }, frame), form);
  box.showModal();
}

// --- the record

const name = (who) => state.people.find((each) => each.id === who)?.name ?? { bot: "The bot", person: "The person", cli: "The command line" }[who] ?? who;

// The record's verbs in words for a visitor; a verb without words here is shown as it is.
const DID = {
  receive: "opened a ticket", open: "opened a ticket", reply: "replied", reopen: "wrote again", wrong_code: "sent a wrong code",
  ask_identity: "asks for a confirmation", identity: "settled who wrote", choose: "chose this right", identified: "may go on",
  plan: "made a plan", planned: "has the plan ready", propose: "asks for a second person", approve: "approved the plan",
  reject: "rejected the plan", stop: "stopped it", void: "voided the approval: the data changed", cooled: "waited long enough",
  run: "starts the run", erased: "deleted what was approved", corrected: "corrected it", restricted: "held it back",
  lifted: "gave it free again", marketing_stopped: "stopped advertising", lift: "proposes to end the restriction", keep: "keeps the restriction",
  task_done: "said what was done by hand", look_task: "read how that is known", task_seen: "made the second look", task_void: "dropped a task: the plan has changed",
  task_file: "added a file to the copy", notice: "has a recipient told", recipient_told: "told a recipient", recipient_wrote: "wrote back", recipient_answered: "heard that it is done there",
  recipient_no_answer: "wrote, and it is no answer", recipient_dropped: "asks that recipient no more", ledger: "remembers never to bring this back", swept: "cleared what had waited long enough",
  take: "took the ticket", note: "wrote a note", hold: "holds it", prove: "asks every system again", proved: "looked again",
  answer: "prepares the answer", finish: "is done with this request", pack: "packed the copy", download: "fetched the copy",
  package_over: "destroyed the copy", write: "wrote a letter", sent: "sent a letter", letter_failed: "could not send a letter",
  look: "looked at the details", look_mail: "looked at a mail", close: "closed the ticket", escalate: "needs a person",
  resume: "let it go on", refuse: "refused", withdraw: "withdrew", settle: "settled an open question",
  settle_mail: "settled a mail", quarantine: "put a mail aside",
  remind: "reminded the team", snooze: "wants to hear of it later", clock_jumped: "noticed that the clock was moved",
  pause: "asked the person: the clock stands still", resume_clock: "has an answer: the clock goes on", extend: "extended the period",
  large: "noted a large amount of data", regime: "set the law that applies", clock_sent: "dated it by the letter",
  clock_unsent: "took it back: the letter did not leave", recount: "counted the dates anew",
  take: "looks after it", assign: "asked somebody to look after it", hand_over: "handed it over", note: "wrote a note",
  hold: "set a legal hold", lift_hold: "lifted the legal hold", halt: "stopped a run before its first act",
  refuse_part: "refused a part", not_enquiry: "closed it: no enquiry", block: "blocked the sender", unblock: "unblocked a sender",
  open_mail: "opened a ticket for a mail put aside", merge: "joined another ticket with it", merged: "joined it with another ticket",
  split: "made a ticket of a part", find: "looked up an address", quiet: "set quiet hours",
};
const UNSAID = new Set(["at", "who", "did", "ticket", "id", "digest", "source", "target", "mail", "key", "ref", "unrolled", "event", "rows"]);
const spoken = (value) => (String(value).length > 34 ? `${String(value).slice(0, 12)}…` : String(value).replaceAll("_", " "));

function detail(row) {
  const said = row.source && row.target ? [`${spoken(row.source)} → ${spoken(row.target)}`] : [];
  for (const [key, value] of Object.entries(row)) {
    if (UNSAID.has(key) || value === null || value === "") continue;
    if (key === "due" && Array.isArray(value)) said.push(value[0] === value[1] ? "" : `due ${value.join(" → ")}`);
    else if (Array.isArray(value)) said.push(value.map(spoken).join(", "));
    else if (typeof value === "object") said.push(Object.entries(value).map(([name, one]) => `${spoken(name)} ${spoken(one)}`).join(", "));
    else said.push(`${key.replaceAll("_", " ")} ${spoken(value)}`);
  }
  return said.filter(Boolean).join(" · ");
}

function drawRecord() {
  const rows = [...state.audit].sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  $("record-empty").hidden = rows.length > 0;
  const items = rows.map((row, number) => ({ row, when: shortly(new Date(row.at), now), key: `${rows.length - number}-${row.at}-${row.did}` }));
  keyed($("record"), items, (each) => each.key, ({ row, when }) => el("li", { class: row.who === "bot" ? "by-bot" : "by-person" },
    el("time", { datetime: row.at, text: when }),
    el("p", {}, el("b", { text: name(row.who) }), " ", el("span", { text: DID[row.did] ?? String(row.did).replaceAll("_", " ") })),
    el("p", { class: "detail" }, withRefs([row.ticket, detail(row)].filter(Boolean).join(" · ")))));
}

export function draw(next, moment) {
  const first = state === null;
  state = next;
  now = moment;
  drawPrepared();
  if (first) hear();
  drawInbox();
  drawRecord();
}
