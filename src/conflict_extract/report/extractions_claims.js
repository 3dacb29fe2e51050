// Who says what: claims by source, or by the side on which the article places the source.

function drawClaims(panel) {
  const rows = matching();
  const bySide = state.group === 'side';
  const choice = (value, label) => el('button', {
    type: 'button', 'aria-pressed': String(state.group === value), on: { click: () => { state.group = value; drawPanel(); document.querySelector(`.grouping [aria-pressed="true"]`)?.focus(); } },
  }, label);
  panel.append(el('div', { class: 'grouping', role: 'group', 'aria-label': 'Grouped by' }, el('span', { class: 'quiet' }, 'Grouped by '),
    choice('source', 'source'), choice('side', 'side, as the article states it')));
  if (!rows.length) {
    panel.append(nothing('claims'));
    return;
  }
  const groups = bySide ? sidesOf(rows) : sourcesOf(rows);
  const open = state.scope !== null || groups.length === 1 || rows.length <= 150;
  const list = el('div', { class: 'groups' });
  panel.append(list);
  fill(list, groups, (group) => fold(groupHead(group), open, () => bySide && group.side !== null ? sideBody(group) : sourceBody(group)), open ? 1000 : 60, bySide ? 'side' : 'source');
}

function nothing(nouns) {
  return el('p', { class: 'quiet empty' }, narrowed() ? 'Nothing passes the filters.' : `No ${nouns} were found.`);
}

function sourcesOf(rows) {
  const groups = new Map();
  for (const row of rows) {
    const origin = originOf(row.claim);
    const key = origin ? sourceKey(origin) : OWN;
    if (!groups.has(key)) groups.set(key, { key, name: origin ? oneLine(origin.name) : OWN, origin, side: null, rows: [] });
    groups.get(key).rows.push(row);
  }
  return ordered([...groups.values()]);
}

// In one article as the article brings them; over many, those who say most first. The article's own voice is last.
function ordered(groups) {
  if (!state.scope) groups.sort((a, b) => b.rows.length - a.rows.length || a.name.localeCompare(b.name));
  return [...groups.filter((group) => group.key !== OWN), ...groups.filter((group) => group.key === OWN)];
}

const NO_SIDE = 'No side stated';
function sidesOf(rows) {
  const groups = new Map();
  for (const row of rows) {
    const origin = originOf(row.claim);
    const side = origin ? (origin.alignment ? oneLine(origin.alignment).toLowerCase() : NO_SIDE) : OWN;
    if (!groups.has(side)) groups.set(side, { key: side, name: side === NO_SIDE || !origin ? side : oneLine(origin.alignment), origin: null, side: origin ? side : null, rows: [] });
    groups.get(side).rows.push(row);
  }
  const found = ordered([...groups.values()]);
  return [...found.filter((group) => ![NO_SIDE, OWN].includes(group.key)), ...found.filter((group) => [NO_SIDE, OWN].includes(group.key))];
}

function groupHead(group) {
  const known = group.side && group.side !== NO_SIDE;
  return [
    el('strong', {}, group.key === OWN || group.side === NO_SIDE ? group.name : words(group.name, Boolean(known))),
    el('span', { class: 'quiet' }, ` ${group.side !== null ? sideMeta(group) : sourceMeta(group)}`),
    el('span', { class: 'tally' }, count(group.rows.length, 'claim')), standingTallies(group.rows.map((row) => row.claim)),
  ];
}

function sideMeta(group) {
  const sources = new Set(group.rows.map((row) => sourceKey(originOf(row.claim))));
  return count(sources.size, 'source');
}

function sourceMeta(group) {
  if (!group.origin) return 'in its own voice, with no source given';
  const different = (get) => [...new Set(group.rows.map((row) => get(originOf(row.claim))).filter(Boolean))];
  const articles = new Set(group.rows.map((row) => row.article)).size;
  const kinds = [...different(typeOf), ...different((source) => source.identification)];
  const sides = different((source) => source.alignment && oneLine(source.alignment)).map((side) => `“${side}”`);
  const several = articles > 1 ? [`in ${articles} articles${group.origin.identification === 'named' ? '' : ', not always the same people'}`] : [];
  return [...kinds, ...sides, ...several].join(', ');
}

// How many claims stand how: at a glance who is borne out, and who stands alone.
function standingTallies(claims) {
  const found = Object.keys(WORDS.standings).map((key) => [key, claims.filter((claim) => claim.standing === key).length]).filter(([, number]) => number > 0);
  return el('span', { class: 'tallies' }, found.map(([key, number]) => el('span', { title: `${WORDS.standings[key][0]}: ${number}` },
    standingIcon(key), el('span', { class: 'sr' }, `${WORDS.standings[key][0]}: `), String(number))));
}

