// Figures: for each quantity one axis, and on it one bar for each source's claim. The chart is a table whose last column
// is drawn, so that a reader of the screen or of a print-out has all of it in words.

function quantities(rows) {
  const found = new Map();
  for (const { article, claim } of rows) {
    for (const figure of claim.figures) {
      const unit = figure.unit && figure.unit !== 'percent' ? figure.unit : '';
      const key = `${Object.keys(WORDS.measures).indexOf(figure.measure) + 100}${unit}`;
      if (!found.has(key)) found.set(key, { measure: figure.measure, unit, rows: [] });
      found.get(key).rows.push({ article, claim, figure });
    }
  }
  return [...found.entries()].sort(([one], [other]) => one.localeCompare(other)).map(([, quantity]) => quantity);
}

function drawFigures(panel) {
  const found = quantities(matching());
  panel.append(el('p', { class: 'quiet' }, 'Each bar is one source’s claim; what it counts (people, households) stands in the words. Nothing is added up: parts stand beside their wholes, and rival counts beside each other.'), barLegend());
  if (!found.length) panel.append(nothing('figures'));
  for (const quantity of found) panel.append(quantitySection(quantity));
}

function barLegend() {
  const key = (figure, label, negated = false) => el('span', { class: 'key' }, bar({ figure, claim: { polarity: negated ? 'negated' : 'affirmed' } }, { at: (value) => value }, [], 'mini'), label);
  return el('p', { class: 'legend bars' },
    key({ low: 50, high: 50, comparator: 'eq' }, 'exactly'), key({ low: 50, high: 50, comparator: 'approx' }, 'about'), key({ low: 30, high: 75, comparator: 'range' }, 'from – to'),
    key({ low: 30, comparator: 'ge' }, 'at least'), key({ high: 70, comparator: 'le' }, 'at most'), key({ low: 30, comparator: 'vague' }, 'vague word'),
    key({ low: 50, high: 50, comparator: 'eq' }, 'denied', true));
}

function axisOf(quantity) {
  const ends = quantity.rows.flatMap(({ figure }) => [figure.low, figure.high]).filter((value) => value !== undefined && value !== null);
  const most = Math.max(1, extent(ends)[1]);
  const least = Math.min(most, extent(ends.filter((value) => value > 0))[0]);
  const log = quantity.measure !== 'percent' && most / Math.max(1, least) >= 50;
  const end = quantity.measure === 'percent' ? Math.max(100, most) : log ? most * 2 : most * 1.15;
  const at = log ? (value) => 100 * Math.log1p(Math.max(0, value)) / Math.log1p(end) : (value) => 100 * Math.max(0, value) / end;
  return { log, at, ticks: log ? decades(end) : rounds(end) };
}

function decades(end) {
  const all = [];
  for (let tick = 10; tick <= end; tick *= 10) all.push(tick);
  const every = Math.ceil(all.length / 6);
  return [0, ...all.filter((_, index) => index % every === 0)];
}

function rounds(end) {
  const rough = end / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const width = Math.max(1, [1, 2, 5, 10].map((each) => each * size).find((each) => each >= rough));
  const all = [];
  for (let tick = 0; tick <= end; tick += width) all.push(tick);
  return all;
}

function quantitySection(quantity) {
  const axis = axisOf(quantity);
  const unit = quantity.unit ? `, ${oneLine(quantity.unit)}` : '';
  const named = `${WORDS.measures[quantity.measure]}${unit}`;
  const scale = axis.log ? 'logarithmic scale' : 'linear scale';
  const body = el('tbody');
  const table = el('table', { class: 'chart' },
    el('caption', {}, el('h3', {}, named), el('span', { class: 'quiet' }, ` ${count(quantity.rows.length, 'figure')}, ${scale}`)),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Who says so'), el('th', { scope: 'col' }, 'In these words'), el('th', { scope: 'col' }, 'Reads as'),
      el('th', { scope: 'col', class: 'axis' }, el('span', { class: 'sr' }, 'Drawn'), axisTicks(axis, (value) => short(value))))),
    body);
  fill(body, withHeads(quantity.rows), (line) => line.head ? headRow(line) : figureRow(line, axis), 60, 'row');
  return el('section', { class: 'quantity' }, table);
}

function short(value) {
  return value >= 10000 ? new Intl.NumberFormat('en', { notation: 'compact' }).format(value) : value.toLocaleString('en');
}

function axisTicks(axis, label) {
  return el('span', { class: 'ticks', 'aria-hidden': 'true' }, axis.ticks.map((tick) => {
    const node = el('span', {}, label(tick));
    node.style.left = `${axis.at(tick)}%`;
    return node;
  }));
}

