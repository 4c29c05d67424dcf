// Texts with entities, as elements. Offsets are UTF-16 units, and so are those of strings here.

import { made } from "/wire.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function link(address, children) {
  const safe = /^(https?|tg|mailto):/i.test(address);
  if (!safe) return made("span", {}, ...children);
  return made("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

function drawn(entity, text, children, command) {
  switch (entity.type) {
    case "text_link": return link(entity.url ?? "", children);
    case "url": return link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, children);
    case "email": return link(`mailto:${text}`, children);
    case "spoiler": return made("span", { className: "spoiler", tabIndex: 0 }, ...children);
    case "bot_command": {
      const tapped = () => command(text);
      return made("button", { type: "button", className: "link", onclick: tapped }, ...children);
    }
    default: return made(TAGS[entity.type] ?? "span", {}, ...children);
  }
}

// The nodes of text[start, end): what lies within an entity becomes its child.
function between(text, entities, start, end, command) {
  const nodes = [];
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [first, ...others] = rest;
    const stop = Math.min(first.offset + first.length, end);
    const inside = others.filter((each) => each.offset < stop);
    rest = others.filter((each) => each.offset >= stop);
    if (stop <= at) continue;
    if (first.offset > at) nodes.push(text.slice(at, first.offset));
    const begin = Math.max(first.offset, at);
    const children = between(text, inside, begin, stop, command);
    nodes.push(drawn(first, text.slice(begin, stop), children, command));
    at = stop;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

export function prose(text, entities, command) {
  const order = (one, other) => one.offset - other.offset || other.length - one.length;
  const nodes = between(text, [...entities].sort(order), 0, text.length, command);
  return made("div", { className: "prose" }, ...nodes);
}