function typeOf(source) {
  return WORDS.sourceTypes[source.type] ?? plain(source.type);
}

function sideBody(group) {
  const body = el('div', { class: 'side' });
  return fill(body, sourcesOf(group.rows), (source) => el('section', {}, el('h4', {}, groupHead(source)), sourceBody(source)), 30, 'source');
}

function sourceBody(group) {
  return fill(el('ul', { class: 'claims' }), group.rows, claimRow, 50, 'claim');
}

function pointing(article, item) {
  return {
    pointerenter: () => hint(article, item, { scroll: true }), pointerleave: () => unhint(),
    focusin: () => hint(article, item, { scroll: true }), focusout: () => unhint(),
  };
}

function claimRow({ article, claim }) {
  const row = el('li', { class: `claim s-${claim.standing} ${claim.polarity === 'negated' ? 'negated' : ''} ${state.chosen === claim ? 'chosen' : ''}`, 'data-item': '', on: pointing(article, claim) },
    el('p', { class: 'statement' }, itemLink(article, claim, oneLine(claim.statement))),
    el('p', { class: 'facts' }, standingChip(claim.standing), claimFlags(claim), cueOf(claim)),
    claim.figures.length > 0 && el('p', { class: 'numbers' }, claim.figures.map((figure) => el('span', {}, figureWords(figure), ' ', el('b', {}, figure.signs)))),
    linksOf(article, claim).filter(([, kind]) => ['denies', 'confirms', 'differs'].includes(kind)).map((each) => linkLine(article, each)),
    !state.scope && el('p', { class: 'quiet where' }, words(nameOf(article), false)));
  row.item = claim;
  return row;
}

function claimFlags(claim) {
  return [
    chip(plain(claim.kind), `kind f-${claim.family}`),
    claim.polarity === 'negated' && chip('says it is not so', 'neg'),
    claim.certainty === 'hedged' && chip('hedged', '', 'The source itself puts it with a reserve'),
    claim.background && chip('background', '', 'Before the news that this article brings'),
  ];
}

function cueOf(claim) {
  const telling = claim.telling;
  if (!telling) return null;
  const through = telling.chain.slice(0, -1).map((source) => oneLine(source.name));
  return el('span', { class: `cue c-${telling.cue_class}`, title: WORDS.cueClasses[telling.cue_class] },
    telling.cue ? words(telling.cue) : 'no cue', el('i', {}, ` ${telling.cue_class}`),
    through.length > 0 && el('span', { class: 'via' }, ', via ', words(through.reverse().join(' via '), false)));
}

function figureWords(figure) {
  return [words(figure.text), figure.of && [' ', words(figure.of, false)], figure.window && [', ', words(figure.window, false)]];
}

function linkLine(article, [said, kind, other]) {
  return el('p', { class: `links ${['denies', 'differs'].includes(kind) ? 'against' : ''}` }, el('span', { class: 'rel' }, said), ' ',
    itemLink(article, other, [el('span', { class: 'quiet' }, `${originOf(other) ? oneLine(originOf(other).name) : OWN}: `), oneLine(other.statement)]));
}

// What was left out, with the reason; the model's words stay folded, since they are no data.
function drawRejected(panel) {
  const terms = folded(state.search).split(/\s+/).filter(Boolean);
  const rows = (state.scope ? [state.scope] : ARTICLES).flatMap((article) => article.rejected.map((item) => ({ article, item })))
    .filter(({ article, item }) => !terms.length || terms.every((term) => folded([article.id, item.message, item.content ?? ''].join('\n')).includes(term)));
  panel.append(el('p', { class: 'quiet' }, 'What the model gave and could not be grounded in the article. It is not data: it is here so that nothing is lost in silence.'));
  if (!rows.length) {
    panel.append(el('p', { class: 'empty' }, state.search.trim() ? 'Nothing passes the search.' : 'Nothing was left out.'));
    return;
  }
  fill(panel.appendChild(el('ul', { class: 'rejected' })), rows, ({ article, item }) => el('li', {},
    el('p', {}, el('strong', {}, capital(WORDS.reasons[item.reason] ?? plain(item.reason))), el('span', { class: 'quiet' }, ` ${plain(item.path)}${item.id ? ` (${oneLine(item.id)})` : ''}`)),
    el('p', {}, oneLine(item.message)),
    !state.scope && el('p', { class: 'quiet' }, words(nameOf(article), false)),
    item.content && fold('What the model gave', false, () => el('pre', {}, visible(item.content)))), 50, 'item');
}
