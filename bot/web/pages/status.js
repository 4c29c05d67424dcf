// The operator's page: asks for the token once, and shows what the service says every few seconds.
import { hours, line } from "/status/status_plots.js";
import { ago, count, element, seconds, tables } from "/status/status_tables.js";

const EVERY = 5000;
const PATIENCE = 15000;
const KEY = "tgactors-token";
const part = (id) => document.getElementById(id);

let token = taken() ?? sessionStorage.getItem(KEY);
let shownAt = null;
let timer = null;

function taken() {
  // What follows the # is sent to no server; it must not stay in the address either.
  const given = decodeURIComponent(location.hash.slice(1));
  if (!given) return null;
  history.replaceState(null, "", location.pathname);
  sessionStorage.setItem(KEY, given);
  return given;
}

function ask(why = "") {
  clearTimeout(timer);
  token = null;
  sessionStorage.removeItem(KEY);
  part("main").hidden = part("leave").hidden = part("late").hidden = true;
  part("state").textContent = part("fresh").textContent = "";
  part("door").hidden = false;
  part("refused").textContent = why;
  part("token").value = "";
  part("token").focus();
}

async function look() {
  clearTimeout(timer);
  const shown = token;
  try {
    const answer = await fetch("/watch", {
      headers: { Authorization: `Bearer ${shown}` },
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (shown !== token) return;
    if (answer.status === 401 || answer.status === 403) {
      ask((await answer.json()).detail);
      return;
    }
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    if (shown !== token) return;
    late(error);
  }
  timer = setTimeout(look, EVERY);
}

function late(error) {
  const since = shownAt ? `, and this is from ${shownAt.toLocaleTimeString()}` : "";
  const why = error.message.startsWith("it answers") ? error.message : "it does not answer";
  part("late").textContent = `The service cannot be asked: ${why}${since}. It is asked again.`;
  part("late").hidden = false;
  part("state").className = "pill off";
  part("state").textContent = "unknown";
}

function show(facts) {
  shownAt = new Date(facts.at);
  part("door").hidden = part("late").hidden = true;
  part("main").hidden = part("leave").hidden = false;
  part("state").className = `pill ${facts.readiness.status}`;
  part("state").textContent = facts.readiness.status;
  part("fresh").textContent = `${shownAt.toLocaleTimeString()} · ${facts.version}`;
  part("tiles").replaceChildren(...tiles(facts));
  part("stands").replaceChildren(...facts.readiness.dependencies.map(stand));
  plots(facts);
  tables(part("tables"), facts);
}

function stand({ name, state, why }) {
  const made = element("li", name, state);
  made.append(element("span", ` ${why ?? state}`));
  return made;
}

function tiles(facts) {
  const seen = facts.freshness;
  const found = [];
  const add = (name, value, more = "", mood = "") => {
    const made = element("div", "", mood);
    const told = element("dd", value);
    if (more) told.append(element("small", more));
    made.append(element("dt", name), told);
    found.push(made);
  };
  if (seen) {
    const unread = Object.values(seen.reading.unread).reduce((sum, each) => sum + each, 0);
    const overdue = seen.reading.oldest_due
      ? Math.max(0, (new Date(seen.at) - new Date(seen.reading.oldest_due)) / 1000) : 0;
    const due = seen.work.reduce((sum, each) => sum + each.due, 0);
    const expired = seen.accounts.EXPIRED ?? 0;
    const causes = Object.entries(seen.reading.unread).map(([why, each]) => `${each} ${why}`);
    add("Stored in the last hour", count(seen.stored.at(-1)), `${count(seen.posts)} posts held`);
    add("Most overdue channel", overdue ? seconds(overdue) : "none",
      `${count(seen.reading.due)} of ${count(seen.reading.channels)} due`);
    add("Unread channels", count(unread), causes.join(", "), unread ? "bad" : "");
    add("Accounts that read", count(seen.accounts.READY ?? 0),
      `${expired} expired, ${seen.flooded} flooded`, expired ? "fair" : "");
    add("Posts to tag or index", count(due), work(seen));
    add("Last report", seen.last_report ? ago(new Date(seen.at), seen.last_report) : "none");
  } else {
    add("Freshness", "unknown", "the database gave no answer in time", "bad");
  }
  const lag = Math.max(facts.lag, ...facts.kinds.map((each) => each.lag));
  const stalls = facts.stalls + facts.kinds.reduce((sum, each) => sum + each.stalls, 0);
  add("Latest loop", seconds(lag), `${stalls} stalls since the start`, lag >= 1 ? "bad" : "");
  add("Loop violations", count(facts.violations), "must stay 0", facts.violations ? "bad" : "");
  return found;
}

function work(seen) {
  const waiting = seen.work.reduce((sum, each) => sum + each.waiting, 0);
  const dead = seen.work.reduce((sum, each) => sum + each.dead, 0);
  return `${count(waiting)} wait, ${count(dead)} given up`;
}

function plots(facts) {
  const place = part("plots");
  if (facts.freshness) hours(place, "Posts stored each hour", facts.freshness.stored, shownAt);
  const of = facts.samples ?? { at: [] };
  line(place, "Most overdue channel", of.at, of.overdue, seconds);
  line(place, "Unread channels", of.at, of.unread, count);
  line(place, "Accounts that read", of.at, of.accounts, count);
  line(place, "Posts to tag or index", of.at, of.due, count);
  line(place, "Messages in mailboxes", of.at, of.depth, count);
  line(place, "Latest loop", of.at, of.lag, seconds);
  line(place, "HTTP requests a second", of.at, of.requests, (each) => each.toFixed(1));
}

part("door").addEventListener("submit", (event) => {
  event.preventDefault();
  token = part("token").value.trim();
  sessionStorage.setItem(KEY, token);
  part("refused").textContent = "";
  look();
});
part("leave").addEventListener("click", () => ask());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && token) look();
});
if (token) look(); else ask();
