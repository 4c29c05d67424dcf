// The chat with the bot: messages in place, buttons, the keyboard, the composer.

import { act, asked, element, got, made, say } from "/wire.js";
import { prose } from "/prose.js";

const list = element("messages");
const text = element("text");
const pictures = new Map(); // by message: which version it is of, and where it is
let person = 0;
let quiet = 0;

const send = (what) => act("send", { person, text: what });

async function press(id, button, pressed) {
  pressed.disabled = true;
  const done = await act("press", { person, message: id, button });
  pressed.disabled = false;
  if (!done) return;
  if (done.alert) await asked(done.notice, "", { yes: "Close" });
  else say(done.notice);
  if (done.url) window.open(done.url, "_blank", "noopener");
}

function inline(id, button) {
  if (button.url) {
    const safe = /^(https?|tg):/i.test(button.url) ? button.url : "#";
    const attributes = { className: "button", href: safe, target: "_blank", rel: "noopener noreferrer" };
    return made("a", attributes, `${button.text} ↗`);
  }
  const tapped = (event) => button.copy
    ? navigator.clipboard.writeText(button.copy).then(() => say("Copied."))
    : press(id, button.data ?? button.text, event.currentTarget);
  return made("button", { type: "button", onclick: tapped }, button.text);
}

async function picture(message, image) {
  const known = pictures.get(message.id);
  if (known?.edits === message.edits) {
    image.src = known.url;
    return;
  }
  try {
    const blob = await (await got(`/photo/${person}/${message.id}`)).blob();
    if (known) URL.revokeObjectURL(known.url);
    const url = URL.createObjectURL(blob);
    pictures.set(message.id, { edits: message.edits, url });
    image.src = url;
  } catch (error) {
    image.alt = error.message;
  }
}

async function save(message) {
  try {
    const url = URL.createObjectURL(await (await got(`/document/${person}/${message.id}`)).blob());
    made("a", { href: url, download: message.document }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (error) {
    say(error.message, true);
  }
}

function contents(message) {
  const parts = [];
  if (message.from) parts.push(made("p", { className: "dim" }, `Forwarded from ${message.from}`));
  if (message.photo) {
    const image = made("img", { alt: "The picture of this message", width: 288, height: 288 });
    picture(message, image);
    parts.push(image);
  }
  if (message.document) {
    const attributes = { type: "button", onclick: () => save(message) };
    parts.push(made("button", attributes, `Save ${message.document}`));
  }
  if (message.contact) parts.push(made("p", {}, `Phone number: ${message.contact}`));
  parts.push(prose(message.text, message.entities, send));
  return parts;
}

function draw(message) {
  const id = `message-${message.id}`;
  const old = element(id);
  if (message.deleted) {
    old?.remove();
    return;
  }
  const side = message.mine ? "mine" : "theirs";
  const node = made("li", { id, className: `message ${side}` }, ...contents(message));
  if (message.rows.length) {
    const rows = message.rows.map((row) => made("div", {}, ...row.map((each) => inline(message.id, each))));
    node.append(made("div", { className: "buttons" }, ...rows));
  }
  const time = new Date(message.date).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  node.append(made("footer", {}, message.edits ? `edited, ${time}` : time));
  place(node, old);
}

// Put a message in its place. A button that had the focus has it still when its message changes.
function place(node, old) {
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  if (old) {
    const buttons = [...old.querySelectorAll("button, a")];
    const focused = buttons.indexOf(document.activeElement);
    old.replaceWith(node);
    if (focused >= 0) node.querySelectorAll("button, a")[focused]?.focus();
  } else {
    list.append(node);
  }
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

function drawKeyboard(keyboard) {
  const rows = (keyboard?.rows ?? []).map((row) => made("div", {}, ...row.map((key) => {
    const tapped = () => key.contact
      ? act("contact", { person })
      : act("press", { person, message: keyboard.message, button: key.text });
    return made("button", { type: "button", onclick: tapped }, key.text);
  })));
  element("keyboard").replaceChildren(...rows);
  element("keyboard").hidden = !rows.length;
}

function toggleCommands(open) {
  element("commands").hidden = !open;
  element("menu").setAttribute("aria-expanded", String(open));
}

function submit(event) {
  event?.preventDefault();
  const what = text.value;
  if (!what.trim()) return;
  send(what).then((done) => { if (done && text.value === what) text.value = ""; });
}

export const chat = {
  begin(chosen, facts) {
    person = chosen;
    list.replaceChildren();
    for (const each of facts.messages) draw(each);
    drawKeyboard(facts.keyboard);
    list.scrollTop = list.scrollHeight;
  },
  message(facts) {
    element("typing").hidden = true;
    draw(facts.message);
    drawKeyboard(facts.keyboard);
  },
  typing() {
    clearTimeout(quiet);
    element("typing").hidden = false;
    quiet = setTimeout(() => { element("typing").hidden = true; }, 5000);
  },
  state(facts) {
    const rows = facts.commands.map((each) => {
      const tapped = () => { toggleCommands(false); send(`/${each.command}`); text.focus(); };
      return made("button", { type: "button", onclick: tapped }, `/${each.command}  ${each.description}`);
    });
    element("commands").replaceChildren(...rows);
  },
  close() { toggleCommands(false); },
};

element("composer").addEventListener("submit", submit);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});
element("menu").addEventListener("click", () => toggleCommands(element("commands").hidden));
element("block").addEventListener("click", () => act("block", { person }));
