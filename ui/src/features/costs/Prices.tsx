// The price book: what it says, its versions, a new one, and prices for what is booked already.
import { useId, useState } from 'react';
import type { Schemas } from '../../api/client';
import { ApiProblem, api, ask } from '../../api/client';
import { Loading } from '../../components/Marks';
import { MomentInput } from '../../components/MomentInput';
import { ProblemNote } from '../../components/ProblemNote';
import type { Signature } from '../../components/Signed';
import { Signed } from '../../components/Signed';
import type { CostState } from '../../lib/costUrl';
import { costsHref } from '../../lib/costUrl';
import { moment } from '../../lib/format';
import { placeOf, syntaxError } from '../../lib/jsonPlace';
import { Link } from '../../lib/router';
import { useResource } from '../../lib/useResource';
import type { Times } from './useCosts';

interface Props {
  state: CostState;
  times: Times;
  change: (more: Partial<CostState>) => void;
}

type Book = Schemas['PriceBookAnswer'];

const example = `{
  "currency": "USD",
  "prices": [
    {"unit": "slot_ms", "price": 0.04, "per": 3600000},
    {"unit": "bytes_billed", "price": 6.25, "per": 1099511627776}
  ],
  "energy": [{"unit": "slot_ms", "wh": 5, "per": 3600000}],
  "co2": [{"unit": "energy_wh", "grams": 0.35}]
}`;

