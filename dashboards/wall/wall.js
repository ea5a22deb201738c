// The leaders' screen: follows the live connection and shows it, with the age of what is shown always in sight.

import * as format from "./format.js";
import { drawCards, drawDepartments, drawNotices } from "./lists.js";
import { Link } from "./link.js";
import { applyDelta } from "./picture.js";

const QUIET = 120000; // without a record for this long the footer counts the minutes
const FEEDS = {
  waiting: "数据源未就绪，正在等待",
  loading: "正在载入数据",
  lost: "数据源中断，画面不再更新",
};

const REFUSED = {
  4401: "需要令牌：请用带 #token=… 的地址打开本页；令牌已失效时请联系管理员",
  4403: "此屏的令牌不能查看这个范围：请改用授权范围的地址",
  4429: "使用同一令牌的屏幕太多：请先关闭其他屏幕",
};

const at = (id) => document.getElementById(id);
let picture = null;
let screen = null;
let feed = null;
let times = new format.Times("Asia/Shanghai");
let link = { state: "connecting", failures: 0, code: 0 };
let heard = 0; // the server's clock when it last spoke
let ahead = 0; // the server's clock minus ours
let pending = false;

function hear(now) {
  heard = now;
  ahead = now - Date.now();
}

const serverNow = () => Date.now() + ahead;

function takeSnapshot(message) {
  // A server with newer pages: take them. Not more than once a minute, should a cache in between hold on to the old ones.
  if (screen && screen.page !== message.screen.page && performance.now() > 60000) return location.reload();
  hear(message.now);
  ({ screen, feed, picture } = message);
  times = new format.Times(screen.zone);
  document.title = screen.title;
  at("title").textContent = screen.title;
  at("scope").textContent = scopeText(screen);
  at("simulated").hidden = !screen.simulated;
  show();
}

function forget() {
  // Whoever may not look any more is not left what was there.
  if (picture) location.reload();
}

function scopeText({ region, hall, department }) {
  const parts = [region && `区划 ${region}`, hall && `大厅 ${hall}`, department].filter(Boolean);
  return parts.length ? parts.join(" · ") : "全部区划 · 全部大厅";
}

function takeDelta(message) {
  heard = serverNow();
  picture = applyDelta(picture, message);
  show();
}

function takeHeartbeat(message) {
  hear(message.now);
  feed = message.feed;
  showState();
}

// Several messages in one frame are drawn once.
function show() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    showTotals(picture.totals);
    drawCards(at("cards"), picture.cards, times);
    drawNotices(at("notices"), picture.notices, times);
    drawDepartments(at("departments"), picture.departments);
    at("cards-empty").hidden = picture.cards.length > 0;
    at("notices-empty").hidden = picture.notices.length > 0;
    at("cards-count").textContent = picture.cards.length ? `最近 ${picture.cards.length} 张` : "";
    showState();
  });
}

function showTotals(totals) {
  for (const name of ["open", "concluded", "accepted", "on_time", "yellow", "red"]) put(name, format.count(totals[name]));
  put("rate", format.share(totals.on_time, totals.concluded, 2));
  at("rate-bar").style.width = totals.concluded ? `${(totals.on_time / totals.concluded) * 100}%` : "0";
}

function put(id, text) {
  const number = at(id);
  if (number.textContent === text) return;
  const first = number.textContent === "—";
  number.textContent = text;
  number.dataset.long = text.length > 7 ? "yes" : "no";
  if (first) return;
  number.classList.remove("changed");
  void number.offsetWidth; // lets the animation start anew
  number.classList.add("changed");
}

function showState() {
  document.body.dataset.link = link.state;
  document.body.dataset.feed = feed ? feed.state : "waiting";
  const alarm = alarmText();
  at("alarm").textContent = alarm;
  at("alarm").hidden = !alarm;
  at("link-text").textContent = link.state === "live" ? (feed.state === "live" ? "实时连接" : FEEDS[feed.state])
    : link.state === "lost" ? "连接中断" : link.state === "refused" ? "未获准" : "正在连接";
  at("read").textContent = readText();
  at("records").textContent = feed && feed.clock ? times.full(feed.clock) : "—";
}

function alarmText() {
  if (link.state === "refused") return REFUSED[link.code];
  if (link.state === "lost") {
    const kept = picture ? `画面停在 ${times.full(heard)}` : "尚未收到数据";
    return `连接中断 · ${kept} · 正在重新连接（第 ${link.failures} 次）`;
  }
  if (link.state !== "live") return "";
  if (feed.state === "live") {
    if (feed.workers !== 0) return "";
    return `没有监察进程在运行，画面停在${feed.read_at ? ` ${times.full(feed.read_at)}` : "空白"}`;
  }
  const since = feed.read_at ? ` · 最近数据 ${times.full(feed.read_at)}` : "";
  return `${FEEDS[feed.state]}${since}`;
}

function readText() {
  if (!feed || !feed.read_at) return "—";
  const age = serverNow() - feed.read_at;
  const text = times.clock(feed.read_at);
  return age > QUIET ? `${text}（已 ${Math.floor(age / 60000)} 分钟无新记录）` : text;
}

function showClock() {
  // Without the server there is no time to vouch for.
  if (link.state !== "live") return;
  at("clock").textContent = times.clock(serverNow());
  // Simulated halls live in a time of their own: the cards' times are read against that one.
  at("date").textContent = screen.simulated && feed.clock ? `业务时钟 ${times.full(feed.clock)}` : times.day(serverNow());
}

setInterval(showClock, 250);
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
// The fragment never leaves the browser but in our first word. Read anew each time: an address mended in place counts at once.
const token = () => new URLSearchParams(location.hash.slice(1)).get("token") || "";
new Link(`${scheme}//${location.host}/live${location.search}`, token, {
  snapshot: takeSnapshot,
  delta: takeDelta,
  heartbeat: takeHeartbeat,
  state: (state, failures, code) => {
    link = { state, failures, code };
    if (state === "refused") forget();
    showState();
  },
});
