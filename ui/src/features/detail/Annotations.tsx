// Description, owners and tags: what producers say and what people decided, told apart, and a way to
// decide.
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/Icons';
import { Incomplete } from '../../components/Incomplete';
import { ProblemNote } from '../../components/ProblemNote';
import { author } from '../../lib/author';
import { moment } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import { Decide } from './Decide';
import type { NodeTag } from './useDecisions';
import { useDeciding, useNodeTags } from './useDecisions';

export interface AnnotationsProps {
  nodeId: string;
  asOf: string | null;
  knownAt: string | null;
  description: string | null;
  owners: string[]; // united, as tags are
  tags: string[];
  annotations: Schemas['Annotations'];
  onChanged: () => void;
}

interface TakeOffProps {
  what: string;
  nodeId: string;
  decision: { kind: 'untag'; tag: string } | { kind: 'disown'; owner: string };
  onDone: () => void;
}

// What somebody set is taken off with one click by who has a name already.
function TakeOff({ what, nodeId, decision, onDone }: TakeOffProps) {
  const { busy, problem, decide } = useDeciding(onDone);
  const by = author();
  return (
    <>
      <button
        type="button"
        className="chip-close"
        aria-label={`Take off ${what}`}
        title={by === '' ? 'Decide something with your name first' : `Take it off, as ${by}`}
        disabled={busy || by === ''}
        onClick={() => void decide({ ...decision, nodeId, author: by })}
      >
        <Icon name="close" size={11} />
      </button>
      {problem && <ProblemNote problem={problem} />}
    </>
  );
}

// Nobody decides about the past.
const isPast = ({ asOf, knownAt }: AnnotationsProps) => asOf !== null || knownAt !== null;

export function Description(p: AnnotationsProps) {
  const { nodeId, description, annotations, onChanged } = p;
  const past = isPast(p);
  const own = annotations.description;
  const text = description ?? own?.text ?? null;
  return (
    <div className="about-box">
      {text !== null && <p className="about">{text}</p>}
      <div className="about-foot">
        {own && (
          <span className="quiet">
            written by {own.author}, {moment(own.at)}
          </span>
        )}
        {!past && (
          <Decide
            open={text === null ? 'Describe it' : 'Edit'}
            icon="edit"
            label="Description"
            initial={text ?? ''}
            long
            mayBeEmpty
            decision={(next) => ({
              kind: 'describe',
              nodeId,
              description: next === '' ? null : next,
            })}
            onDone={onChanged}
          />
        )}
      </div>
    </div>
  );
}

interface NamedProps {
  label: string;
  what: string; // "the tag", "the owner"
  names: string[];
  own: { name: string; author: string; at: string }[];
  nodeId: string;
  past: boolean;
  decision: (name: string) => TakeOffProps['decision'];
  onDone: () => void;
  children?: ReactNode; // more of the list
}

// What people set and what producers say, each with a way to take it off: a person's word hides what
// producers go on sending.
function Names({ label, what, names, own, nodeId, past, decision, onDone, children }: NamedProps) {
  const decided = new Map(own.map((o) => [o.name, o]));
  return (
    <ul className="chips" aria-label={label}>
      {names.map((name) => {
        const by = decided.get(name);
        return (
          <li
            key={name}
            className={by ? 'is-decided' : undefined}
            title={by ? `set by ${by.author}, ${moment(by.at)}` : 'said by a producer'}
          >
            {name}
            {!past && (
              <TakeOff
                what={`${what} ${name}`}
                nodeId={nodeId}
                decision={decision(name)}
                onDone={onDone}
              />
            )}
          </li>
        );
      })}
      {children}
    </ul>
  );
}

export function Owners(p: AnnotationsProps) {
  const { nodeId, owners, annotations, onChanged } = p;
  const past = isPast(p);
  return (
    <div className="annotated">
      {owners.length === 0 && <span className="quiet">none</span>}
      <Names
        label="Owners"
        what="the owner"
        names={owners}
        own={annotations.owners}
        nodeId={nodeId}
        past={past}
        decision={(owner) => ({ kind: 'disown', owner })}
        onDone={onChanged}
      />
      {!past && (
        <Decide
          open="Add an owner"
          icon="plus"
          label="Owner, such as team:finance"
          decision={(owner) => ({ kind: 'own', nodeId, owner })}
          onDone={onChanged}
        />
      )}
    </div>
  );
}

// An inherited tag shows on demand from where it came.
function Inherited({ tag }: { tag: NodeTag }) {
  const [open, setOpen] = useState(false);
  const stops = [tag.path[0]?.from ?? tag.from, ...tag.path.map((s) => s.to)];
  return (
    <li className="is-inherited">
      <button
        type="button"
        aria-expanded={open}
        title={`inherited from ${tag.from === null ? 'upstream' : readable(tag.from).name}`}
        onClick={() => setOpen(!open)}
      >
        ↳ {tag.tag}
      </button>
      {open && (
        <ol className="tag-path" aria-label={`Path of the tag ${tag.tag}`}>
          {stops.map((id, i) => id && <li key={`${id} ${i}`}>{readable(id).name}</li>)}
        </ol>
      )}
    </li>
  );
}

export function Tags(p: AnnotationsProps) {
  const { nodeId, asOf, knownAt, tags, annotations, onChanged } = p;
  const past = isPast(p);
  const found = useNodeTags(nodeId, { asOf, knownAt });
  const inherited = (found.data?.tags ?? []).filter((t) => t.origin === 'inherited');
  const changed = () => {
    found.reload();
    onChanged();
  };
  return (
    <div className="annotated">
      {tags.length + inherited.length === 0 && <span className="quiet">none</span>}
      <Names
        label="Tags"
        what="the tag"
        names={tags}
        own={annotations.tags}
        nodeId={nodeId}
        past={past}
        decision={(tag) => ({ kind: 'untag', tag })}
        onDone={changed}
      >
        {inherited.map((t) => (
          <Inherited key={`${t.tag} ${t.from}`} tag={t} />
        ))}
      </Names>
      {found.data && <Incomplete answer={found.data} />}
      {!past && (
        <Decide
          open="Add a tag"
          icon="plus"
          label="Tag"
          decision={(tag) => ({ kind: 'tag', nodeId, tag })}
          onDone={changed}
        />
      )}
    </div>
  );
}
