// Environments: the same data under other code, and what would have to be run there.
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { api, ask } from '../../api/client';
import { Interval, ShareBar, sharesOf } from '../../components/Counts';
import { Loading } from '../../components/Marks';
import { NodeLink } from '../../components/NodeLink';
import { NodePicker } from '../../components/NodePicker';
import { ProblemNote } from '../../components/ProblemNote';
import { ReprocessingPage } from '../../components/Reprocessing';
import { NodeName, Version } from '../../components/RootCause';
import { Signed } from '../../components/Signed';
import { ago, count, moment, plural } from '../../lib/format';
import { readable } from '../../lib/nodeId';
import {
  environmentHref,
  newPlanHref,
  partitionsHref,
  stalenessHref,
} from '../../lib/partitionUrl';
import { Link, navigate } from '../../lib/router';
import { useResource } from '../../lib/useResource';

type Environment = Schemas['Environment'];
type Detail = Schemas['EnvironmentDetail'];

function Code({ code }: { code: Environment['code'] }) {
  if (code.length === 0) return <span className="quiet">the code of production</span>;
  return (
    <ul className="env-code" aria-label="Code">
      {code.map(({ job, version }) => (
        <li key={job}>
          <NodeName id={job} /> <Version version={version} />
        </li>
      ))}
    </ul>
  );
}

function Make({ onMade }: { onMade: () => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [job, setJob] = useState('');
  const [version, setVersion] = useState('');
  if (!open) {
    return (
      <div className="filter-row">
        <button type="button" className="button button-strong" onClick={() => setOpen(true)}>
          New environment
        </button>
      </div>
    );
  }
  const half = (job === '') !== (version.trim() === '');
  return (
    <section className="card" aria-label="New environment">
      <h2>New environment</h2>
      <Signed
        label="New environment"
        submit="Make it"
        ready={name.trim() !== '' && !half}
        onCancel={() => setOpen(false)}
        send={async ({ author }) => {
          const code = job === '' ? [] : [{ job, version: version.trim() }];
          const body = { description: description.trim() || null, code, author };
          await ask(
            api.PUT('/environments/{name}', { params: { path: { name: name.trim() } }, body }),
          );
          setOpen(false);
          onMade();
        }}
      >
        <label>
          Name
          <input type="text" value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <label>
          Description
          <input
            type="text"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
        <NodePicker label="Job with other code" only="JOB" value={job} onChange={setJob} />
        <label>
          Its version there
          <input
            type="text"
            className="mono"
            value={version}
            onChange={(event) => setVersion(event.target.value)}
          />
        </label>
      </Signed>
    </section>
  );
}

export function EnvironmentsPage() {
  const list = useResource('environments', (signal) => ask(api.GET('/environments', { signal })));
  const all = list.data?.environments ?? [];
  return (
    <ReprocessingPage
      here="environments"
      title="Environments"
      lead="An environment has production’s data and other code. It says what would have to be run if that code were production’s, and keeps what was run there."
    >
      {list.problem && <ProblemNote problem={list.problem} onRetry={list.reload} />}
      {!list.data && list.loading && <Loading what="environments" />}
      <Make onMade={list.reload} />
      {list.data && all.length === 0 && <p className="note note-plain">None but production.</p>}
      <ul className="plan-list" aria-label="Environments">
        {all.map((e) => (
          <li key={e.name} className="plan-item env-item">
            <div className="plan-main">
              <Link className="plan-name" href={environmentHref(e.name)}>
                {e.name}
              </Link>
              <span className="quiet">
                {e.description ?? ''} by {e.author}{' '}
                <time title={moment(e.updated_at)}>{ago(e.updated_at)}</time>
              </span>
            </div>
            <Code code={e.code} />
          </li>
        ))}
      </ul>
    </ReprocessingPage>
  );
}

function Differences({ detail }: { detail: Detail }) {
  const { datasets, name } = detail;
  if (datasets.length === 0) {
    return <p className="note note-plain">No dataset differs from production.</p>;
  }
  return (
    <>
      <p className="quiet">Datasets that differ from production; the numbers above are of all.</p>
      <div className="table-card">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Dataset</th>
              <th scope="col" className="wide-only">
                Partitions
              </th>
              <th scope="col" className="number">
                To run
              </th>
            </tr>
          </thead>
          <tbody>
            {datasets.map(({ nodeId, counts }) => (
              <tr key={nodeId}>
                <th scope="row">
                  <NodeLink
                    {...readable(nodeId)}
                    href={partitionsHref({ nodeId, environment: name })}
                  />
                </th>
                <td className="wide-only">
                  <ShareBar shares={sharesOf(counts)} label={readable(nodeId).name} />
                </td>
                <td className="number">
                  <Interval
                    lower={counts.stale_lower + counts.missing}
                    upper={counts.stale_upper + counts.missing}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Remove({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Take it away
      </button>
    );
  }
  return (
    <Signed
      label={`Take ${name} away`}
      submit="Take it away"
      danger
      onCancel={() => setOpen(false)}
      send={async ({ author }) => {
        const params = { path: { name }, query: { author } };
        await ask(api.DELETE('/environments/{name}', { params }));
        navigate('/environments');
      }}
    />
  );
}

export function EnvironmentPage({ name }: { name: string }) {
  const answer = useResource(name, (signal) =>
    ask(api.GET('/environments/{name}', { params: { path: { name } }, signal })),
  );
  const detail = answer.loading ? undefined : answer.data;
  return (
    <ReprocessingPage here="environments" title={name}>
      {answer.problem && <ProblemNote problem={answer.problem} onRetry={answer.reload} />}
      {!detail && !answer.problem && <Loading what="the environment" />}
      {detail && (
        <>
          {detail.description !== null && <p className="lead">{detail.description}</p>}
          <section className="totals" aria-label="In all">
            <p role="status">
              <strong>
                <Interval
                  lower={detail.must_run.stale_lower + detail.must_run.missing}
                  upper={detail.must_run.stale_upper + detail.must_run.missing}
                />
              </strong>{' '}
              to run, {plural(detail.shared, 'partition')} shared with production
              {detail.must_run.failed > 0 && `, ${count(detail.must_run.failed)} failed`}
            </p>
          </section>
          <Code code={detail.code} />
          <Differences detail={detail} />
          <div className="card-actions">
            <Link className="button" href={stalenessHref({ environment: name })}>
              What is stale there
            </Link>
            <Link className="button" href={newPlanHref({ environment: name })}>
              Plan for it
            </Link>
            <Remove name={name} />
          </div>
        </>
      )}
    </ReprocessingPage>
  );
}
