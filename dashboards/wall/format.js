// Numbers, times and codes as a Chinese reader expects them. Times are epoch milliseconds, shown in the wall's zone.

const LEVELS = { reminder: "提醒", warning: "预警", yellow: "黄牌", red: "红牌" };
const STATES = {
  pending: "待发", issued: "已发", acknowledged: "已签收", replied: "已反馈", followed_up: "督办中", rectified: "已整改",
  appealed: "申诉中", escalated: "已上报", superseded: "已升级", expired: "已失效", withdrawn: "已撤销", revoked: "已撤销",
  removed: "已摘牌", closed: "已销号",
};
const ENDS = { superseded: "升级", expired: "失效", withdrawn: "撤销", revoked: "撤销", removed: "摘牌", closed: "销号" };
const STAGES = {
  consultation: "咨询", application: "申请", "pre-review": "预审", acceptance: "受理", transfer: "转办", handling: "承办",
  review: "审核", approval: "审批", conclusion: "办结", issuance: "出证", delivery: "送达", archiving: "归档",
};
const UNITS = { wd: "个工作日", d: "天", mo: "个月", y: "年", wh: "个工作小时", wm: "分钟（办公时间）", h: "小时", min: "分钟" };
const NOTHING = { wd: "即办", d: "当日", mo: "当日", y: "当日" };

export const level = (code) => LEVELS[code] ?? code;
export const state = (code) => STATES[code] ?? code;
export const stands = (code) => !(code in ENDS);
export const end = (code) => ENDS[code] ?? "";
export const stage = (code) => STAGES[code] ?? code;
export const count = (number) => number.toLocaleString("zh-CN");

// "10wd" is 10 working days; an instant item has none. "1mo + 2wd" was extended, "@2026-03-05T17:00:00+08:00" is when the window
// system itself says that it is due. What we cannot read is shown as it came.
export function limit(text) {
  const [own, more] = text.split(" + ");
  if (more) return `${limit(own)}，延长 ${limit(more)}`;
  if (text === "instant") return "即办";
  if (text.startsWith("@")) return `至 ${text.slice(1, 20).replace("T", " ")}`;
  const found = /^(\d+)([a-z]+)$/.exec(text);
  if (!found || !UNITS[found[2]]) return text;
  return found[1] === "0" ? NOTHING[found[2]] ?? "即刻" : `${found[1]} ${UNITS[found[2]]}`;
}

// Rounded down: 99.96 % must not read as 100 %; and what is there must not read as nothing.
export function share(part, whole, digits) {
  if (whole === 0) return "—";
  const scale = 10 ** digits;
  const rounded = Math.floor((part * 100 * scale) / whole) / scale;
  return rounded === 0 && part > 0 ? `<${(1 / scale).toFixed(digits)}%` : `${rounded.toFixed(digits)}%`;
}

// 350 -> 0.35 秒, 65000 -> 1 分 5 秒, 90000000 -> 1 天 1 小时
export function lag(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} 秒`;
  if (seconds < 60) return `${Math.floor(seconds)} 秒`;
  const whole = Math.floor(seconds);
  if (whole < 3600) return pair(whole, 60, "分", 1, "秒");
  if (whole < 86400) return pair(whole, 3600, "小时", 60, "分");
  return pair(whole, 86400, "天", 3600, "小时");
}

function pair(seconds, large, largeName, small, smallName) {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest ? ` ${rest} ${smallName}` : ""}`;
}

export class Times {
  constructor(zone) {
    const format = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hourCycle: "h23", ...options });
    this._clock = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this._day = format({ year: "numeric", month: "long", day: "numeric", weekday: "long" });
    this._date = format({ year: "numeric", month: "2-digit", day: "2-digit" });
  }

  clock(at) { return this._clock.format(at); }
  day(at) { return this._day.format(at).replace("星期", " 星期"); }
  date(at) { return this._date.format(at).replaceAll("/", "-"); }
  full(at) { return `${this.date(at)} ${this.clock(at)}`; }
  month(at) { return this.date(at).slice(5); }
}
