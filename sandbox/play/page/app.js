// The page as a whole: whose it is, and what changes.

import { act, element, hush, listened, made } from "/wire.js";
import { channels } from "/channels.js";
import { chat } from "/chat.js";
import { faults } from "/faults.js";
import { phone } from "/phone.js";

const PAUSE = 1000; // milliseconds, before it is tried again
const badge = element("link");
const chosen = element("person");
let person = Number(sessionStorage.getItem("person") ?? 0);
let reading = new AbortController();

function show(text, isBad = false) {
  badge.textContent = text;
  badge.classList.toggle("bad", isBad);
}

function state(facts) {
  const options = facts.people.map((each) => made("option", { value: each.id }, `${each.name}, ${each.id}`));
  chosen.replaceChildren(...options);
  chosen.value = String(facts.person.id);
  element("language").value = facts.language;
  for (const part of [chat, phone, channels, faults]) part.state(facts);
}

function tell(kind, facts) {
  if (kind === "all") {
    chat.begin(facts.state.person.id, facts.chat);
    state(facts.state);
    show("live");
  } else if (kind === "state") {
    state(facts);
  } else {
    chat[kind](facts);
  }
}

async function listen() {
  for (;;) {
    reading = new AbortController();
    try {
      await listened(person, tell, reading.signal);
      show("connecting…");
    } catch (error) {
      if (error.name !== "AbortError") show(error.message, true);
    }
    if (!reading.signal.aborted) await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  }
}

chosen.addEventListener("change", () => {
  person = Number(chosen.value);
  sessionStorage.setItem("person", String(person));
  reading.abort();
});
element("language").addEventListener("change", (event) => {
  act("language", { person: Number(chosen.value), language: event.target.value });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    chat.close();
    hush();
  }
});
listen();
