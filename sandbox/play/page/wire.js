// The way to the server: the token from the address, actions, and the stream of what changes.

const token = location.hash.slice(1);
const headers = { Authorization: `Bearer ${token}` };
const said = document.getElementById("said");
let hiding = 0;

export const element = (id) => document.getElementById(id);

// Build an element; children are elements or texts, which are never read as HTML.
export function made(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "role") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function say(text, isBad = false) {
  if (!text) return;
  clearTimeout(hiding);
  said.textContent = text;
  said.className = isBad ? "bad" : "";
  said.hidden = false;
  hiding = setTimeout(() => { said.hidden = true; }, isBad ? 12000 : 5000);
}

export function hush() {
  said.hidden = true;
}

async function answered(response) {
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Error(body.error?.text ?? `The server answered ${response.status}: reload the page.`);
}

async function reached(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("The server cannot be reached: start `tgactors play` again, and open its address.");
  }
}

// Do something; what is said of it is shown, and null stands for a refusal.
export async function act(action, fields) {
  try {
    const body = JSON.stringify(fields);
    const sent = { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body };
    const done = await (await answered(await reached(`/do/${action}`, sent))).json();
    say(done.said);
    return done;
  } catch (error) {
    say(error.message, true);
    return null;
  }
}

export async function got(path) {
  return answered(await reached(path, { headers }));
}

// Read the stream of one person until it ends; `tell` is called with each event.
export async function listened(person, tell, signal) {
  const response = await answered(await reached(`/events/${person}`, { headers, signal }));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const found = /^event: (.*)\ndata: (.*)$/s.exec(part);
      if (found) tell(found[1], JSON.parse(found[2]));
    }
  }
}

const dialog = element("ask");

// Ask in a dialog, which Esc closes: false, or true, or the text if there is a field for one.
export function asked(title, text, { yes = "OK", field = null } = {}) {
  const input = element("ask-field");
  element("ask-title").textContent = title;
  element("ask-text").textContent = text;
  element("ask-yes").textContent = yes;
  input.hidden = field === null;
  input.value = field ?? "";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const agreed = dialog.returnValue === "yes";
      resolve(agreed && field !== null ? input.value : agreed);
    }, { once: true });
  });
}
