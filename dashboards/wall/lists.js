// The three lists. Rows are kept and moved, never rebuilt, so that only what is new moves the eye. Text goes in as text.

import { departmentId } from "./picture.js";
import * as format from "./format.js";

const CARDS_DRAWN = 60;
const NOTICES_DRAWN = 20;

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// Brings the children of `list` to the entries' order, making, changing and removing as few as it can.
export function draw(list, entries, id, make, fill) {
  const before = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const fresh = before.size > 0;
  let place = list.firstElementChild;
  for (const entry of entries) {
    const name = id(entry);
    let child = before.get(name);
    before.delete(name);
    if (!child) {
      child = make(entry);
      child.dataset.id = name;
      if (fresh || list.dataset.drawn) child.classList.add("new");
    }
    const stamp = JSON.stringify(entry);
    if (child.stamp !== stamp) {
      fill(child, entry);
      child.stamp = stamp;
    }
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
  for (const left of before.values()) left.remove();
  list.dataset.drawn = "yes";
}

const rowId = (entry) => entry.row.id;
const part = (parent, name) => parent.querySelector(`.${name}`);

// About a window, or about the figures of many cases: its key says nothing to people.
const isNoCase = (row) => /^(window|duty|tally):/.test(row.case);
const subject = (row) => row.item_name || row.item || (isNoCase(row) ? row.detail : row.case);

export function drawCards(list, entries, times) {
  draw(list, entries.slice(0, CARDS_DRAWN), rowId, makeCard, (child, entry) => fillCard(child, entry.row, times));
}

function makeCard() {
  return element("li", "",
    element("span", "level"),
    element("div", "what", element("p", "item"), element("p", "where")),
    element("div", "due", element("p", "time"), element("p", "limit")),
    element("div", "seen", element("p", "lag"), element("p", "late")),
    element("div", "how", element("p", "state"), element("p", "reason")));
}

function fillCard(child, row, times) {
  const standing = format.stands(row.state);
  child.className = `card ${row.level}${standing ? "" : " struck"}${child.classList.contains("new") ? " new" : ""}`;
  part(child, "level").textContent = format.level(row.level).slice(0, 1);
  part(child, "level").title = format.level(row.level);
  const noCase = isNoCase(row);
  part(child, "item").textContent = row.item_name || row.item || (noCase ? row.detail || "窗口" : "未登记事项");
  part(child, "where").replaceChildren(
    ...[row.department, row.window && `窗口 ${row.window}`, noCase ? "" : row.case].filter(Boolean).map((text) => element("span", "", text)));
  const stage = row.stage ? `${format.stage(row.stage)} ` : "";
  part(child, "time").replaceChildren(element("span", "", times.month(row.due_at)), times.clock(row.due_at));
  const said = noCase && !row.item ? "" : row.detail; // else it stands there as the title
  part(child, "limit").textContent = row.limit ? `${stage}时限 ${format.limit(row.limit)}` : said || stage;
  part(child, "limit").title = row.detail;
  part(child, "lag").textContent = format.lag(row.raised_at - row.known_at);
  const late = row.known_at - row.due_at; // the hall's own delay is not ours, and must not hide in it
  part(child, "late").textContent = late >= 1000 ? `迟报 ${format.lag(late)}` : "";
  part(child, "state").textContent = format.state(row.state);
  part(child, "reason").textContent = row.reason_text === format.state(row.state) ? "" : row.reason_text;
}

export function drawNotices(list, entries, times) {
  draw(list, entries.slice(0, NOTICES_DRAWN), rowId,
    () => element("li", "", element("b", "level"), element("span", "text"), element("time", "")),
    (child, entry) => {
      const { row } = entry;
      const over = !format.stands(row.state);
      child.classList.remove("reminder", "warning", "over");
      child.classList.add(over ? "over" : row.level);
      part(child, "level").textContent = `${format.level(row.level)}${format.end(row.state)}`;
      part(child, "text").textContent = over
        ? `${subject(row)}：${row.reason_text}`
        : `${subject(row)} · ${row.department}`;
      child.querySelector("time").textContent = over
        ? times.clock(row.changed_at)
        : `${times.month(row.deadline)} ${times.clock(row.deadline).slice(0, 5)} ${isNoCase(row) ? "发现" : "到期"}`;
    });
}

export function drawDepartments(body, entries) {
  const severalHalls = new Set(entries.map((entry) => `${entry.region}/${entry.hall}`)).size > 1;
  const shown = entries.map((entry) => ({ ...entry, severalHalls }));
  draw(body, shown, departmentId, makeDepartment, fillDepartment);
}

function makeDepartment() {
  const names = ["open", "concluded", "rate", "yellow", "red"];
  return element("tr", "", element("th", "name"), ...names.map((name) => element("td", name)));
}

function fillDepartment(child, entry) {
  const { totals } = entry;
  part(child, "name").scope = "row";
  part(child, "name").replaceChildren(entry.department || "未登记部门");
  if (entry.severalHalls) part(child, "name").append(element("small", "", entry.hall || entry.region));
  part(child, "open").textContent = format.count(totals.open);
  part(child, "concluded").textContent = format.count(totals.concluded);
  part(child, "rate").textContent = format.share(totals.on_time, totals.concluded, 1);
  for (const level of ["yellow", "red"]) {
    part(child, level).replaceChildren(element("span", totals[level] ? "chip" : "none", format.count(totals[level])));
  }
}
