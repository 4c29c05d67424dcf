// The channels: what their owners publish, and whether the person follows them.

import { act, asked, element, got, made, say } from "/wire.js";

const chosen = element("channel");
const text = element("post");
let person = 0;
let known = new Map();
let drawn = "";

const number = () => Number(chosen.value);

async function edit(post) {
  const title = `Post ${post.id}`;
  const changed = await asked(title, "", { yes: "Save", field: post.text });
  if (changed !== false) await act("edit", { channel: number(), post: post.id, text: changed });
}

function item(post) {
  const channel = number();
  const marks = [post.media, post.album && "album", post.edited && "edited"].filter(Boolean);
  const head = [`#${post.id}`, ...marks].join(", ");
  const button = (label, tapped) => {
    const named = { type: "button", onclick: tapped, "aria-label": `${label} post ${post.id}` };
    return made("button", named, label);
  };
  const row = made("p", { className: "row" });
  if (!post.service) {
    row.append(
      button("Forward", () => act("forward", { person, channel, post: post.id })),
      button("Edit", () => edit(post)),
    );
  }
  row.append(button("Delete", () => act("delete", { channel, post: post.id })));
  const said = post.text.length > 160 ? `${post.text.slice(0, 160)}…` : post.text;
  return made("li", {}, made("p", { className: "dim" }, head), made("p", {}, said), row);
}

async function drawPosts() {
  const channel = chosen.value;
  try {
    const { posts } = await (await got(`/posts/${channel}`)).json();
    if (channel === chosen.value) element("posts").replaceChildren(...posts.map(item));
  } catch (error) {
    say(error.message, true);
  }
}

function show() {
  const channel = known.get(number());
  if (!channel) return;
  element("follow").textContent = channel.followed ? "Leave" : "Follow";
  const version = `${channel.id}/${channel.pts}/${person}`;
  if (version !== drawn) {
    drawn = version;
    drawPosts();
  }
}

function named(channel) {
  const mark = channel.followed ? "✓ " : "";
  return `${mark}${channel.title}${channel.username ? ` @${channel.username}` : ""} (${channel.posts})`;
}

async function publish(event) {
  event.preventDefault();
  if (await act("publish", { channel: number(), text: text.value })) text.value = "";
}

async function album() {
  if (await act("album", { channel: number(), pictures: 3, text: text.value })) text.value = "";
}

export const channels = {
  state(facts) {
    person = facts.person.id;
    known = new Map(facts.channels.map((each) => [each.id, each]));
    const before = chosen.value;
    const options = facts.channels.map((each) => made("option", { value: each.id }, named(each)));
    chosen.replaceChildren(...options);
    if (known.has(Number(before))) chosen.value = before;
    show();
  },
};

chosen.addEventListener("change", show);
element("follow").addEventListener("click", () => {
  const followed = known.get(number())?.followed;
  act(followed ? "unfollow" : "follow", { person, channel: number() });
});
element("publish").addEventListener("submit", publish);
element("album").addEventListener("click", album);
