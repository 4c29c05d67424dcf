// Tables, and how numbers are told.
export function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

export const count = (value) => Math.round(value).toLocaleString("en");

export function seconds(value) {
  if (value < 0.0005) return "0 ms";
  if (value < 1) return `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms`;
  if (value < 60) return `${value.toFixed(value < 10 ? 1 : 0)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min`;
  if (value < 172800) return `${(value / 3600).toFixed(1)} h`;
  return `${Math.floor(value / 86400)} days`;
}

export const ago = (now, then) => `${seconds(Math.max(0, (now - new Date(then)) / 1000))} ago`;

const NUMBER = Symbol("number");
const number = (value) => ({ [NUMBER]: value });
const pill = (text, kind) => ({ text, kind });

function cell(value) {
  if (value?.[NUMBER] !== undefined) return element("td", value[NUMBER], "number");
  if (value?.kind) {
    const made = element("td");
    made.append(element("span", value.text, `pill ${value.kind}`));
    return made;
  }
  return element("td", value ?? "", "text");
}

function table(title, heads, rows, { wide = false, none = "None." } = {}) {
  const made = element("section", "", wide ? "card wide" : "card");
  made.append(element("h2", title));
  if (!rows.length) {
    made.append(element("p", none, "none"));
    return made;
  }
  const drawn = element("table");
  const head = drawn.createTHead().insertRow();
  rows[0].forEach((value, index) => {
    const is = value?.[NUMBER] !== undefined;
    const made = element("th", heads[index], is ? "number" : "");
    made.scope = "col";
    head.append(made);
  });
  const body = drawn.createTBody();
  for (const row of rows) body.insertRow().append(...row.map(cell));
  const scroll = element("div", "", "scroll");
  scroll.append(drawn);
  made.append(scroll);
  return made;
}

const MOODS = {
  READY: "ok", EXPIRED: "down", LOGGED_OUT: "off", running: "ok", idle: "ok", degraded: "degraded",
};

function accounts(facts) {
  const seen = facts.freshness;
  const rows = Object.entries(seen?.accounts ?? {}).map(([state, each]) => [
    pill(state, MOODS[state] ?? "degraded"), number(count(each)),
  ]);
  for (const [method, each] of Object.entries(seen?.floods ?? {})) {
    rows.push([pill(`flooded: ${method}`, "degraded"), number(count(each))]);
  }
  return table("Accounts", ["State", "Accounts"], rows, { none: "Nobody has logged in yet." });
}

function works(facts) {
  const now = new Date(facts.freshness?.at);
  const rows = (facts.freshness?.work ?? []).map((each) => [
    each.kind, number(count(each.due)), number(count(each.waiting)), number(count(each.dead)),
    number(each.oldest ? ago(now, each.oldest) : ""),
  ]);
  return table("Work", ["Kind", "Due", "Waiting", "Given up", "First due"], rows);
}

function workers(facts) {
  const rows = (facts.workers ?? []).map((each) => [
    each.name, pill(each.healing ? "healing" : each.state, each.healing ? "degraded" : MOODS[each.state]),
    number(count(each.under_way)), number(count(each.ok)), number(count(each.failed)),
    number(count(each.dead)), each.reason ?? "",
  ]);
  const heads = ["Worker", "State", "At work", "Done", "Put back", "Given up", "Why"];
  return table("Workers", heads, rows, { wide: true, none: "None runs here." });
}

function providers(facts) {
  const rows = (facts.providers ?? []).map((each) => [
    each.name, each.model, pill(each.open_at ? "paused" : "asked", each.open_at ? "degraded" : "ok"),
    each.outcomes.map(([outcome, times]) => `${times} ${outcome}`).join(", "),
    number(each.latency.counts.at(-1) ? seconds(each.latency.seconds / each.latency.counts.at(-1)) : ""),
    number(count(each.prompt_tokens + each.completion_tokens)),
    each.why ?? (each.other_models ? "another model answered than was asked for" : ""),
  ]);
  const heads = ["Provider", "Model", "State", "Outcomes", "On average", "Tokens", "Why"];
  return table("Providers", heads, rows, { wide: true, none: "Nobody has been asked yet." });
}

function actors(facts) {
  const rows = facts.kinds.map((each) => [
    each.kind,
    Object.entries(each.states).map(([state, number]) => `${count(number)} ${state}`).join(", ") || "ended",
    number(count(each.depth)), number(count(each.handled)),
    number(each.usual === null ? "" : seconds(each.usual)),
    number(each.slow === null ? "" : seconds(each.slow)),
    number(seconds(each.longest)), number(count(each.stalls)), number(count(each.restarts)),
  ]);
  const heads = [
    "Actor", "State", "Queue", "Handled", "Half of asks", "95 of 100", "Longest turn", "Stalls",
    "Restarts",
  ];
  return table("Actors and their loops", heads, rows, { wide: true });
}

function troubles(facts) {
  const rows = facts.troubles.map((each) => [
    each.actor, each.state, number(count(each.restarts)), each.error,
  ]);
  return table("What went wrong in actors", ["Actor", "State", "Restarts", "Last error"], rows, {
    wide: true,
  });
}

export function tables(place, facts) {
  const made = [accounts(facts), works(facts), workers(facts), providers(facts), actors(facts)];
  if (facts.troubles.length) made.push(troubles(facts));
  // A table that is being scrolled through stays where it is.
  const before = [...place.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
  place.replaceChildren(...made);
  place.querySelectorAll(".scroll").forEach((each, index) => {
    each.scrollLeft = before[index] ?? 0;
  });
}
