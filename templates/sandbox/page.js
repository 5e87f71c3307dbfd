// The page asks for the state twice a second and after every act, and draws what changed.

import { $, asFull, post, toast } from "./dom.js";
import { draw as drawOffice } from "./office.js";
import { draw as drawSlack } from "./slack.js";
import { draw as drawSystems } from "./systems.js";

let stamp = "";
let asking = false;
let again = false;
let lost = false;

function ahead(seconds) {
  const hours = Math.round(seconds / 3600);
  if (!hours) return "";
  const days = Math.floor(hours / 24);
  const parts = [days && `${days} ${days === 1 ? "day" : "days"}`, hours % 24 && `${hours % 24} h`].filter(Boolean);
  return ` · moved on by ${parts.join(" ")}`;
}

async function ask() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await (await fetch(`/api/state?seen=${stamp}`)).json();
    const now = new Date(answer.clock.now);
    $("clock-now").textContent = asFull(now);
    $("clock-ahead").textContent = ahead(answer.clock.ahead_s);
    if (answer.state) {
      stamp = answer.stamp;
      drawSlack(answer.state);
      drawOffice(answer.state, now);
      drawSystems(answer.state);
    }
    document.documentElement.dataset.ready = "yes";
    lost = false;
  } catch (error) {
    if (!(error instanceof TypeError)) console.error(error);
    if (!lost) toast("The sandbox does not answer. Is it still running?", "bad");
    lost = true;
  }
  asking = false;
  if (again) {
    again = false;
    ask();
  }
}

for (const button of document.querySelectorAll("[data-hours], [data-to]")) {
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    const { hours, to } = button.dataset;
    const answer = await post("clock", to ? { to } : { hours: Number(hours) });
    button.removeAttribute("aria-busy");
    if (answer.error) toast(answer.error, "bad");
    ask();
  });
}
document.addEventListener("acted", ask);
ask();
setInterval(ask, 500);
