// The faults: floods, cuts, outages, calls that wait.

import { act, element, made } from "/wire.js";

const NAMES = { telegram: "Telegram", botapi: "Bot API", gigachat: "GigaChat", openrouter: "OpenRouter" };
const WORDS = { well: "in order", down: "down", busy: "429, too many requests", refusal: "refuses to answer" };
const MODES = { telegram: ["well", "down"], botapi: ["well", "down"] };
const hold = element("hold");
let person = 0;

const rows = Object.entries(NAMES).map(([name, title]) => {
  const options = (MODES[name] ?? Object.keys(WORDS)).map((mode) => made("option", { value: mode }, WORDS[mode]));
  const changed = (event) => act("put", { name, mode: event.target.value });
  const select = made("select", { id: `mode-${name}`, onchange: changed }, ...options);
  return made("label", {}, title, select);
});
element("modes").append(...rows);

export const faults = {
  state(facts) {
    person = facts.person.id;
    for (const [name, mode] of Object.entries(facts.troubles.modes)) element(`mode-${name}`).value = mode;
    hold.setAttribute("aria-pressed", String(facts.troubles.held));
    hold.textContent = facts.troubles.held ? "Release reading" : "Hold reading";
  },
};

element("flood").addEventListener("submit", (event) => {
  event.preventDefault();
  act("flood", { person, seconds: Number(new FormData(event.currentTarget).get("seconds")) });
});
element("cut").addEventListener("click", () => act("cut", { person }));
hold.addEventListener("click", () => {
  act(hold.getAttribute("aria-pressed") === "true" ? "release" : "hold", { person });
});
element("clear").addEventListener("click", () => act("clear", {}));