// Figures told of the same event stand together, under its name.
function withHeads(rows) {
  const groups = new Map();
  for (const row of rows) {
    const events = row.claim.events.map((id) => row.article.byId.get(id)).filter(Boolean);
    const key = `${row.article.key}\n${row.claim.events.join('\n')}`;
    if (!groups.has(key)) groups.set(key, { head: true, article: row.article, events, rows: [] });
    groups.get(key).rows.push(row);
  }
  return [...groups.values()].flatMap((group) => [group, ...group.rows]);
}

function headRow({ article, events }) {
  const title = events.length ? events.map((event) => oneLine(event.summary)).join(' · ') : 'Not tied to an event';
  const content = [title, !state.scope && el('span', { class: 'quiet' }, ' in ', words(nameOf(article), false))];
  return el('tr', { class: 'group' }, el('th', { colspan: 4, scope: 'rowgroup' }, events.length === 1
    ? itemLink(article, events[0], content) : content));
}

function figureRow({ article, claim, figure }, axis) {
  const origin = originOf(claim);
  const through = claim.telling?.chain.slice(0, -1).map((source) => oneLine(source.name)) ?? [];
  const whole = linksOf(article, claim).some(([said]) => said === 'part of');
  const row = el('tr', { 'data-item': '', class: `${claim.polarity === 'negated' ? 'negated' : ''} ${state.chosen === claim ? 'chosen' : ''}`, on: pointing(article, claim) },
    el('th', { scope: 'row' }, standingIcon(claim.standing), el('span', { class: 'sr' }, WORDS.standings[claim.standing][0]),
      origin ? words(origin.name, false) : OWN, through.length > 0 && el('span', { class: 'quiet' }, ' via ', words(through.reverse().join(' via '), false))),
    el('td', {}, itemLink(article, claim, words(figure.text)), ' ', figure.of && words(figure.of, false),
      figure.window && el('span', { class: 'quiet' }, ', ', words(figure.window, false)),
      whole && el('span', { class: 'quiet' }, ' (part of a whole)'), claim.polarity === 'negated' && el('span', { class: 'against' }, ' says it is not so')),
    el('td', { class: 'signs' }, figure.signs),
    el('td', { class: 'drawn' }, bar({ figure, claim }, axis, axis.ticks)));
  row.item = claim;
  return row;
}

// One figure on its axis. Open ends run to the edge with an arrow; vague words are hollow; nothing is drawn that the
// words do not bound.
function bar({ figure, claim }, axis, ticks, size = '') {
  const { low = null, high = null, comparator } = figure;
  const [from, to] = [low === null ? 0 : axis.at(low), high === null ? 100 : axis.at(high)];
  const percent = (value) => `${value.toFixed(2)}%`;
  const parts = ticks.map((tick) => svg('line', { x1: percent(axis.at(tick)), x2: percent(axis.at(tick)), y1: 0, y2: 20, class: 'grid' }));
  const vague = comparator === 'vague';
  if (low !== null && low === high && !vague) {
    parts.push(svg('circle', { cx: percent(from), cy: 10, r: 5.5, class: comparator === 'approx' ? 'about' : 'exact' }));
  } else {
    const kind = vague ? 'hollow' : low === null || high === null ? 'open' : 'solid';
    parts.push(svg('rect', { x: percent(from), y: 5, width: percent(Math.max(0.6, to - from)), height: 10, class: kind }));
    if (!vague && low !== null) parts.push(edge(percent(from)));
    if (!vague && high !== null) parts.push(edge(percent(to)));
    if (high === null) parts.push(arrow('100%', 'M-9 -4l6 4-6 4'));
    if (low === null && !vague) parts.push(arrow('0%', 'M9 -4l-6 4 6 4'));
  }
  if (claim.polarity === 'negated') parts.push(arrow(low === null ? percent(to) : percent(from), 'M-6 -8l12 16M6 -8l-12 16', 'cross'));
  const drawn = svg('svg', { class: `bar ${size} ${claim.polarity}`, height: 20, 'aria-hidden': 'true' }, ...parts);
  if (claim.quote) drawn.prepend(svg('title', {}, oneLine(`“${claim.quote}”`)));
  return drawn;
}

function edge(x) {
  return svg('svg', { x, y: 0, overflow: 'visible' }, svg('rect', { x: -1.5, y: 3, width: 3, height: 14, class: 'edge' }));
}

function arrow(x, path, name = 'arrow') {
  return svg('svg', { x, y: 10, overflow: 'visible' }, svg('path', { d: path, class: name }));
}
