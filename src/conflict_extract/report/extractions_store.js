// The data, and what is chosen of it.

const DATA = JSON.parse(document.getElementById('data').textContent);
const WORDS = DATA.words;
const ARTICLES = DATA.articles;
const FAMILY_OF = new Map(Object.entries(WORDS.families).flatMap(([name, family]) => family.kinds.map((kind) => [kind, name])));
const OWN = 'The article itself';

// What the reader has set. A scope is an article, or null for all of them.
const state = { scope: null, view: 'claims', group: 'source', kind: '', source: '', standing: '', search: '', chosen: null };
let printing = false;

const BY_KEY = new Map();
for (const [position, article] of ARTICLES.entries()) {
  article.position = position;
  article.attributions ??= [];
  article.claims ??= [];
  article.events ??= [];
  article.key = article.id;
  for (let again = 2; BY_KEY.has(article.key); again += 1) article.key = `${article.id} (${again})`;
  BY_KEY.set(article.key, article);
  article.byId = new Map([...article.attributions, ...article.claims, ...article.events].map((item) => [item.id, item]));
  for (const item of article.attributions) item.type_ = 'telling';
  for (const item of article.events) item.type_ = 'event';
  for (const item of article.claims) {
    item.type_ = 'claim';
    item.family = FAMILY_OF.get(item.kind) ?? 'words';
    item.telling = article.byId.get(item.attribution) ?? null;
    item.incoming = [];
    item.events ??= [];
    item.figures ??= [];
    item.relations ??= [];
  }
  for (const item of article.claims) {
    for (const { kind, claim } of item.relations) article.byId.get(claim)?.incoming.push({ kind, claim: item.id });
  }
}

const ROWS = ARTICLES.flatMap((article) => article.claims.map((claim) => ({ article, claim })));

function nameOf(article) {
  return oneLine(article.title ?? article.key);
}

function originOf(claim) {
  return claim.telling?.chain.at(-1) ?? null;
}

function folded(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function sourceKey(source) {
  return oneLine(source.name).toLowerCase();
}

// Links of a claim in both directions: [words, kind, other claim].
function linksOf(article, claim) {
  const said = (links, end) => links.map(({ kind, claim: id }) => [WORDS.relations[kind][end], kind, article.byId.get(id)]);
  return [...said(claim.relations, 0), ...said(claim.incoming, 1)].filter(([, , other]) => other);
}

function claimsAbout(article, event) {
  return article.claims.filter((claim) => claim.events.includes(event.id));
}

function haystack({ article, claim }) {
  return claim.haystack ??= folded([
    claim.statement, claim.quote, article.id, article.title ?? '', claim.telling?.cue ?? '',
    ...(claim.telling?.chain ?? []).flatMap((source) => [source.name, source.alignment ?? '']),
    ...claim.figures.flatMap((figure) => [figure.text, figure.of ?? '']),
    ...claim.events.flatMap((id) => {
      const event = article.byId.get(id);
      return event ? [event.summary, ...(event.places ?? []).flatMap((place) => [place.name, place.within ?? '']), ...(event.actors ?? []).map((actor) => actor.name)] : [];
    }),
  ].join('\n'));
}

function narrowed() {
  return Boolean(state.kind || state.source || state.standing || state.search.trim());
}

function passes(row, terms) {
  const { claim } = row;
  if (state.kind && claim.kind !== state.kind) return false;
  if (state.standing && claim.standing !== state.standing) return false;
  if (state.source === OWN ? claim.telling : state.source && !claim.telling?.chain.some((source) => sourceKey(source) === state.source)) return false;
  return terms.every((term) => haystack(row).includes(term));
}

// The claims that pass the filters; of the chosen article, or of all.
let cache = { key: null, rows: [] };
function matching(everywhere = false) {
  const key = JSON.stringify([state.kind, state.source, state.standing, state.search]);
  if (cache.key !== key) {
    const terms = folded(state.search).split(/\s+/).filter(Boolean);
    cache = { key, rows: narrowed() ? ROWS.filter((row) => passes(row, terms)) : ROWS };
    cache.kept = new Set(cache.rows.map((row) => row.claim));
  }
  return state.scope && !everywhere ? cache.rows.filter((row) => row.article === state.scope) : cache.rows;
}

function isKept(claim) {
  matching(true);
  return cache.kept.has(claim);
}

// Code points to positions in a JavaScript string: they differ where a text has signs beyond the basic plane.
function positionsOf(article) {
  if (article.positions === undefined) {
    article.positions = null;
    if (/[\ud800-\udfff]/.test(article.text)) {
      article.positions = [];
      let unit = 0;
      for (const sign of article.text) {
        article.positions.push(unit);
        unit += sign.length;
      }
      article.positions.push(unit);
    }
  }
  return article.positions;
}
