// Events in time, each with the precision that its words allow. What does not resolve to days stands apart.

const DAY = 86_400_000;
const LONG_GAP = 400 * DAY;

function dayOf(text) {
  return Date.parse(`${text}T00:00:00Z`);
}

function dayName(text) {
  return new Date(dayOf(text)).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

function eventRows() {
  const seen = new Set();
  const rows = [];
  for (const { article, claim } of matching()) {
    for (const id of claim.events) {
      const event = article.byId.get(id);
      if (event && !seen.has(event)) {
        seen.add(event);
        rows.push({ article, event });
      }
    }
  }
  return rows;
}

function drawTimeline(panel) {
  const rows = eventRows();
  const dated = rows.filter(({ event }) => event.earliest || event.latest).sort((a, b) => startOf(a.event) - startOf(b.event));
  const undated = rows.filter(({ event }) => !event.earliest && !event.latest);
  panel.append(el('p', { class: 'quiet' }, 'When, as far as the words and the article’s day of publication allow. An event has no numbers of its own: the claims about it have.'));
  if (!rows.length) panel.append(nothing('events'));
  for (const stretch of stretches(dated)) panel.append(stretchSection(stretch));
  if (undated.length) panel.append(undatedSection(undated, dated.length > 0));
}

function startOf(event) {
  return dayOf(event.earliest ?? event.latest);
}

function endOf(event) {
  return dayOf(event.latest ?? event.earliest);
}

// One axis as long as nothing breaks off for more than a year: an event of 1982 must not squeeze a week of 2019.
function stretches(rows) {
  const found = [];
  let until = -Infinity;
  for (const row of rows) {
    if (startOf(row.event) - until > LONG_GAP) found.push([]);
    found.at(-1).push(row);
    until = Math.max(until, endOf(row.event));
  }
  return found;
}

function stretchSection(rows) {
  const [first, end] = extent(rows.flatMap(({ event }) => [startOf(event), endOf(event)]));
  const last = end + DAY;
  const room = Math.max(DAY, (last - first) * 0.04);
  const [from, to] = [first - room, last + room];
  const axis = { at: (time) => 100 * (time - from) / (to - from), ticks: dateTicks(from, to) };
  const days = (to - from) / DAY;
  const oneYear = new Date(first).getUTCFullYear() === new Date(last - DAY).getUTCFullYear();
  const label = (tick) => new Date(tick).toLocaleDateString('en-GB', { ...(days < 60 && { day: 'numeric' }), ...(days < 1500 && { month: 'short' }), ...(days >= 60 && !oneYear && { year: 'numeric' }), timeZone: 'UTC' });
  const body = el('tbody');
  fill(body, rows, (row) => eventRow(row, axis), 60, 'event');
  const years = [...new Set([first, last - DAY].map((time) => new Date(time).getUTCFullYear()))].join(' to ');
  return el('section', { class: 'quantity' }, el('table', { class: 'chart time' },
    el('caption', {}, el('h3', {}, years), el('span', { class: 'quiet' }, ` ${count(rows.length, 'event')}`)),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Event'), el('th', { scope: 'col' }, 'When'), el('th', { scope: 'col', class: 'axis' }, el('span', { class: 'sr' }, 'Drawn'), axisTicks(axis, label)))),
    body));
}

// A handful of ticks, at the start of days, months or years.
function dateTicks(from, to) {
  const days = (to - from) / DAY;
  const ticks = [];
  const start = new Date(from);
  if (days < 60) {
    const every = Math.max(1, Math.ceil(days / 4)) * DAY;
    for (let tick = Math.ceil(from / DAY) * DAY; tick <= to; tick += every) ticks.push(tick);
  } else {
    const every = Math.ceil(days / 30.4 / 3);
    for (let month = start.getUTCMonth() + 1; ticks.length < 12; month += every) {
      const tick = Date.UTC(start.getUTCFullYear(), month, 1);
      if (tick > to) break;
      ticks.push(tick);
    }
  }
  return ticks;
}

function eventRow({ article, event }, axis) {
  const row = el('tr', { 'data-item': '', class: state.chosen === event ? 'chosen' : '', on: pointing(article, event) },
    el('th', { scope: 'row' }, eventName(article, event)),
    el('td', { class: 'when' }, whenWords(event)),
    el('td', { class: 'drawn' }, eventBar(event, axis)));
  row.item = event;
  return row;
}

function eventName(article, event) {
  const places = (event.places ?? []).map((place) => oneLine(place.name)).join(', ');
  return [
    itemLink(article, event, oneLine(event.summary)),
    event.reality !== 'occurred' && chip(event.reality, 'reality'),
    el('span', { class: 'quiet block' }, plain(event.sub_type), places && [' · ', words(places, false)], !state.scope && [' · ', words(nameOf(article), false)]),
  ];
}

function whenWords(event) {
  return [daysOf(event), el('span', { class: 'quiet block' }, event.time && words(event.time), event.precision && ` ${WORDS.precisions[event.precision]}`)];
}

function daysOf(event) {
  const { earliest, latest } = event;
  if (earliest && latest) return earliest === latest ? dayName(earliest) : `${dayName(earliest)} to ${dayName(latest)}`;
  return earliest ? `from ${dayName(earliest)}` : `until ${dayName(latest)}`;
}

function eventBar(event, axis) {
  const percent = (value) => `${value.toFixed(2)}%`;
  const from = event.earliest ? axis.at(dayOf(event.earliest)) : 0;
  const to = event.latest ? axis.at(dayOf(event.latest) + DAY) : 100;
  const parts = axis.ticks.map((tick) => svg('line', { x1: percent(axis.at(tick)), x2: percent(axis.at(tick)), y1: 0, y2: 20, class: 'grid' }));
  const firm = event.reality === 'occurred';
  if (event.earliest && event.earliest === event.latest) parts.push(svg('circle', { cx: percent((from + to) / 2), cy: 10, r: 5.5, class: firm ? 'exact' : 'ring' }));
  else {
    parts.push(svg('rect', { x: percent(from), y: 5, width: percent(Math.max(0.6, to - from)), height: 10, class: !firm ? 'hollow' : event.earliest && event.latest ? 'solid' : 'open' }));
    if (!event.latest) parts.push(arrow('100%', 'M-9 -4l6 4-6 4'));
    if (!event.earliest) parts.push(arrow('0%', 'M9 -4l-6 4 6 4'));
  }
  return svg('svg', { class: 'bar', height: 20, 'aria-hidden': 'true' }, svg('title', {}, daysOf(event)), ...parts);
}

function undatedSection(rows, others) {
  const list = el('ul', { class: 'events' });
  fill(list, rows, ({ article, event }) => {
    const row = el('li', { 'data-item': '', class: state.chosen === event ? 'chosen' : '', on: pointing(article, event) }, eventName(article, event),
      el('span', { class: 'block' }, event.time ? [words(event.time), el('span', { class: 'quiet' }, ' does not resolve to a day')] : el('span', { class: 'quiet' }, 'no time given')));
    row.item = event;
    return row;
  }, 60, 'event');
  return el('section', {}, el('h3', {}, others ? 'Not resolved to days' : 'No event resolves to days'), el('p', { class: 'quiet' }, 'In the order of the article.'), list);
}
