// What the screen holds and how a delta changes it; the same as monitor/wall/picture.py.

const byPlace = (a, b) => b.at - a.at || compare(a.row.id, b.row.id);
const byTrouble = (a, b) =>
  b.totals.red - a.totals.red || b.totals.yellow - a.totals.yellow || b.totals.open - a.totals.open
  || compare(departmentId(a), departmentId(b));
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export const departmentId = (entry) => `${entry.region}/${entry.hall}/${entry.department}`;
const rowId = (entry) => entry.row.id;

export function applyDelta(picture, delta) {
  return {
    at: delta.at ?? picture.at,
    totals: delta.totals ?? picture.totals,
    departments: change(picture.departments, delta.departments, departmentId, byTrouble),
    cards: change(picture.cards, delta.cards, rowId, byPlace),
    notices: change(picture.notices, delta.notices, rowId, byPlace),
  };
}

function change(shown, change, id, order) {
  if (!change) return shown;
  const entries = new Map(shown.map((entry) => [id(entry), entry]));
  for (const gone of change.gone ?? []) entries.delete(gone);
  for (const entry of change.put ?? []) entries.set(id(entry), entry);
  return [...entries.values()].sort(order);
}
