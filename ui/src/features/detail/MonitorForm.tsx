// What people set of the monitors of a dataset, beside what these have learned: a decision, signed.
import type { ReactNode } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import { api, ask } from '../../api/client';
import { VerdictMark } from '../../components/MonitorLines';
import type { Signature } from '../../components/Signed';
import { Signed } from '../../components/Signed';
import { ageUnits } from '../../lib/moments';
import type { Draft, Drafts, PutMonitors, Settings } from '../../lib/monitorDraft';
import {
  ageWrong,
  allLearned,
  changedOf,
  draftsOf,
  hasAge,
  hasSensitivity,
  isLearned,
  isWrong,
  learned,
  sensitivityWrong,
} from '../../lib/monitorDraft';
import type { DatasetMonitors, MonitorKind } from '../../lib/verdicts';
import { kindTexts, learnedText, monitorKinds } from '../../lib/verdicts';

interface FieldsProps {
  kind: MonitorKind;
  monitors: DatasetMonitors;
  draft: Draft;
  onDraft: (draft: Draft) => void;
}

const ageLabels: Partial<Record<MonitorKind, string>> = {
  freshness: 'Fails when older than',
  schema: 'A break fails for',
};

const ageEmpty: Partial<Record<MonitorKind, string>> = {
  freshness: 'as learned',
  schema: '7 days',
};

function Wrong({ id, children }: { id: string; children: ReactNode }) {
  return (
    <span className="field-wrong" id={id} role="alert">
      {children}
    </span>
  );
}

function Sensitivity({ draft, onDraft }: Pick<FieldsProps, 'draft' | 'onDraft'>) {
  const hint = useId();
  const wrong = sensitivityWrong(draft);
  return (
    <label>
      Fails at
      <span className="monitor-number">
        <input
          type="number"
          min={1}
          max={100}
          step="any"
          aria-invalid={wrong}
          aria-describedby={hint}
          value={draft.sensitivity}
          onChange={(event) => onDraft({ ...draft, sensitivity: event.target.value })}
        />
        {wrong ? <Wrong id={hint}>from 1 to 100</Wrong> : <span id={hint}>spreads from usual</span>}
      </span>
    </label>
  );
}

function Age({ kind, draft, onDraft }: FieldsProps) {
  const hint = useId();
  const wrong = ageWrong(draft);
  const label = ageLabels[kind];
  return (
    <label>
      {label}
      <span className="monitor-number">
        <input
          type="number"
          min={0}
          step="any"
          placeholder={ageEmpty[kind]}
          aria-label={label}
          aria-invalid={wrong}
          aria-describedby={wrong ? hint : undefined}
          value={draft.age}
          onChange={(event) => onDraft({ ...draft, age: event.target.value })}
        />
        <select
          aria-label={`${label}, unit`}
          value={draft.unit}
          onChange={(event) => {
            const unit = ageUnits.find((u) => u === event.target.value);
            if (unit) onDraft({ ...draft, unit });
          }}
        >
          {ageUnits.map((unit) => (
            <option key={unit} value={unit}>
              {unit}
            </option>
          ))}
        </select>
        {wrong && <Wrong id={hint}>a second to 3,660 days</Wrong>}
      </span>
    </label>
  );
}

function Fields(props: FieldsProps) {
  const { kind, monitors, draft, onDraft } = props;
  return (
    <fieldset className="monitor-fields">
      <legend>
        {kindTexts[kind]}{' '}
        <VerdictMark
          status={monitors.monitors[kind].status}
          off={!monitors.monitors[kind].enabled}
        />
      </legend>
      <p className="quiet">
        Learned: {learnedText(monitors, kind)}{' '}
        {!isLearned(draft) && (
          <button
            type="button"
            className="edit-button"
            aria-label={`${kindTexts[kind]}: back to learned`}
            onClick={(event) => {
              event.currentTarget.closest('fieldset')?.querySelector('input')?.focus();
              onDraft({ ...learned });
            }}
          >
            back to learned
          </button>
        )}
      </p>
      <div className="monitor-inputs">
        <label className="check">
          <input
            type="checkbox"
            checked={draft.enabled}
            onChange={(event) => onDraft({ ...draft, enabled: event.target.checked })}
          />
          watched
        </label>
        {hasSensitivity(kind) && <Sensitivity draft={draft} onDraft={onDraft} />}
        {hasAge(kind) && <Age {...props} />}
      </div>
    </fieldset>
  );
}

async function put(nodeId: string, settings: Settings, { author, reason }: Signature) {
  const body: PutMonitors = { author, ...(reason === null ? {} : { reason }), ...settings };
  await ask(api.PUT('/monitors', { params: { query: { nodeId } }, body }));
}

interface FormProps {
  monitors: DatasetMonitors;
  onDone: () => void;
  onCancel: () => void;
}

function Form({ monitors, onDone, onCancel }: FormProps) {
  const [before] = useState(() => draftsOf(monitors));
  const [drafts, setDrafts] = useState<Drafts>(before);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector('input')?.focus(), []);
  const changed = changedOf(before, drafts);
  const wrong = monitorKinds.some((kind) => isWrong(kind, drafts[kind]));
  return (
    <Signed
      label="Set monitors"
      submit="Set"
      ready={!wrong && Object.keys(changed).length > 0}
      onCancel={onCancel}
      send={async (signature) => {
        await put(monitors.nodeId, changed, signature);
        onDone();
      }}
    >
      <div className="monitor-form" ref={box}>
        {monitorKinds.map((kind) => (
          <Fields
            key={kind}
            kind={kind}
            monitors={monitors}
            draft={drafts[kind]}
            onDraft={(draft) => setDrafts((old) => ({ ...old, [kind]: draft }))}
          />
        ))}
      </div>
    </Signed>
  );
}

function BackToLearned({ monitors, onDone, onCancel }: FormProps) {
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => box.current?.closest('form')?.querySelector('input')?.focus(), []);
  return (
    <Signed
      label="Back to learned"
      submit="Back to learned"
      onCancel={onCancel}
      send={async (signature) => {
        await put(monitors.nodeId, allLearned, signature);
        onDone();
      }}
    >
      <p className="monitor-form" ref={box}>
        All four monitors are watched again, by what they learn alone.
      </p>
    </Signed>
  );
}

interface Props {
  monitors: DatasetMonitors;
  onSet: () => void; // the verdicts are others now
}

export function MonitorSettings({ monitors, onSet }: Props) {
  const [open, setOpen] = useState<'set' | 'back' | null>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const closed = useRef(false); // the focus goes back to where it came from
  useEffect(() => {
    if (open !== null || !closed.current) return;
    closed.current = false;
    buttons.current?.querySelector('button')?.focus();
  }, [open]);
  const close = () => {
    closed.current = true;
    setOpen(null);
  };
  const form = {
    monitors,
    onCancel: close,
    onDone: () => {
      close();
      onSet();
    },
  };
  if (open === 'set') return <Form {...form} />;
  if (open === 'back') return <BackToLearned {...form} />;
  const drafts = draftsOf(monitors);
  return (
    <div className="card-actions" ref={buttons}>
      <button type="button" className="button" onClick={() => setOpen('set')}>
        Set monitors
      </button>
      {monitorKinds.some((kind) => !isLearned(drafts[kind])) && (
        <button type="button" className="button" onClick={() => setOpen('back')}>
          Back to learned
        </button>
      )}
    </div>
  );
}
