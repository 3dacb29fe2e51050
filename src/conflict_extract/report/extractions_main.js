// What holds it together: filters, tabs, addresses, keys and print.

const VIEWS = { claims: ['Who says what', drawClaims], figures: ['Figures', drawFigures], time: ['Timeline', drawTimeline], rejected: ['Left out', drawRejected], about: ['How to read', drawAbout] };

function drawPanel() {
  const panel = document.getElementById('panel');
  panel.replaceChildren();
  unhint();
  if (printing) {
    for (const [label, draw] of Object.values(VIEWS)) {
      panel.append(el('h2', {}, label));
      draw(panel);
    }
  } else {
    VIEWS[state.view][1](panel);
  }
  drawTabs();
}

function drawTabs() {
  const tabs = document.getElementById('tabs');
  const rejected = (state.scope ? [state.scope] : ARTICLES).reduce((sum, article) => sum + article.rejected.length, 0);
  tabs.replaceChildren(...Object.entries(VIEWS).map(([view, [label]]) => el('button', {
    type: 'button', role: 'tab', id: `tab-${view}`, 'aria-controls': 'panel', 'aria-selected': String(state.view === view), tabindex: state.view === view ? 0 : -1,
    on: { click: () => show(view) },
  }, label, view === 'rejected' && el('span', { class: 'tally' }, String(rejected)))));
  document.getElementById('panel').setAttribute('aria-labelledby', `tab-${state.view}`);
}

function show(view) {
  state.view = view;
  drawPanel();
  document.getElementById('panel').scrollTop = 0;
  document.getElementById(`tab-${view}`).focus();
}

function drawLeft() {
  const left = document.getElementById('left');
  if (state.scope) drawArticle(left, state.scope);
  else drawArticles(left);
}

function drawAll() {
  drawLeft();
  drawPanel();
  drawCard();
  drawChoice();
  drawCounts();
}

function drawCounts() {
  const rows = matching();
  const sources = new Set(rows.map((row) => originOf(row.claim)).filter(Boolean).map(sourceKey));
  const said = `${count(rows.length, 'claim')} by ${count(sources.size, 'source')} in ${state.scope ? 'this article' : count(new Set(rows.map((row) => row.article)).size, 'article')}`;
  document.getElementById('counts').textContent = narrowed() ? `${said}, of ${ROWS.length.toLocaleString('en')} in all` : said;
  document.getElementById('live').textContent = narrowed() ? said : '';
  document.getElementById('clear')?.toggleAttribute('disabled', !narrowed());
  const chosen = document.getElementById('in-article');
  if (chosen) chosen.value = state.scope ? String(state.scope.position) : '';
}

// Addresses: #article/item, so that a claim can be pointed at and the back button works.
function address(article, item = null) {
  return article ? `#${encodeURIComponent(article.key)}${item ? `/${encodeURIComponent(item.id)}` : ''}` : '#';
}

// Also: what else the same words carry.
function itemLink(article, item, content, also = []) {
  return el('a', { class: 'plain', href: address(article, item), on: { click: (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(article, item, also);
  } } }, content);
}

function go(article, item = null) {
  const hash = address(article, item);
  if ((location.hash || '#') !== hash) history.pushState(null, '', hash);
  follow();
}

function choose(article, item, also) {
  state.next = also;
  go(article, item);
}

function follow() {
  const [key, id] = location.hash.slice(1).split('/').map((part) => {
    try { return decodeURIComponent(part); } catch { return ''; }
  });
  const article = BY_KEY.get(key) ?? (ARTICLES.length === 1 ? ARTICLES[0] : null);
  const moved = article !== state.scope || !marked.drawn;
  const before = state.chosen;
  state.scope = article;
  state.chosen = article?.byId.get(id) ?? null;
  state.also = state.next ?? [];
  state.next = null;
  if (moved) {
    drawAll();
    marked.drawn = true;
    document.getElementById('left').scrollTop = 0;
    document.getElementById('panel').scrollTop = 0;
  } else {
    drawCard();
    drawChoice();
    for (const row of document.querySelectorAll('.panel [data-item]')) row.classList.toggle('chosen', row.item === state.chosen);
  }
  if (state.chosen) {
    scrollToItem(state.chosen);
    keepRowInSight();
  } else if (before && !moved) marked.of.get(before)?.[0]?.focus?.({ preventScroll: true });
}