// The pointer into the book that an answer is about: the server names it in its text.
export function bookPointer({ pointer, detail }: Schemas['Problem']): string | null {
  if (pointer === undefined || !pointer.startsWith('/book')) return null;
  const rest = pointer.slice('/book'.length);
  if (rest !== '') return rest;
  return /(?:price book's|at) (\/[^\s]*?)(?=[.,;]?(?:\s|$))/.exec(detail)?.[1] ?? '';
}

interface RateRow {
  what: string;
  rate: string;
  rule: { unit: string; per?: number | string } & Partial<
    Record<'namespace' | 'job' | 'from' | 'to', string | null>
  >;
}

function rowsOf({ book }: Book): RateRow[] {
  const currency = book.currency ?? 'USD';
  return [
    ...(book.prices ?? []).map((rule) => ({
      what: 'Price',
      rate: `${rule.price} ${currency}`,
      rule,
    })),
    ...(book.energy ?? []).map((rule) => ({ what: 'Energy', rate: `${rule.wh} Wh`, rule })),
    ...(book.co2 ?? []).map((rule) => ({ what: 'CO₂', rate: `${rule.grams} g`, rule })),
  ];
}

function Rules({ book }: { book: Book }) {
  const rows = rowsOf(book);
  const exchange = book.book.exchange ?? [];
  if (rows.length === 0) return <p className="quiet">It prices nothing.</p>;
  return (
    <>
      <div className="scroll-x">
        <table className="plain-table" aria-label="Rules">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className="number">
                Rate
              </th>
              <th scope="col">For</th>
              <th scope="col">Jobs</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ what, rate, rule }, i) => (
              <tr key={i}>
                <th scope="row">{what}</th>
                <td className="number">{rate}</td>
                <td>
                  {rule.per === undefined ? 'one' : Number(rule.per).toLocaleString('en')}{' '}
                  <code>{rule.unit}</code>
                </td>
                <td>
                  {[rule.namespace, rule.job].filter(Boolean).join(' · ') || (
                    <span className="quiet">all</span>
                  )}
                </td>
                <td>
                  {rule.from || rule.to ? (
                    <>
                      {rule.from && `from ${moment(rule.from)}`}{' '}
                      {rule.to && `to ${moment(rule.to)}`}
                    </>
                  ) : (
                    <span className="quiet">always</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {exchange.length > 0 && (
        <p className="quiet">
          Other currencies:{' '}
          {exchange
            .map((e) => `1 ${e.currency} = ${e.rate} ${book.book.currency ?? 'USD'}`)
            .join(', ')}
        </p>
      )}
    </>
  );
}

function Versions({ book, state }: { book: Book; state: CostState }) {
  return (
    <ol className="versions" aria-label="Versions of the price book">
      {[...book.versions].reverse().map((v) => (
        <li key={v.version}>
          <Link
            href={costsHref({ ...state, version: v.version })}
            aria-current={v.version === book.version ? 'true' : undefined}
          >
            Version {v.version}
          </Link>
          <time dateTime={v.at}>{moment(v.at)}</time>
          <span>by {v.author}</span>
          {v.reason !== '' && <span className="quiet">{v.reason}</span>}
        </li>
      ))}
    </ol>
  );
}

interface Wrong {
  line: number;
  text: string;
}

// What is wrong with the text, at its line. Null: it is said elsewhere.
function wrongOf(text: string, problem: Schemas['Problem']): Wrong | null {
  const pointer = bookPointer(problem);
  if (pointer === null) return null;
  const place = placeOf(text, pointer);
  return { line: place?.line ?? 1, text: problem.detail };
}

function NewBook({ book, onPut }: { book: Book | null; onPut: (version: number) => void }) {
  const [text, setText] = useState(() => (book ? JSON.stringify(book.book, null, 2) : example));
  const [refused, setRefused] = useState<Wrong | null>(null);
  const hint = useId();
  const broken = syntaxError(text);
  const wrong: Wrong | null = broken
    ? { line: broken.line, text: `Not JSON from line ${broken.line}, column ${broken.column} on.` }
    : refused;
  const send = async ({ author, reason }: Signature) => {
    setRefused(null);
    const parsed = JSON.parse(text) as Schemas['PriceBook'];
    const body = { author, ...(reason === null ? {} : { reason }), book: parsed };
    try {
      const put = await ask(api.PUT('/price-book', { body }));
      onPut(put.version);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const at = wrongOf(text, error.problem);
      if (at === null) throw error;
      setRefused(at);
    }
  };
  return (
    <Signed label="New version" submit="Put this version" ready={broken === null} send={send}>
      <label className="book-text">
        Price book, JSON
        <textarea
          rows={Math.min(30, text.split('\n').length + 1)}
          spellCheck={false}
          value={text}
          aria-invalid={wrong !== null}
          aria-describedby={wrong ? hint : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setRefused(null);
          }}
        />
      </label>
      {wrong && (
        <div className="book-wrong" id={hint} role="alert">
          <p>
            <strong>Line {wrong.line}:</strong> {wrong.text}
          </p>
          <pre className="code">{text.split('\n')[wrong.line - 1]}</pre>
        </div>
      )}
    </Signed>
  );
}

function Reprice({ times }: { times: Times }) {
  const [interval, setInterval] = useState<{ from: string | null; to: string | null }>(
    times.interval,
  );
  const [done, setDone] = useState<number | null>(null);
  const { from, to } = interval;
  const send = async ({ author, reason }: Signature) => {
    setDone(null);
    if (from === null || to === null) return;
    const body = { author, ...(reason === null ? {} : { reason }), from, to };
    const stored = await ask(api.POST('/price-book/reprice', { body }));
    setDone(stored.seq);
  };
  return (
    <>
      <Signed
        label="Reprice"
        submit="Reprice"
        busyText="Booking …"
        ready={from !== null && to !== null}
        send={send}
      >
        <span className="interval-inputs">
          Runs that ended from{' '}
          <MomentInput
            label="Reprice from"
            value={from}
            empty="from"
            onChange={(next) => setInterval({ from: next, to })}
          />{' '}
          to{' '}
          <MomentInput
            label="Reprice to"
            value={to}
            empty="to"
            onChange={(next) => setInterval({ from, to: next })}
          />
        </span>
      </Signed>
      {done !== null && (
        <p className="note note-good" role="status">
          Booked as record {done}. Before it the old amounts stand (<code>known_at={done - 1}</code>
          ).
        </p>
      )}
    </>
  );
}

export function Prices({ state, times, change }: Props) {
  const answer = useResource(String(state.version), (signal) =>
    ask(
      api.GET('/price-book', {
        params: { query: { version: state.version ?? undefined } },
        signal,
      }),
    ),
  );
  const book = answer.loading ? undefined : answer.data;
  const none = answer.problem?.problem.code === 'not-found' && state.version === null;
  const heading = none ? 'The first version' : 'A new version';
  const put = (version: number) => {
    if (state.version === version || state.version === null) answer.reload();
    if (state.version !== null) change({ version: null });
  };
  const newest = book?.versions.at(-1)?.version;
  return (
    <div className="costs-body prices">
      {answer.loading && <Loading what="the price book" />}
      {answer.problem && !none && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {none && (
        <p className="note note-plain">
          There is no price book yet: only amounts that events name are known.
        </p>
      )}
      {book && !answer.problem && (
        <section className="card" aria-label="Price book">
          <div className="card-head">
            <h2>
              Version {book.version}
              {book.version === newest ? ', the newest' : ''}
            </h2>
            <span className="quiet">
              by {book.author}, {moment(book.at)}
              {book.reason !== '' && `: ${book.reason}`}
            </span>
          </div>
          <Rules book={book} />
          <h4>Versions</h4>
          <Versions book={book} state={state} />
        </section>
      )}
      {(book || none) && (
        <section className="card" aria-label={heading}>
          <h2>{heading}</h2>
          <NewBook key={book?.version ?? 0} book={none ? null : (book ?? null)} onPut={put} />
        </section>
      )}
      {book && !answer.problem && (
        <section className="card" aria-label="Prices for the past">
          <h2>Prices for the past</h2>
          <p className="quiet">
            What is booked keeps its prices. Repricing gives runs of an interval those of the newest
            version; the differences are booked beside them.
          </p>
          <Reprice times={times} />
        </section>
      )}
    </div>
  );
}
