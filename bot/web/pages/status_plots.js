// Plots as SVG: a line over time, or a bar for each hour. Arrows move along a plot that has focus.
import { count, element } from "/status/status_tables.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 100;
const HOUR = 3600;

function shape(name, kind, facts) {
  const made = document.createElementNS(SPACE, name);
  made.setAttribute("class", kind);
  for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value);
  return made;
}

function figure(place, title) {
  const id = `plot-${title.toLowerCase().replaceAll(" ", "-")}`;
  let made = document.getElementById(id);
  if (made) return made;
  made = element("figure");
  made.id = id;
  made.tabIndex = 0;
  const caption = element("figcaption");
  caption.append(element("span", title), element("b"));
  const drawing = shape("svg", "", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
  });
  const axis = element("div", "", "axis");
  axis.append(element("span"), element("span"), element("span"));
  made.append(caption, drawing, axis);
  made.at = null; // the point that is looked at; null: the last one
  made.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    point(made, Math.round(share * (made.points.length - 1)));
  });
  made.addEventListener("pointerleave", () => point(made, null));
  made.addEventListener("blur", () => point(made, null));
  made.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    point(made, (made.at ?? made.points.length - 1) + step);
  });
  place.append(made);
  return made;
}

function point(made, at) {
  const last = made.points.length - 1;
  made.at = at === null || last < 0 ? null : Math.min(Math.max(at, 0), last);
  const shown = made.points[made.at ?? last];
  made.querySelector("b").textContent = shown ? shown.text : "nothing yet";
  made.querySelector(".mark")?.remove();
  if (made.at !== null) {
    const { x } = made.points[made.at];
    made.querySelector("svg").append(shape("line", "mark", { x1: x, x2: x, y1: 0, y2: HEIGHT }));
  }
}

function finish(made, points, from, until, most, tell) {
  made.points = points;
  const [first, middle, last] = made.querySelectorAll(".axis span");
  first.textContent = from;
  middle.textContent = points.length ? `most ${tell(most)}` : "";
  last.textContent = until;
  const told = points.length ? `${points.at(-1).text}, most ${tell(most)}` : "nothing yet";
  const title = made.querySelector("figcaption span").textContent;
  made.querySelector("svg").setAttribute("aria-label", `${title}: ${told}`);
  point(made, made.at);
}

const clock = (time) => new Date(time * 1000).toLocaleTimeString([], {
  hour: "2-digit", minute: "2-digit",
});

export function hours(place, title, values, now) {
  const made = figure(place, title);
  const most = Math.max(...values);
  const wide = WIDTH / values.length;
  const until = now.getTime() / 1000;
  const bars = values.map((value, index) => {
    const high = most ? Math.max((value / most) * (HEIGHT - 2), value ? 2 : 0) : 0;
    return shape("rect", "bar", {
      x: index * wide + 1, width: wide - 2, y: HEIGHT - high, height: high,
    });
  });
  const base = shape("line", "base", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT });
  made.querySelector("svg").replaceChildren(base, ...bars);
  const points = values.map((value, index) => {
    const ends = until - (values.length - 1 - index) * HOUR;
    const when = index === values.length - 1 ? "" : ` until ${clock(ends)}`;
    return { x: (index + 0.5) * wide, text: `${count(value)}${when}` };
  });
  finish(made, points, "24 h ago", "now", most, count);
}

export function line(place, title, times, values, tell) {
  const made = figure(place, title);
  const known = (values ?? []).filter((value) => value !== null);
  const most = Math.max(0, ...known);
  const [from, until] = [times[0], times.at(-1)];
  const across = (time) => (until > from ? ((time - from) / (until - from)) * WIDTH : WIDTH);
  const down = (value) => (most ? HEIGHT - (value / most) * (HEIGHT - 4) : HEIGHT);
  const drawn = [shape("line", "base", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT })];
  for (const run of runs(times, values ?? [])) {
    const path = run.map(([time, value]) => `${across(time).toFixed(1)},${down(value).toFixed(1)}`);
    const [left, right] = [across(run[0][0]), across(run.at(-1)[0])];
    const area = `M${left},${HEIGHT} L${path.join(" L")} L${right},${HEIGHT} Z`;
    drawn.push(shape("path", "area", { d: area }));
    drawn.push(shape("path", "curve", { d: `M${path.join(" L")}${run.length > 1 ? "" : " h.1"}` }));
  }
  made.querySelector("svg").replaceChildren(...drawn);
  const points = times.map((time, index) => {
    const value = values[index] === null ? "unknown" : tell(values[index]);
    const when = index === times.length - 1 ? "" : ` at ${clock(time)}`;
    return { x: across(time), text: `${value}${when}` };
  });
  finish(made, points, from ? clock(from) : "", until ? "now" : "", most, tell);
}

function runs(times, values) {
  // Where nothing was known the line is broken: it must not look as if all had been well.
  const found = [];
  let run = null;
  values.forEach((value, index) => {
    if (value === null) {
      run = null;
    } else {
      if (!run) found.push((run = []));
      run.push([times[index], value]);
    }
  });
  return found;
}
