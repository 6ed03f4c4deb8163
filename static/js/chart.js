// Draws a chart to point at and to zoom, once it comes into view, in place of the picture that the page holds. The
// picture stays for print, and for whatever goes wrong on the way.
//
// A figure element says where its figure is (data-figure-url), and where plotly.js and its style sheet are.

const CHOICES = [
  ["All", null],
  ["Last 5 years", 5],
  ["Last 2 years", 2],
];
const LABEL_ROOM = 110; // pixels for the label of one period
const LONGEST_LINE = 11; // letters of it in that room
const BREAK_ROOM = 70; // pixels for "Break 1"
const NUMBER_ROOM = 40; // and for its number alone
const MARGINS = 110; // pixels beside the plot, about
const CONFIG = {displayModeBar: false, responsive: true, showAxisDragHandles: false, showTips: false};

let plotly = null; // the promise of it
const named = new WeakMap(); // what each chart was last told to name

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      seen.unobserve(entry.target);
      enhance(entry.target);
    }
  },
  {rootMargin: "200px"},
);
document.querySelectorAll("figure[data-figure-url]").forEach((figure) => seen.observe(figure));

async function enhance(figure) {
  const holder = document.createElement("div");
  try {
    const [Plotly, {data, layout}] = await Promise.all([library(figure.dataset), fetched(figure.dataset.figureUrl)]);
    holder.className = "app-chart__enhanced";
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", figure.querySelector("svg title").textContent);
    // A finger that moves over the chart scrolls the page.
    layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
    figure.prepend(holder);
    await Plotly.newPlot(holder, data, layout, CONFIG);
    const labels = layout.meta;
    await label(Plotly, holder, labels);
    holder.on("plotly_relayout", (change) => "xaxis.tickvals" in change || label(Plotly, holder, labels));
    new ResizeObserver(() => label(Plotly, holder, labels)).observe(holder);
    figure.prepend(choices(Plotly, holder, labels.x));
    figure.classList.add("app-chart--enhanced");
  } catch {
    holder.remove();
  }
}

async function fetched(url) {
  const response = await fetch(url, {headers: {accept: "application/json"}, redirect: "error"});
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

function library({plotly: script, plotlyStyle}) {
  plotly ??= Promise.all([
    // With this name and class, plotly.js puts no style sheet of its own into the page.
    added("link", {id: "plotly.js-style-global", className: "no-inline-styles", rel: "stylesheet", href: plotlyStyle}),
    added("script", {src: script}),
  ]).then(() => window.Plotly);
  return plotly;
}

function added(name, properties) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(name), properties);
    element.addEventListener("load", resolve);
    element.addEventListener("error", reject);
    document.head.append(element);
  });
}

// Names as many periods and breaks in view as there is room for: of the periods the last one always.
function label(Plotly, holder, {x, label: words, breaks}) {
  const {range} = holder.layout.xaxis;
  const [from, to] = range.map((day) => Date.parse(day.replace(" ", "T")));
  const place = (day) => ((Date.parse(day) - from) / (to - from)) * (holder.clientWidth - MARGINS);
  const tickvals = [], ticktext = [];
  let free = place(range[1].slice(0, 10)) + LABEL_ROOM;
  for (const [index, day] of [...x.entries()].reverse()) {
    if (place(day) < 0 || place(day) > free - LABEL_ROOM) continue;
    tickvals.unshift(day);
    ticktext.unshift(wrapped(words[index]));
    free = place(day);
  }
  const change = {"xaxis.tickvals": tickvals, "xaxis.ticktext": ticktext};
  free = -Infinity;
  for (const {day, number, index} of breaks) {
    const long = place(day) - free >= BREAK_ROOM, isNamed = long || place(day) - free >= NUMBER_ROOM;
    change[`annotations[${index}].text`] = isNamed ? `${long ? "Break " : ""}${number}` : "";
    if (isNamed) free = place(day);
  }
  const before = named.get(holder), wanted = JSON.stringify(change);
  named.set(holder, wanted);
  return wanted === before ? null : Plotly.relayout(holder, change);
}

// A long label has several lines: "December<br>2022".
function wrapped(words) {
  const lines = [];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length && longer.length <= LONGEST_LINE) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("<br>");
}

function choices(Plotly, holder, x) {
  const group = document.createElement("div");
  group.className = "app-chart__choices";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Period shown");
  for (const [words, years] of CHOICES.filter(([, years]) => years === null || x[0] < start(x, years))) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = words;
    button.setAttribute("aria-pressed", String(years === null));
    button.addEventListener("click", () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
      Plotly.relayout(holder, years === null ? {"xaxis.autorange": true} : {"xaxis.range": lately(x, years)});
    });
    group.append(button);
  }
  holder.on("plotly_relayout", (change) => {
    if (!("xaxis.range[0]" in change)) return;
    for (const other of group.children) other.setAttribute("aria-pressed", "false");
  });
  group.hidden = group.children.length < 2;
  return group;
}

// The day that lies so many years before the last, as ISO text.
function start(x, years) {
  const last = x.at(-1);
  return `${Number(last.slice(0, 4)) - years}${last.slice(4)}`;
}

// From just after that day, so that five yearly figures are the last five years.
function lately(x, years) {
  const from = Date.parse(start(x, years)), to = Date.parse(x.at(-1));
  const room = (to - from) / 50;
  return [new Date(from + room).toISOString().slice(0, 10), new Date(to + room).toISOString().slice(0, 10)];
}
