// What is decided about a change: how, for what, by whom and why.
import { useState } from 'react';
import { MomentInput } from '../../components/MomentInput';
import { Signed } from '../../components/Signed';
import { plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import type { ChangeDetail, DecisionInput, Verdict } from './useInbox';
import { decide } from './useInbox';
import { verdicts } from './words';

interface Fields {
  dataset: string;
  first: string;
  last: string;
  from: string;
  until: string | null;
}

interface FieldsProps {
  verdict: Verdict;
  change: ChangeDetail;
  fields: Fields;
  set: (more: Partial<Fields>) => void;
}

function KeyField(p: { label: string; value: string; onChange: (text: string) => void }) {
  return (
    <label>
      {p.label}
      <input
        type="text"
        className="mono"
        placeholder="date=2026-10-01"
        spellCheck={false}
        autoComplete="off"
        value={p.value}
        onChange={(event) => p.onChange(event.target.value)}
      />
    </label>
  );
}

// Ranges count along one dataset: which one has to be said first.
function Where({ verdict, change, fields, set }: FieldsProps) {
  if (verdict === 'material') return null;
  if (verdict === 'defer') {
    return (
      <label>
        Until (UTC)
        <MomentInput
          label="Until"
          value={fields.until}
          empty="without end"
          onChange={(until) => set({ until })}
        />
      </label>
    );
  }
  const outputs = change.kind === 'code' ? change.affected.map((a) => a.nodeId) : [change.nodeId];
  return (
    <>
      <label>
        For
        <select value={fields.dataset} onChange={(event) => set({ dataset: event.target.value })}>
          <option value="">all of it</option>
          {outputs.map((id) => (
            <option key={id} value={id}>
              {readable(id).name}
            </option>
          ))}
        </select>
      </label>
      {fields.dataset !== '' && verdict === 'immaterial' && (
        <>
          <KeyField
            label="From partition"
            value={fields.first}
            onChange={(first) => set({ first })}
          />
          <KeyField label="To partition" value={fields.last} onChange={(last) => set({ last })} />
        </>
      )}
      {fields.dataset !== '' && verdict === 'forward_only' && (
        <KeyField
          label="New code from partition"
          value={fields.from}
          onChange={(from) => set({ from })}
        />
      )}
    </>
  );
}

function bodyOf(verdict: Verdict, fields: Fields): Omit<DecisionInput, 'author' | 'reason'> {
  const text = (value: string) => (value.trim() === '' ? undefined : value.trim());
  if (verdict === 'defer') return { verdict, until: fields.until ?? undefined };
  if (verdict === 'material') return { verdict };
  const dataset = text(fields.dataset);
  if (verdict === 'forward_only') {
    return { verdict, dataset, from: dataset && text(fields.from) };
  }
  return {
    verdict,
    dataset,
    first: dataset && text(fields.first),
    last: dataset && text(fields.last),
  };
}

// What it would do, before it is done.
function effect(verdict: Verdict, { makes_stale: s }: ChangeDetail): string {
  const what = `${plural(s.partitions, 'partition')} in ${plural(s.datasets, 'dataset')}`;
  if (verdict === 'material') return `${what} stay stale.`;
  if (verdict === 'immaterial') return `At most ${what} become current without a run.`;
  if (verdict === 'defer') return `${what} stay visible, and no plan takes them up meanwhile.`;
  return `Of ${what}, those before that partition become current.`;
}

interface Props {
  change: ChangeDetail;
  onDecided: () => void;
}

export function DecisionForm({ change, onDecided }: Props) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [fields, setFields] = useState<Fields>({
    dataset: '',
    first: '',
    last: '',
    from: '',
    until: null,
  });
  const chosen = verdicts.find((v) => v.verdict === verdict);
  return (
    <div className="decision">
      <div className="verdicts" role="group" aria-label="Decide">
        {verdicts
          .filter((v) => v.kinds.includes(change.kind))
          .map((v) => (
            <button
              key={v.verdict}
              type="button"
              className="button"
              aria-pressed={v.verdict === verdict}
              title={v.about}
              onClick={() => setVerdict(v.verdict === verdict ? null : v.verdict)}
            >
              {v.text}
            </button>
          ))}
      </div>
      {chosen && (
        <>
          <p className="decision-about">
            {chosen.about} {effect(chosen.verdict, change)}
          </p>
          <Signed
            key={chosen.verdict}
            label={`${chosen.text}: decide`}
            submit={`Decide: ${chosen.text.toLowerCase()}`}
            onCancel={() => setVerdict(null)}
            send={async (signature) => {
              await decide(change.id, { ...bodyOf(chosen.verdict, fields), ...signature });
              setVerdict(null);
              onDecided();
            }}
          >
            <Where
              verdict={chosen.verdict}
              change={change}
              fields={fields}
              set={(more) => setFields((old) => ({ ...old, ...more }))}
            />
          </Signed>
        </>
      )}
    </div>
  );
}