// The row of the chosen item, where the card has not taken its room.
function keepRowInSight() {
  const row = document.querySelector('.panel .chosen');
  const panel = document.getElementById('panel');
  if (!row || getComputedStyle(panel).overflowY === 'visible') return;
  const [box, frame] = [row.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (box.top < frame.top || box.bottom > frame.bottom) panel.scrollTop += box.top - frame.top - Math.max(8, (frame.height - box.height) / 2);
}

function filter(change) {
  Object.assign(state, change);
  drawAll();
  marked.drawn = true;
}

function drawFilters() {
  const form = document.getElementById('filters');
  const tally = (values) => [...values.reduce((map, value) => map.set(value, (map.get(value) ?? 0) + 1), new Map())];
  const select = (id, label, name, options) => el('label', {}, el('span', {}, label), el('select', { id, on: { change: (event) => filter({ [name]: event.target.value }) } },
    el('option', { value: '' }, 'All'), options.map(([value, said]) => el('option', { value }, said))));
  const kinds = new Map(tally(ROWS.map((row) => row.claim.kind)));
  const standings = new Map(tally(ROWS.map((row) => row.claim.standing)));
  const names = new Map(ROWS.flatMap((row) => row.claim.telling?.chain ?? []).map((source) => [sourceKey(source), oneLine(source.name)]));
  const sources = tally(ROWS.flatMap((row) => [...new Set((row.claim.telling?.chain ?? []).map(sourceKey))])).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  let typing = 0;
  form.append(
    el('label', { class: 'search' }, el('span', {}, 'Search'), el('input', { type: 'search', id: 'search', placeholder: 'words, sources, places', autocomplete: 'off', on: { input: (event) => {
      clearTimeout(typing);
      typing = setTimeout(() => filter({ search: event.target.value }), 120);
    } } })),
    select('kind', 'Kind', 'kind', Object.values(WORDS.families).flatMap((family) => family.kinds).filter((kind) => kinds.has(kind)).map((kind) => [kind, `${plain(kind)} (${kinds.get(kind)})`])),
    select('source', 'Source', 'source', [...sources.map(([key, number]) => [key, `${names.get(key)} (${number})`]), ...(ROWS.some((row) => !row.claim.telling) ? [[OWN, OWN]] : [])]),
    select('standing', 'Standing', 'standing', Object.entries(WORDS.standings).filter(([key]) => standings.has(key)).map(([key, [label]]) => [key, `${label} (${standings.get(key)})`])),
    ...(ARTICLES.length > 1 ? [el('label', {}, el('span', {}, 'Article'), el('select', { id: 'in-article', on: { change: (event) => go(ARTICLES[event.target.value] ?? null) } },
      el('option', { value: '' }, 'All'), ARTICLES.map((article) => el('option', { value: article.position }, nameOf(article)))))] : []),
    el('button', { type: 'button', id: 'clear', disabled: true, on: { click: () => {
      form.reset();
      filter({ kind: '', source: '', standing: '', search: '' });
    } } }, 'Clear'));
  form.addEventListener('submit', (event) => event.preventDefault());
}

function drawProblems() {
  const box = document.getElementById('problems');
  box.hidden = !DATA.problems.length;
  if (box.hidden) return;
  const list = el('ul');
  box.append(fold(`Not all is here: ${count(DATA.problems.length, 'note')}`, DATA.problems.length < 4, () => fill(list, DATA.problems, (problem) => el('li', {}, oneLine(problem)), 50, 'problem')));
}

function drawAbout(panel) {
  const terms = (entries) => el('dl', { class: 'terms' }, entries.map(([name, meaning]) => [el('dt', {}, name), el('dd', {}, meaning)]));
  panel.append(
    el('p', {}, 'The article’s words are marked as they stand. What kind of claim they make, who is in the chain of sources, what is linked with what: that is a language model’s reading, and can be wrong. Numbers and days are read from the words by code. Check what you publish against the marked words.'),
    el('h3', {}, 'How a claim stands'), terms(Object.entries(WORDS.standings).map(([key, [, meaning]]) => [standingChip(key), meaning])),
    el('p', { class: 'quiet' }, 'As far as this article shows who is on which side. Agreement between articles is not looked at.'),
    el('h3', {}, 'How it is told'), terms(Object.entries(WORDS.cueClasses)),
    el('h3', {}, 'Kinds of claims'), terms(Object.entries(WORDS.families).map(([name, family]) => [el('mark', { class: `m-claim f-${name}` }, family.label), family.kinds.map(plain).join(', ')])),
    el('h3', {}, 'Keys'), el('p', {}, 'In the text: the arrow keys go from passage to passage, Enter opens one, Escape closes it. In the tabs: the arrow keys. A slash goes to the search.'),
    el('h3', {}, 'Where it comes from'), terms(provenance()));
}

function provenance() {
  const articles = state.scope ? [state.scope] : ARTICLES;
  const runs = [...new Set(articles.map((article) => article.run))].map((run) => DATA.runs[run]);
  const each = (name) => [...new Set(runs.map((run) => oneLine(run[name])))].join(', ');
  const days = articles.map((article) => article.created).sort();
  return [
    ['Read from', oneLine(DATA.source)], ['Model', each('model')], ['Answered by', each('answered_by')], ['Prompt', `${each('prompt_version')} (SHA-256 ${each('prompt_sha256')})`],
    ['Parameters', each('parameters')], ['Vague words', `bounds by the policy “${each('vague_policy')}”`], ['Schema', each('schema_version')], ['conflict-extract', each('library_version')],
    ['Extracted', days.length ? [...new Set([days[0], days.at(-1)])].map((time) => time.slice(0, 10)).filter((day, index, all) => all.indexOf(day) === index).join(' to ') : ''],
    ...(state.scope ? [['Article’s text', `SHA-256 ${state.scope.sha256}`]] : []),
  ];
}

function keys(event) {
  if (event.key === 'Escape' && state.chosen) choose(state.scope, null, []);
  if (event.key === '/' && !event.target.matches('input, select, textarea')) {
    document.getElementById('search').focus();
    event.preventDefault();
  }
}

function tabKeys(event) {
  const names = Object.keys(VIEWS);
  const to = { ArrowRight: names.indexOf(state.view) + 1, ArrowLeft: names.indexOf(state.view) - 1, Home: 0, End: names.length - 1 }[event.key];
  if (to === undefined) return;
  show(names[(to + names.length) % names.length]);
  event.preventDefault();
}

function print(on) {
  printing = on;
  drawLeft();
  drawPanel();
  drawChoice();
  marked.drawn = true;
}

drawFilters();
drawProblems();
document.addEventListener('keydown', keys);
document.getElementById('tabs').addEventListener('keydown', tabKeys);
document.querySelector('.skip').addEventListener('click', (event) => {
  document.getElementById('panel').focus();
  event.preventDefault();
});
addEventListener('hashchange', follow);
addEventListener('beforeprint', () => print(true));
addEventListener('afterprint', () => print(false));
follow();
