// The person's phone: scanning, codes, sessions, the two-step password.

import { act, asked, element, made } from "/wire.js";

let person = 0;

async function scan() {
  const found = await act("scan", { person });
  if (!found) return;
  const text = "Whoever shows this code will be logged in as you.";
  if (await asked(`Log in on ${found.device}?`, text, { yes: "Approve" })) {
    await act("approve", { person, url: found.url });
  }
}

function session(facts) {
  const since = new Date(facts.since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const what = facts.pending ? `${facts.device}: asked for the password` : `${facts.device}, since ${since}`;
  const ended = () => act("end_session", { person, session: facts.id });
  const button = made("button", { type: "button", onclick: ended, "aria-label": `End ${what}` }, "End");
  return made("li", {}, made("span", {}, what), button);
}

function drawSessions(facts) {
  const rows = facts.sessions.map(session);
  if (!rows.length) rows.push(made("li", { className: "dim" }, "Nobody is logged in."));
  if (rows.length > 1) {
    const all = () => act("end_sessions", { person });
    rows.push(made("li", {}, made("button", { type: "button", onclick: all }, "End all sessions")));
  }
  element("sessions").replaceChildren(...rows);
}

function drawCode(code) {
  const service = element("service");
  service.hidden = !code;
  if (code) {
    service.replaceChildren(
      made("p", { className: "dim" }, "Telegram, 777000"),
      made("p", {}, "Login code: ", made("b", {}, code), ". Give it to nobody but your own bot."),
    );
  }
}

export const phone = {
  state(facts) {
    person = facts.person.id;
    element("who").textContent = `${facts.person.name}, +${facts.person.phone ?? "no number"}`;
    drawCode(facts.code);
    drawSessions(facts);
    const set = facts.password;
    element("password-state").textContent = set
      ? `There is one${set.hint ? `; its hint: ${set.hint}` : ""}. An empty one takes it away.`
      : "There is none.";
  },
};

element("scan").addEventListener("click", scan);
element("password").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const fields = Object.fromEntries(new FormData(form));
  if (await act("password", { person, ...fields })) form.reset();
});
