// One person's login: the link's token is sent once. T has the words.
"use strict";
const LANGUAGE = /^(ru|uk|be|kk)\b/i.test(navigator.language) ? "ru" : "en";
const FIELDS = {
  phone: ["tel", "tel", "tel"],
  code: ["text", "numeric", "one-time-code"],
  password: ["password", "text", "current-password"],
};
const at = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));
let view, timer, mode = "", number = 0, busy = false;
// A phone cannot scan its own screen.
let way = matchMedia("(pointer: coarse) and (max-width: 30rem)").matches ? "phone" : "qr";
let secret = kept();

function kept(value) {
  try { // a frame may have no storage: then a reload needs a new link
    if (value === undefined) return sessionStorage.getItem("login");
    sessionStorage.setItem("login", value);
  } catch (error) {}
  return value;
}

async function ask(method, path, body) {
  const headers = { "Accept-Language": LANGUAGE, "Content-Type": "application/json" };
  if (secret) headers.Authorization = "Login " + secret;
  const answer = await Promise.race([
    fetch("login/sessions" + path, { method, headers, body: body && JSON.stringify(body) }),
    sleep(60000).then(() => Promise.reject(new Error())),
  ]);
  const told = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw told;
  return told;
}

const timed = (text, until) => text.replace("{until}", new Date(until).toLocaleString());

function why(error) {
  if (!error.status) return T.late;
  return error.left === undefined ? timed(error.detail, error.until) : T.wrong + error.left;
}

function end(title, text = T.link) {
  secret = kept("");
  view = null;
  draw("over", title, text);
}

function draw(next, title, text, ...ways) {
  const field = FIELDS[next];
  at("title").textContent = title;
  if (at("say").textContent !== text) at("say").textContent = text;
  at("who").textContent = view ? T.who + view.account : "";
  at("form").hidden = !field;
  at("ways").textContent = "";
  for (const [label, go] of ways) {
    const button = document.createElement("button");
    button.textContent = label;
    button.onclick = go;
    at("ways").append(button);
  }
  if (next === mode) return;
  document.body.className = mode = next;
  at("error").textContent = "";
  if (!field) return;
  at("field").value = "";
  [at("field").type, at("field").inputMode, at("field").autocomplete] = field;
  at("label").textContent = T[next + "Label"];
  at("field").focus();
}

function show() {
  const phone = [T.byPhone, () => { way = "phone"; show(); }];
  const qr = [T.byQr, () => { way = "qr"; return view.state === "qr" ? show() : post("qr"); }];
  const no = [T.cancel, async () => { if (await post("cancel")) end(T.cancelled); }];
  clearTimeout(timer);
  if (view.state === "done") draw("done", T.done, T.close);
  else if (view.state === "password") {
    draw("password", T.title, T.password + (view.text && `\n${T.hint}${view.text}`), no);
  } else if (view.state === "code") {
    way = "qr";
    draw("code", T.title, `${view.text} ${T.code}`, [T.resend, () => post("resend")], qr, no);
    const resend = at("ways").firstChild;
    resend.disabled = view.resend_in > 0;
    timer = setTimeout(() => { resend.disabled = false; }, view.resend_in * 1000);
  } else if (way === "phone") draw("phone", T.title, T.phone, qr, no);
  else if (view.state === "failed") {
    draw("failed", T.failed, timed(view.text, view.until), [T.again, qr[1]], phone);
  } else if (view.state === "qr") {
    paint(view.qr);
    draw("qr", T.title, T.qr, phone, no);
  } else draw("begun", T.title, T.begun, no);
}

function paint(rows) {
  const size = rows.length + 8; // with the margin that cameras need
  let path = "";
  rows.forEach((row, y) => row.replace(/1+/g, (run, x) => {
    path += `M${x + 4} ${y + 4}h${run.length}v1h-${run.length}z`;
  }));
  at("qr").setAttribute("viewBox", `0 0 ${size} ${size}`);
  at("qr").firstChild.setAttribute("d", path);
}

async function post(path, body) {
  if (busy) return false;
  busy = at("send").disabled = true;
  at("send").textContent = T.checking;
  at("error").textContent = "";
  try {
    await ask("POST", "/me/" + path, body);
    return true;
  } catch (error) {
    if (error.status === 404) end(T.gone);
    else at("error").textContent = why(error);
    return false;
  } finally {
    busy = at("send").disabled = false;
    at("send").textContent = T.send;
  }
}

at("form").onsubmit = async (event) => {
  event.preventDefault();
  const kind = mode;
  const sent = await post(kind, { [kind]: at("field").value });
  if (mode !== kind) return;
  if (!sent) return at("field").select();
  way = "qr";
  draw("begun", T.title, T.checking);
};

async function follow() {
  while (secret && mode !== "done") {
    try {
      view = await ask("GET", "/me?after=" + number);
      if (at("error").textContent === T.late) at("error").textContent = "";
      if (view.number !== number) show();
      number = view.number;
    } catch (error) {
      if (secret && error.status === 404) end(T.gone);
      else if (secret) {
        at("error").textContent = why(error);
        await sleep(3000);
      }
    }
  }
}

async function begin() {
  document.documentElement.lang = LANGUAGE;
  document.title = T.title;
  at("qr").setAttribute("aria-label", T.image);
  at("send").textContent = T.send;
  draw("begun", T.title, T.begun);
  const link = location.hash.slice(1).split(/[&?]/)[0]; // Telegram adds its own to it
  if (/^[\w-]{20,}$/.test(link)) {
    history.replaceState(null, "", location.pathname);
    secret = "";
    try {
      secret = kept((await ask("POST", "", { link })).secret);
    } catch (error) {
      if (error.status === 404) end(T.gone);
      else end(T.failed, why(error));
      return;
    }
  }
  if (secret) follow();
  else end(T.gone);
}

const words = document.createElement("script");
words.src = `login/login_${LANGUAGE}.js`;
words.onload = begin;
document.head.append(words);
window.onhashchange = () => location.reload(); // another link in the same tab
